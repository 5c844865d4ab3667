import { describe, expect, test } from 'vitest';
import { permissionsOf } from '../../../../infra/local/dynamodb/permissions.ts';
import { createIam } from '../../../../infra/local/iam/iam.ts';
import { loadShop } from '../template/small-assembly.ts';

const arns = 'arn:aws:dynamodb:eu-west-1:000000000000:table/';
const roleArn = 'arn:aws:iam::000000000000:role/place';
type Condition = Record<string, Record<string, string[]>>;

/** A role with one statement for all actions of the table `stock` and its indexes. */
const iamOf = (Condition: Condition) =>
  createIam(
    loadShop({
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: 'place',
          AssumeRolePolicyDocument: { Statement: [] },
          Policies: [
            {
              PolicyDocument: {
                Statement: [
                  {
                    Effect: 'Allow',
                    Action: 'dynamodb:*',
                    Resource: [`${arns}stock`, `${arns}stock/index/*`],
                    Condition,
                  },
                ],
              },
            },
          ],
        },
      },
    }),
  );

/** Whether the role may send the request. The index `byAlert` has another partition key than the table. */
function decide(condition: Condition, operation: string, input: Record<string, unknown>): 'allowed' | 'denied' {
  const iam = iamOf(condition);
  const partitionKeyOf = (_table: string, index?: string) => (index === undefined ? 'pk' : 'alertKey');
  const permissions = permissionsOf(operation, input, arns, partitionKeyOf);
  expect(permissions.length).toBeGreaterThan(0);
  return permissions.every((each) => iam.authorize(roleArn, each) === 'allowed') ? 'allowed' : 'denied';
}

const key = (pk: string) => ({ pk: { S: pk }, sk: { S: 'STOCK' } });
const TableName = 'stock';
const own = key('ALERT#A');
const other = key('SKU#A');

describe('a role for partitions ALERT#* only', () => {
  const condition = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['ALERT#*'] } };
  const equal = (values: Record<string, unknown>, more = {}) => ({
    TableName,
    KeyConditionExpression: '#k = :k AND begins_with(sk, :s)',
    ExpressionAttributeNames: { '#k': 'pk' },
    ExpressionAttributeValues: { ':s': { S: 'x' }, ...values },
    ...more,
  });
  test.each<[string, string, Record<string, unknown>, 'allowed' | 'denied']>([
    ['an own item', 'PutItem', { TableName, Item: { ...own, units: { N: '1' } } }, 'allowed'],
    ['another item', 'PutItem', { TableName, Item: other }, 'denied'],
    ['an own key', 'UpdateItem', { TableName, Key: own }, 'allowed'],
    ['another key', 'UpdateItem', { TableName, Key: other }, 'denied'],
    ['another key', 'DeleteItem', { TableName, Key: other }, 'denied'],
    ['another key', 'GetItem', { TableName, Key: other }, 'denied'],
    ['a key that only starts like it', 'DeleteItem', { TableName, Key: key('ALERTS#A') }, 'denied'],
    ['a table by its ARN', 'PutItem', { TableName: `${arns}stock`, Item: other }, 'denied'],
    ['own keys', 'BatchGetItem', { RequestItems: { stock: { Keys: [own, own] } } }, 'allowed'],
    ['one other key of several', 'BatchGetItem', { RequestItems: { stock: { Keys: [own, other] } } }, 'denied'],
    [
      'own items and keys',
      'BatchWriteItem',
      { RequestItems: { stock: [{ PutRequest: { Item: own } }, { DeleteRequest: { Key: own } }] } },
      'allowed',
    ],
    [
      'one other key of several',
      'BatchWriteItem',
      { RequestItems: { stock: [{ PutRequest: { Item: own } }, { DeleteRequest: { Key: other } }] } },
      'denied',
    ],
    [
      'own items',
      'TransactWriteItems',
      { TransactItems: [{ Put: { TableName, Item: own } }, { ConditionCheck: { TableName, Key: own } }] },
      'allowed',
    ],
    [
      'one other item of several of one action',
      'TransactWriteItems',
      { TransactItems: [{ Put: { TableName, Item: own } }, { Put: { TableName, Item: other } }] },
      'denied',
    ],
    [
      'one other item of another action',
      'TransactWriteItems',
      { TransactItems: [{ Put: { TableName, Item: own } }, { ConditionCheck: { TableName, Key: other } }] },
      'denied',
    ],
    ['another key', 'TransactGetItems', { TransactItems: [{ Get: { TableName, Key: other } }] }, 'denied'],
    ['an own partition', 'Query', equal({ ':k': { S: 'ALERT#A' } }), 'allowed'],
    ['another partition', 'Query', equal({ ':k': { S: 'SKU#A' } }), 'denied'],
    [
      'another partition by an old parameter',
      'Query',
      { TableName, KeyConditions: { pk: { ComparisonOperator: 'EQ', AttributeValueList: [{ S: 'SKU#A' }] } } },
      'denied',
    ],
    [
      'another partition of an index',
      'Query',
      equal({ ':k': { S: 'open' } }, { IndexName: 'byAlert', ExpressionAttributeNames: { '#k': 'alertKey' } }),
      'denied',
    ],
  ])('%s, by %s', (_name, operation, input, expected) => {
    expect(decide(condition, operation, input)).toBe(expected);
  });
});

