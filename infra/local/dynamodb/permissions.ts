import { AwsError, type Permission } from '../gateway/aws-call.ts';

/** A request's parsed body. */
export type DynamoDbInput = Record<string, unknown>;
type Arns = { tables: string; tableName: (input: DynamoDbInput) => string | undefined };

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
export function permissionsOf(operation: string, input: DynamoDbInput, tables: string): Permission[] {
  const arns: Arns = { tables, tableName: ({ TableName }) => (typeof TableName === 'string' ? TableName : undefined) };
  if (streamOperations.has(operation)) {
    return [{ action: `dynamodb:${operation}`, resource: streamOf(operation, input, arns) }];
  }
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') {
    return Object.keys(members(input.RequestItems)).map((name) => ({
      action: `dynamodb:${operation}`,
      resource: tableArn(name, tables),
    }));
  }
  if (operation === 'TransactWriteItems' || operation === 'TransactGetItems') {
    return unique(transactedItems(input).map(([kind, item]) => permissionOfItem(kind, item, arns)));
  }
  const name = arns.tableName(input);
  if (name === undefined) return [{ action: `dynamodb:${operation}`, resource: '*' }];
  const { IndexName: index } = input;
  const path = (operation === 'Query' || operation === 'Scan') && typeof index === 'string' ? `/index/${index}` : '';
  return [{ action: `dynamodb:${operation}`, resource: tableArn(name, tables) + path }];
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

function permissionOfItem(kind: string, item: DynamoDbInput, { tables, tableName }: Arns): Permission {
  const action = Object.hasOwn(transactActions, kind) ? transactActions[kind as keyof typeof transactActions] : kind;
  return { action: `dynamodb:${action}`, resource: tableArn(tableName(item) ?? '*', tables) };
}

const transactedItems = (input: DynamoDbInput): [string, DynamoDbInput][] =>
  (Array.isArray(input.TransactItems) ? input.TransactItems : []).flatMap((item) =>
    Object.entries(members(item)).map(([kind, action]): [string, DynamoDbInput] => [kind, members(action)]),
  );

const members = (value: unknown): DynamoDbInput =>
  typeof value === 'object' && value !== null ? (value as DynamoDbInput) : {};

const unique = (permissions: Permission[]): Permission[] => [
  ...new Map(permissions.map((permission) => [`${permission.action} ${permission.resource}`, permission])).values(),
];

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
