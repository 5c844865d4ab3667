import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { createHistoryStore } from '../../../functions/refund-approval/requests/history-store.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { orderIdOf } from '../../../shared/ids.ts';
import { customerIndex, orderKey } from '../../../shared/orders/order-keys.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';

const database = databaseForAll();

test('counts the orders of a customer from before and after 2026-11-30, and finds the first', async () => {
  for (const [day, isOld] of [
    ['03', true],
    ['02', true],
    ['04', false],
    ['05', false],
    ['06', false],
  ] as const) {
    const orderId = orderIdOf('storefront', day);
    const customerKey = isOld ? 'CUSTOMER#ada' : customerIndex.keyOf('ada', orderId);
    const placedKey = `2026-01-${day}T00:00:00.000Z#${orderId}#storefront`;
    const Item = { ...orderKey(orderId), customerKey, placedKey };
    await database.db.send(new PutCommand({ TableName: tables.ORDER_TABLE_NAME, Item }));
  }
  const history = await createHistoryStore(database.db, tables)('ada');
  expect(history).toEqual({ orders: 5, refundedOrders: 0, firstOrderAt: '2026-01-02T00:00:00.000Z' });
});

test('judges an id of a whole channel like a guest, after one page of counting per key', async () => {
  const counted: string[] = [];
  const send = (command: QueryCommand) => {
    const key = command.input.ExpressionAttributeValues?.[':key'];
    if (command.input.Select !== 'COUNT')
      return { Items: [{ placedKey: `2026-01-01T00:00:00.000Z#${orderIdOf('a', 'b')}#a` }] };
    counted.push(String(key));
    return { Count: command.input.Limit, LastEvaluatedKey: { pk: 'more' } };
  };
  const db = { send: async (command: QueryCommand) => send(command) } as unknown as Database;
  expect(await createHistoryStore(db, tables)('guest')).toBeUndefined();
  expect(counted.toSorted()).toEqual([...customerIndex.keysOf('guest'), 'CUSTOMER#guest'].toSorted());
});