describe('a role for some attributes only', () => {
  const condition = {
    'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'sk', 'warehouses', 'takes'] },
  };
  const update = (UpdateExpression: string, more: Record<string, unknown> = {}) => ({
    TableName,
    Key: other,
    UpdateExpression,
    ...more,
  });
  test.each<[string, string, Record<string, unknown>, 'allowed' | 'denied']>([
    ['its attributes', 'UpdateItem', update('SET warehouses.main.reserved = :a ADD takes :b'), 'allowed'],
    [
      'its attributes by other names',
      'UpdateItem',
      update('SET #s.#0[1].#r = if_not_exists(#s.#0.#r, :zero) - :0', {
        ExpressionAttributeNames: { '#s': 'warehouses', '#0': 'levels', '#r': 'levels' },
      }),
      'allowed',
    ],
    ['another attribute', 'UpdateItem', update('SET takes = :a, levels = :b'), 'denied'],
    [
      'another attribute by another name',
      'UpdateItem',
      update('REMOVE #x', { ExpressionAttributeNames: { '#x': 'levels' } }),
      'denied',
    ],
    ['another attribute as the value', 'UpdateItem', update('SET takes = levels'), 'denied'],
    [
      'another attribute in the condition',
      'UpdateItem',
      update('SET takes = :a', { ConditionExpression: 'attribute_exists(takes) AND NOT (levels = :a)' }),
      'denied',
    ],
    [
      'another attribute by an old parameter',
      'UpdateItem',
      { TableName, Key: other, AttributeUpdates: { levels: {} } },
      'denied',
    ],
    ['an item of its attributes', 'PutItem', { TableName, Item: { ...other, takes: { N: '1' } } }, 'allowed'],
    ['an item with another attribute', 'PutItem', { TableName, Item: { ...other, levels: { M: {} } } }, 'denied'],
    [
      'a transaction with one other attribute',
      'TransactWriteItems',
      { TransactItems: [{ Update: update('SET takes = :a') }, { Update: update('SET levels = :a') }] },
      'denied',
    ],
    [
      'a deletion on condition of another attribute',
      'DeleteItem',
      { TableName, Key: other, ConditionExpression: 'levels = :a' },
      'denied',
    ],
  ])('%s, by %s', (_name, operation, input, expected) => {
    expect(decide(condition, operation, input)).toBe(expected);
  });
});

test.each<[string, Record<string, unknown>, 'allowed' | 'denied']>([
  ['DeleteItem', { TableName, Key: own }, 'denied'],
  ['TransactWriteItems', { TransactItems: [{ Delete: { TableName, Key: own } }] }, 'allowed'],
  ['BatchWriteItem', { RequestItems: { stock: [{ DeleteRequest: { Key: own } }] } }, 'denied'],
])('a role for transactions only may delete by %s', (operation, input, expected) => {
  const condition = { 'ForAnyValue:StringEquals': { 'dynamodb:EnclosingOperation': ['TransactWriteItems'] } };
  expect(decide(condition, operation, input)).toBe(expected);
});

test.each(['dynamodb:Select', 'dynamodb:ReturnValues', 'dynamodb:FullTableScan', 'dynamodb:FirstPartitionKeyValues'])(
  'a condition on %s, which the engine does not evaluate, prevents the start',
  (name) => {
    expect(() => iamOf({ StringEquals: { [name]: ['x'] } })).toThrow(`does not support the condition key ${name}`);
  },
);
