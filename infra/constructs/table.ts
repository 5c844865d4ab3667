import { RemovalPolicy, type Stack, Validations } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type CfnTable,
  ProjectionType,
  StreamViewType,
  Table,
} from 'aws-cdk-lib/aws-dynamodb';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { Access } from './access.ts';
import { exportName, exportValue, importFromData } from './exports.ts';
import type { WorkflowFunction } from './workflow-function.ts';

type Index<I extends string> = { name: I; partitionKey: string; sortKey: string };
type TableProps<I extends string> = {
  expiryAttribute?: string;
  indexes?: readonly Index<I>[];
  /** `none`: the table holds no events. @default new-images */
  stream?: 'none' | 'new-images' | 'new-and-old-images';
};
type Action =
  'GetItem' | 'BatchGetItem' | 'Query' | 'Scan' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'ConditionCheckItem';

/** A part of a table's items. IAM compares the partition key and the attributes that a request names. */
type Part = {
  /** Patterns of partition keys, such as `ALERT#*`. */
  partitions: readonly string[];
  /** Top-level attributes beside the keys that a request may name, in its expressions or its item. @default all */
  attributes?: readonly string[];
  /** Whether the actions must be part of a transaction. @default false */
  inTransactions?: boolean;
};

export type AnyTable = TableDefinition<string, string>;

/**
 * A table of the data stack: string keys `pk` and `sk`, indexes with keys only, and a stream from which the relay
 * publishes event items. `variable` is the environment variable that holds the table's name.
 */
export class TableDefinition<V extends string, I extends string = never> {
  /** Logical id. It never changes: CloudFormation would replace the table. */
  readonly id: string;
  private readonly variable: V;
  private readonly props: TableProps<I>;

  constructor(id: string, variable: V, props: TableProps<I> = {}) {
    this.id = id;
    this.variable = variable;
    this.props = props;
  }

  get hasStream(): boolean {
    return this.props.stream !== 'none';
  }
  get name(): string {
    return importFromData(`${this.id}Name`);
  }
  get streamArn(): string {
    return importFromData(`${this.id}StreamArn`);
  }

  /** Access to items of the table by these actions; without any, the variable only. Indexes need `query`. */
  access(...actions: Action[]): Access<V> {
    return { variables: this.named(), grant: (handler) => this.grant(handler, actions, [this.arn]) };
  }

  /**
   * Access to a part of the items. Conditions as in the DynamoDB guide, "Using IAM policy conditions for fine-grained
   * access control" and "Using IAM with transactions".
   */
  items(part: Part, ...actions: Action[]): Access<V> {
    const conditions = conditionsOf(part);
    return { variables: this.named(), grant: (handler) => this.grant(handler, actions, [this.arn], conditions) };
  }

  /** Access to query these indexes. */
  query(...indexes: I[]): Access<V> {
    const arns = indexes.map((index) => `${this.arn}/index/${index}`);
    return { variables: this.named(), grant: (handler) => this.grant(handler, ['Query'], arns) };
  }

  /**
   * Access to the stream. Actions and resource as in the DynamoDB guide, "IAM policy to allow an AWS Lambda function to
   * access DynamoDB stream records".
   */
  grantStream({ role }: WorkflowFunction): void {
    const actions = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];
    Grant.addToPrincipal({
      grantee: role,
      actions: actions.map((action) => `dynamodb:${action}`),
      resourceArns: [`${this.arn}/stream/*`],
    });
    Validations.of(role).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${exportName(`${this.id}Arn`)}/stream/*]`,
      reason: 'ListStreams has no single stream as its resource. The grant covers the streams of this table only.',
    });
  }

  create(stack: Stack): void {
    const { expiryAttribute, indexes = [], stream = 'new-images' } = this.props;
    const table = new Table(stack, this.id, {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      ...(stream !== 'none' && { stream: viewTypes[stream] }),
      ...(expiryAttribute && { timeToLiveAttribute: expiryAttribute }),
    });
    for (const { name, partitionKey, sortKey } of indexes) {
      table.addGlobalSecondaryIndex({
        indexName: name,
        partitionKey: { name: partitionKey, type: AttributeType.STRING },
        sortKey: { name: sortKey, type: AttributeType.STRING },
        projectionType: ProjectionType.KEYS_ONLY,
      });
    }
    (table.node.defaultChild as CfnTable).overrideLogicalId(this.id);
    exportValue(stack, `${this.id}Name`, table.tableName);
    exportValue(stack, `${this.id}Arn`, table.tableArn);
    if (table.tableStreamArn) exportValue(stack, `${this.id}StreamArn`, table.tableStreamArn);
  }

  private get arn(): string {
    return importFromData(`${this.id}Arn`);
  }

  private named() {
    return { [this.variable]: this.name } as Record<V, string>;
  }

  /** The library's own grants would add every index. */
  private grant({ role }: WorkflowFunction, actions: Action[], resourceArns: string[], conditions?: Conditions): void {
    if (actions.length === 0) return;
    Grant.addToPrincipal({
      grantee: role,
      actions: actions.map((action) => `dynamodb:${action}`),
      resourceArns,
      ...(conditions && { conditions }),
    });
  }
}

type Conditions = Record<string, Record<string, readonly string[]>>;

const conditionsOf = ({ partitions, attributes, inTransactions = false }: Part): Conditions => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions },
  ...(attributes && { 'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'sk', ...attributes] } }),
  ...(inTransactions && { 'ForAnyValue:StringEquals': { 'dynamodb:EnclosingOperation': ['TransactWriteItems'] } }),
});

const viewTypes = { 'new-images': StreamViewType.NEW_IMAGE, 'new-and-old-images': StreamViewType.NEW_AND_OLD_IMAGES };
