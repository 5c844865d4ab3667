import { onTestFinished, expect, test } from 'vitest';
import { smallContext } from '../../infra/local/small-template.ts';
import type { RecordedCall } from './recorder.ts';
import { chargesOf } from './write-units.ts';
import { readUnits } from './read-units.ts';

const keys = (pk: string, sk = 'ORDER') => ({ pk: { S: pk }, sk: { S: sk } });
const order = (pk: string, status: string, filler = 0) => ({
  ...keys(pk),
  statusKey: { S: status },
  placedKey: { S: `2026-01-01#${pk}` },
  filler: { S: 'x'.repeat(filler) },
});
const call = (operation: string, input: object, status = 200, response = {}): RecordedCall => ({
  at: 1000,
  functionName: 'Place',
  service: 'dynamodb',
  operation,
  method: 'POST',
  body: JSON.stringify(input),
  status,
  response: JSON.stringify(response),
});
const transaction = (...TransactItems: object[]) => ({ TransactItems });
const put = (Item: object) => ({ Put: { TableName: 'OrderTable', Item } });

/** Write units by key, for a table with one index whose existing items have 1,500 bytes. */
async function unitsOf(...calls: RecordedCall[]) {
  const index = {
    IndexName: 'byStatus',
    KeySchema: [{ AttributeName: 'statusKey' }, { AttributeName: 'placedKey' }],
  };
  const table = { id: 'OrderTable', type: 'AWS::DynamoDB::Table', properties: { GlobalSecondaryIndexes: [index] } };
  const { context, close } = smallContext([table]);
  onTestFinished(close);
  const charges = await chargesOf(calls, context.template, async () => 1500);
  return charges.map(({ key, units }) => `${key}: ${units}`);
}

test('a put in a transaction costs two units per started KB and one for the index entry', async () => {
  expect(await unitsOf(call('TransactWriteItems', transaction(put(order('A', 'placed', 1000)))))).toEqual([
    'OrderTable A: 4',
    'OrderTable.byStatus placed: 1',
  ]);
  expect(await unitsOf(call('PutItem', { TableName: 'OrderTable', Item: keys('A') }))).toEqual(['OrderTable A: 1']);
});

test('a changed index key costs the deletion of one index entry and the creation of another; an equal key costs nothing', async () => {
  const placed = call('TransactWriteItems', transaction(put(order('A', 'placed'))));
  const paid = call('TransactWriteItems', transaction(put(order('A', 'paid'))));
  expect((await unitsOf(placed, paid, paid)).slice(2)).toEqual([
    'OrderTable A: 2',
    'OrderTable.byStatus placed: 1',
    'OrderTable.byStatus paid: 1',
    'OrderTable A: 2',
  ]);
});

test('an update costs the size of the item, and a delete also costs the index entry', async () => {
  const update = { TableName: 'OrderTable', Key: keys('A'), UpdateExpression: 'SET #n = :n' };
  expect(await unitsOf(call('TransactWriteItems', transaction({ Update: update })))).toEqual(['OrderTable A: 4']);
  const deleted = { Delete: { TableName: 'OrderTable', Key: keys('A') } };
  const calls = [transaction(put(order('A', 'placed'))), transaction(deleted)];
  expect((await unitsOf(...calls.map((input) => call('TransactWriteItems', input)))).slice(2)).toEqual([
    'OrderTable A: 2',
    'OrderTable.byStatus placed: 1',
  ]);
});

test('a cancelled transaction costs its write units but no index entry', async () => {
  expect(await unitsOf(call('TransactWriteItems', transaction(put(order('A', 'placed'))), 400))).toEqual([
    'OrderTable A: 2',
  ]);
});

test('an update of an index key throws, as its cost cannot be derived', async () => {
  const update = {
    TableName: 'OrderTable',
    Key: keys('A'),
    UpdateExpression: 'SET #s = :s',
    ExpressionAttributeNames: { '#s': 'statusKey' },
  };
  await expect(unitsOf(call('UpdateItem', update))).rejects.toThrow('byStatus');
});

test('a read costs a unit per started 4 KB, half of that if eventually consistent, also for a missing item', () => {
  const found = { Responses: { OrderTable: [order('A', 'placed', 5000)] } };
  const batch = (ConsistentRead: boolean) =>
    call(
      'BatchGetItem',
      { RequestItems: { OrderTable: { Keys: [keys('A'), keys('B')], ConsistentRead } } },
      200,
      found,
    );
  expect(readUnits(batch(true))).toBe(3);
  expect(readUnits(batch(false))).toBe(1.5);
  expect(readUnits(call('Query', {}, 200, { Items: [order('A', 'x', 3000), order('B', 'x', 3000)] }))).toBe(1);
  expect(readUnits(call('GetItem', { ConsistentRead: true }))).toBe(1);
  expect(readUnits(call('PutItem', {}))).toBe(0);
});
