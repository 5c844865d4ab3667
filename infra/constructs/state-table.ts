import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type CfnTable,
  ProjectionType,
  type StreamViewType,
  Table,
} from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

type Index = { name: string; partitionKey: string; sortKey: string };
export type TableProps = { expiryAttribute?: string; indexes?: Index[] };

/**
 * A workflow's state that tells nobody. Keys are the strings `pk` and `sk`. Indexes hold keys only: they find items, the
 * table gives them.
 */
export class StateTable extends Construct {
  readonly name: string;
  /** For other stacks only. */
  readonly arn: string;
  protected readonly table: Table;
  protected readonly arnExport: string;

  /** `id` is the table's logical id too, so that moving the construct never replaces the data. */
  constructor(scope: Construct, id: string, props: TableProps & { stream?: StreamViewType } = {}) {
    super(scope, id);
    const table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      ...(props.stream && { stream: props.stream }),
      ...(props.expiryAttribute && { timeToLiveAttribute: props.expiryAttribute }),
    });
    for (const { name, partitionKey, sortKey } of props.indexes ?? []) {
      table.addGlobalSecondaryIndex({
        indexName: name,
        partitionKey: { name: partitionKey, type: AttributeType.STRING },
        sortKey: { name: sortKey, type: AttributeType.STRING },
        projectionType: ProjectionType.KEYS_ONLY,
      });
    }
    (table.node.defaultChild as CfnTable).overrideLogicalId(id);
    this.table = table;
    this.name = table.tableName;
    // Exported under a readable name, which an acknowledgement can say.
    this.arnExport = `${Stack.of(this).stackName}-${id}-Arn`;
    this.arn = Stack.of(this).exportValue(table.tableArn, { name: this.arnExport });
  }

  /** Allows exactly these actions on the table; the library's own grant would add every index. */
  grant(grantee: IGrantable, ...actions: `dynamodb:${string}`[]) {
    return Grant.addToPrincipal({ grantee, actions, resourceArns: [this.arn] });
  }

  /** Allows queries on these indexes. */
  grantIndexQuery(grantee: IGrantable, ...indexes: string[]) {
    const resourceArns = indexes.map((index) => `${this.arn}/index/${index}`);
    return Grant.addToPrincipal({ grantee, actions: ['dynamodb:Query'], resourceArns });
  }
}
