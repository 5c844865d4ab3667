import type { DynamoDbInput } from './permissions.ts';

/**
 * Values of the condition keys of an item: `dynamodb:LeadingKeys`, its partition key, and `dynamodb:Attributes`, the
 * top-level attributes that the request names, of the key, the item and the expressions.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
export type ItemKeys = { 'dynamodb:LeadingKeys': string[]; 'dynamodb:Attributes': string[] };

/** `partitionKey` is the name of the table's partition key. */
export function itemKeysOf(request: DynamoDbInput, partitionKey: string): ItemKeys {
  const key = membersOf(request.Key ?? request.Item);
  const attributes = new Set([...Object.keys(key), ...attributesNamedBy(request)]);
  return { 'dynamodb:LeadingKeys': keyValue(key[partitionKey]), 'dynamodb:Attributes': [...attributes] };
}

/** The values for all items of one table in a batch: AWS evaluates its permission once, with all keys. */
export function batchKeysOf(requests: unknown, partitionKey: string): ItemKeys {
  const items = Array.isArray(requests) ? requests.map(itemOfWrite) : keysOfRead(membersOf(requests));
  const attributes = [...items.flatMap(Object.keys), ...attributesNamedBy(membersOf(requests))];
  return {
    'dynamodb:LeadingKeys': items.flatMap((item) => keyValue(item[partitionKey])),
    'dynamodb:Attributes': [...new Set(attributes)],
  };
}

/** The values for a query: the partition key of its condition. `partitionKey` is that of the index, if it reads one. */
export function queryKeysOf(request: DynamoDbInput, partitionKey: string): ItemKeys {
  const { KeyConditionExpression: expression, ExpressionAttributeValues: values } = request;
  const names = membersOf(request.ExpressionAttributeNames);
  const leading = [...text(expression).matchAll(/([#\w]+)\s*=\s*(:\w+)/g)]
    .filter(([, name = '']) => (names[name] ?? name) === partitionKey)
    .flatMap(([, , value = '']) => keyValue(membersOf(values)[value]));
  const { [partitionKey]: legacy } = membersOf(request.KeyConditions);
  const { AttributeValueList: legacyValues = [] } = membersOf(legacy);
  const keys = Array.isArray(legacyValues) ? [...leading, ...legacyValues.flatMap(keyValue)] : leading;
  return { 'dynamodb:LeadingKeys': keys, 'dynamodb:Attributes': [...new Set(attributesNamedBy(request))] };
}

/** Attributes in all expressions, and in the parameters that expressions have replaced. */
function attributesNamedBy(request: DynamoDbInput): string[] {
  const names = membersOf(request.ExpressionAttributeNames);
  const listed = Array.isArray(request.AttributesToGet) ? request.AttributesToGet.map(String) : [];
  return [
    ...expressionFields.flatMap((field) => attributesIn(request[field], names)),
    ...legacyFields.flatMap((field) => Object.keys(membersOf(request[field]))),
    ...listed,
  ];
}

const legacyFields = ['AttributeUpdates', 'Expected', 'KeyConditions', 'QueryFilter', 'ScanFilter'] as const;
const expressionFields = [
  'KeyConditionExpression',
  'FilterExpression',
  'ProjectionExpression',
  'ConditionExpression',
  'UpdateExpression',
] as const;

/** Attributes of expressions before the replacement of names. Functions send few different expressions. */
const parsed = new Map<string, string[]>();
const maxParsed = 1000;

/** A path such as `#s.main[0].units`, a function call, or a value. Only the first part of a path is top-level. */
const token = /:\w+|([#\w]+)(?:\.[#\w]+|\[\d+\])*(\s*\()?/g;
const keywords = new Set(['SET', 'REMOVE', 'ADD', 'DELETE', 'AND', 'OR', 'NOT', 'BETWEEN', 'IN']);

function attributesIn(expression: unknown, names: DynamoDbInput): string[] {
  if (typeof expression !== 'string') return [];
  return namesIn(expression).map((name) => text(names[name] ?? name));
}

function namesIn(expression: string): string[] {
  const known = parsed.get(expression);
  if (known) return known;
  if (parsed.size >= maxParsed) parsed.clear();
  const found = [...expression.matchAll(token)].flatMap(([, name, call]) =>
    name === undefined || call !== undefined || keywords.has(name.toUpperCase()) ? [] : name,
  );
  const names = [...new Set(found)];
  parsed.set(expression, names);
  return names;
}

function itemOfWrite(request: unknown): DynamoDbInput {
  const { PutRequest: put, DeleteRequest: remove } = membersOf(request);
  return membersOf(membersOf(put).Item ?? membersOf(remove).Key);
}

const keysOfRead = ({ Keys: keys }: DynamoDbInput): DynamoDbInput[] => (Array.isArray(keys) ? keys.map(membersOf) : []);

/** `{ S: 'ORDER#1' }` as text; a missing or malformed key has none. */
const keyValue = (value: unknown): string[] =>
  Object.values(membersOf(value)).flatMap((content) => (typeof content === 'string' ? [content] : []));

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const membersOf = (value: unknown): DynamoDbInput =>
  typeof value === 'object' && value !== null ? (value as DynamoDbInput) : {};
