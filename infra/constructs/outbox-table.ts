import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type CfnTable,
  ProjectionType,
  StreamViewType,
  Table,
} from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable, type IRole } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

type Index = { name: string; partitionKey: string; sortKey: string };

/**
 * A workflow's own table: its state, and beside it the events that its stream gives to the relay. Keys are the strings
 * `pk` and `sk`. Indexes hold keys only: they find items, the table gives them.
 */
export class OutboxTable extends Construct {
  readonly name: string;
  /** For other stacks only. */
  readonly arn: string;
  readonly streamArn: string;
  private readonly arnExport: string;

  /** `id` is the table's logical id too, so that moving the construct never replaces the data. */
  constructor(
    scope: Construct,
    id: string,
    props: { expiryAttribute?: string; indexes?: Index[]; streamsOldImages?: boolean } = {},
  ) {
    super(scope, id);
    const table = new Table(this, 'Table', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      stream: props.streamsOldImages ? StreamViewType.NEW_AND_OLD_IMAGES : StreamViewType.NEW_IMAGE,
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
    this.name = table.tableName;
    // Exported under a readable name, which the acknowledgement below can say.
    this.arnExport = `${Stack.of(this).stackName}-${id}-Arn`;
    this.arn = Stack.of(this).exportValue(table.tableArn, { name: this.arnExport });
    this.streamArn = table.tableStreamArn as string;
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

  /**
   * Allows to read the stream. Actions and resource as in the DynamoDB guide, "IAM policy to allow an AWS Lambda
   * function to access DynamoDB stream records".
   */
  grantStream(role: IRole) {
    const actions = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];
    Grant.addToPrincipal({
      grantee: role,
      actions: actions.map((action) => `dynamodb:${action}`),
      resourceArns: [`${this.arn}/stream/*`],
    });
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${this.arnExport}/stream/*]`,
      reason: 'Listing streams is not a permission on one stream. These are the streams of this table only.',
    });
  }
}
