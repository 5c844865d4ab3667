import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test, vi } from 'vitest';
import { createOrderStore } from '../../../functions/order-intake/order/order-store.ts';
import { indexKeys } from '../../../functions/order-intake/order/order-item.ts';
import { processDueOrders } from '../../../functions/order-intake/order/hold-expiry-job.ts';
import { conflictError } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { orderKey } from '../../../shared/orders/order-keys.ts';
import { aCause, aPolicy } from '../../support/builders.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { expiryOf } from '../../support/orders/order-stores.ts';
import { aPlacedOrder, noon } from '../../support/orders/placed-order.ts';

const database = databaseForAll();

/** Writes a delivered order whose return window ended this many seconds ago. */
async function due(orderId: string, seconds: number, invalid: object = {}) {
  const completesAt = new Date(noon - seconds * 1000).toISOString();
  const order = aPlacedOrder([{ quantity: 1, totalMinor: 1000 }], { orderId, status: 'delivered', completesAt });
  const Item = { ...order, ...orderKey(orderId), ...indexKeys(order, '2026-03-05'), ...invalid };
  await database.db.send(new PutCommand({ TableName: tables.ORDER_TABLE_NAME, Item }));
}

test('one order that cannot be parsed does not stop the others, and is reported', async () => {
  const store = createOrderStore(database.db, tables, aPolicy().timeZone);
  await due('ord_invalid', 9000, { completesAt: '+010000-01-30T00:00:00.000Z' });
  const ids = Array.from({ length: 40 }, (_, index) => `ord_${index}`);
  for (const [index, id] of ids.entries()) await due(id, index);
  expect(await processDueOrders(store)(aCause(), { budgetMs: 30_000 })).toMatchObject({
    changed: 40,
    failures: [{ name: 'ZodError' }],
  });
  const orders = await Promise.all(ids.map((id) => store.current(id)));
  expect(new Set(orders.map(({ order }) => order?.status))).toEqual(new Set(['completed']));

  // It does not stop the expiry before a refusal either.
  await due('ord_other', 1);
  expect(await expiryOf(store)(aCause())).toBe('all-expired');
});

test('a run is complete only if it leaves no due order that it can change', async () => {
  const store = createOrderStore(database.db, tables, aPolicy().timeZone);
  const ids = ['ord_a', 'ord_b', 'ord_c'];
  for (const id of ids) await due(id, 1);
  expect(await processDueOrders(store)(aCause(), { budgetMs: 0 })).toMatchObject({ changed: 3, isComplete: false });
  expect(await processDueOrders(store)(aCause(), { budgetMs: 30_000 })).toMatchObject({
    changed: 0,
    failures: [{}],
    isComplete: true,
  });

  // The index is eventually consistent: a page of changed orders may hide due ones.
  const outdated = {
    ...store,
    due: async (_now: number, limit: number) => Array.from({ length: limit }, () => 'ord_a'),
  };
  expect(await processDueOrders(outdated)(aCause(), { budgetMs: 30_000 })).toMatchObject({ isComplete: false });

  await due('ord_contended', 1);
  const contended = { ...store, commit: () => Promise.reject(conflictError('The order changed')) };
  let clock = 0;
  const ticking = vi.spyOn(performance, 'now').mockImplementation(() => (clock += 20_000));
  expect(await processDueOrders(contended)(aCause(), { budgetMs: 1e9 })).toMatchObject({
    conflictedIds: ['ord_contended'],
    failures: [{}],
    isComplete: false,
  });
  ticking.mockRestore();
});
