import { AwsError, type Permission } from '../gateway/aws-call.ts';
import { batchKeysOf, itemKeysOf, queryKeysOf } from './item-keys.ts';

/** A request's parsed body. */
export type DynamoDbInput = Record<string, unknown>;
type Arns = { tables: string; tableName: (input: DynamoDbInput) => string | undefined };
/** The name of the partition key of a table, or of its index; empty if the template has none. */
export type PartitionKeyOf = (table: string, index?: string) => string;

const transactActions = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
  Get: 'GetItem',
} as const;
const partiql = new Set(['ExecuteStatement', 'BatchExecuteStatement', 'ExecuteTransaction']);
const streamOperations = new Set(['DescribeStream', 'GetShardIterator', 'GetRecords', 'ListStreams']);
const writes = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems']);

/** Throws AwsError for PartiQL, which the engine does not support. */
export function checkAvailable(operation: string): void {
  if (!partiql.has(operation)) return;
  throw new AwsError('UnknownOperationException', `${operation}: the local engine does not support PartiQL`);
}

export const isStreamOperation = (operation: string): boolean => streamOperations.has(operation);

/**
 * The required permissions (Service Authorization Reference, Amazon DynamoDB): on the table or index, on each table of
 * a batch, for each action of a transaction. `tables` is the ARN prefix up to `table/`.
 */
export function permissionsOf(
  operation: string,
  input: DynamoDbInput,
  tables: string,
  partitionKeyOf: PartitionKeyOf,
): Permission[] {
  const arns: Arns = { tables, tableName: ({ TableName }) => (typeof TableName === 'string' ? TableName : undefined) };
  if (streamOperations.has(operation)) {
    return [{ action: `dynamodb:${operation}`, resource: streamOf(operation, input, arns) }];
  }
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') {
    return Object.entries(members(input.RequestItems)).map(([name, requests]) => ({
      action: `dynamodb:${operation}`,
      resource: tableArn(name, tables),
      items: () => [batchKeysOf(requests, partitionKeyOf(tableName(name)))],
    }));
  }
  if (operation === 'TransactWriteItems' || operation === 'TransactGetItems') {
    const byPermission = Map.groupBy(transactedItems(input), ([kind, item]) => permissionOfItem(kind, item, arns));
    return [...byPermission].map(([permission, actions]) => {
      const [action = '', resource = ''] = permission.split(' ');
      const keysOf = ([, item]: [string, DynamoDbInput]) =>
        Object.assign(itemKeysOf(item, partitionKeyOf(tableName(String(item.TableName)))), {
          'dynamodb:EnclosingOperation': operation,
        });
      return { action, resource, items: () => actions.map(keysOf) };
    });
  }
  const name = arns.tableName(input);
  if (name === undefined) return [{ action: `dynamodb:${operation}`, resource: '*' }];
  const { IndexName: index } = input;
  const path = (operation === 'Query' || operation === 'Scan') && typeof index === 'string' ? `/index/${index}` : '';
  const partitionKey = partitionKeyOf(tableName(name), path === '' ? undefined : String(index));
  const keysOf = operation === 'Query' ? queryKeysOf : itemKeysOf;
  const items = () => [keysOf(input, partitionKey)];
  return [{ action: `dynamodb:${operation}`, resource: tableArn(name, tables) + path, items }];
}

/** Names of the tables to which a call writes. */
export function tablesWritten(operation: string, input: DynamoDbInput): string[] {
  if (!writes.has(operation)) return [];
  if (operation === 'BatchWriteItem') return Object.keys(members(input.RequestItems)).map(tableName);
  const items = operation === 'TransactWriteItems' ? transactedItems(input).map(([, item]) => item) : [input];
  return [...new Set(items.map(({ TableName }) => tableName(String(TableName))))];
}

const tableName = (nameOrArn: string) => nameOrArn.replace(/^arn:.*:table\//, '');
const tableArn = (nameOrArn: string, tables: string) =>
  nameOrArn.startsWith('arn:') ? nameOrArn : `${tables}${nameOrArn}`;

/** `<action> <resource>` of an action of a transaction. */
function permissionOfItem(kind: string, item: DynamoDbInput, { tables, tableName }: Arns): string {
  const action = Object.hasOwn(transactActions, kind) ? transactActions[kind as keyof typeof transactActions] : kind;
  return `dynamodb:${action} ${tableArn(tableName(item) ?? '*', tables)}`;
}

const transactedItems = (input: DynamoDbInput): [string, DynamoDbInput][] =>
  (Array.isArray(input.TransactItems) ? input.TransactItems : []).flatMap((item) =>
    Object.entries(members(item)).map(([kind, action]): [string, DynamoDbInput] => [kind, members(action)]),
  );

const members = (value: unknown): DynamoDbInput =>
  typeof value === 'object' && value !== null ? (value as DynamoDbInput) : {};

/** The stream's ARN. dynoxide's shard iterators contain the table name; for another iterator, the resource is `*`. */
function streamOf(operation: string, input: DynamoDbInput, { tables, tableName }: Arns): string {
  if (typeof input.StreamArn === 'string') return input.StreamArn;
  if (operation === 'ListStreams')
    return tableName(input) === undefined ? '*' : `${tables}${tableName(input)}/stream/*`;
  try {
    const iterator: unknown = JSON.parse(Buffer.from(String(input.ShardIterator), 'base64').toString());
    const { table_name: table } = members(iterator);
    if (typeof table === 'string') return `${tables}${table}/stream/local`;
  } catch {
    // Another emulator's iterator.
  }
  return '*';
}
