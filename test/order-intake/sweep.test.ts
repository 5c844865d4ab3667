import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test, vi } from 'vitest';
import { createChangeStore } from '../../functions/order-intake/order/order-store.ts';
import { indexKeys, orderKey } from '../../functions/order-intake/order/order-item.ts';
import { overdueEnder } from '../../functions/order-intake/expiry/overdue.ts';
import { sweep } from '../../functions/order-intake/order/hold-expiry-job.ts';
import { conflictError } from '../../shared/dynamodb/retry-on-conflict.ts';
import { aCause, aPolicy } from '../support/builders.ts';
import { databaseForAll, tables } from '../support/database/dynamodb.ts';
import { aPlacedOrder, noon } from '../support/orders/placed-order.ts';

const database = databaseForAll();

/** A delivered order whose time for returns ended so many seconds ago. */
async function due(orderId: string, seconds: number, spoilt: object = {}) {
  const completesAt = new Date(noon - seconds * 1000).toISOString();
  const order = aPlacedOrder([{ quantity: 1, totalMinor: 1000 }], { orderId, status: 'delivered', completesAt });
  const Item = { ...order, ...orderKey(orderId), ...indexKeys(order, '2026-03-05'), ...spoilt };
  await database.db.send(new PutCommand({ TableName: tables.ORDER_TABLE_NAME, Item }));
}

test('the sweep ends all that it can, and tells of an order that cannot be read', async () => {
  const store = createChangeStore(database.db, tables, aPolicy().timeZone);
  await due('ord_spoilt', 9000, { completesAt: '+010000-01-30T00:00:00.000Z' });
  const ids = Array.from({ length: 40 }, (_, index) => `ord_${index}`);
  for (const [index, id] of ids.entries()) await due(id, index);
  expect(await sweep(store)(aCause(), { budgetMs: 30_000 })).toMatchObject({
    swept: 40,
    failures: [{ name: 'ZodError' }],
  });
  const orders = await Promise.all(ids.map((id) => store.current(id)));
  expect(new Set(orders.map(({ order }) => order?.status))).toEqual(new Set(['completed']));

  // Nor does it stand in the way of a buyer for whom holds are ended that are over.
  await due('ord_other', 1);
  expect(await overdueEnder(store)(aCause())).toBe('all-ended');
});

test('the sweep is complete only where nothing is left that it could end', async () => {
  const store = createChangeStore(database.db, tables, aPolicy().timeZone);
  const ids = ['ord_a', 'ord_b', 'ord_c'];
  for (const id of ids) await due(id, 1);
  expect(await sweep(store)(aCause(), { budgetMs: 0 })).toMatchObject({ swept: 3, isComplete: false });
  expect(await sweep(store)(aCause(), { budgetMs: 30_000 })).toMatchObject({
    swept: 0,
    failures: [{}],
    isComplete: true,
  });

  // The index lags, and may hide others behind what it shows.
  const lagging = {
    ...store,
    due: async (_now: number, limit: number) => Array.from({ length: limit }, () => 'ord_a'),
  };
  expect(await sweep(lagging)(aCause(), { budgetMs: 30_000 })).toMatchObject({ isComplete: false });

  await due('ord_contended', 1);
  const contended = { ...store, commit: () => Promise.reject(conflictError('Another changes it')) };
  let clock = 0;
  const ticking = vi.spyOn(performance, 'now').mockImplementation(() => (clock += 20_000));
  expect(await sweep(contended)(aCause(), { budgetMs: 1e9 })).toMatchObject({
    busy: ['ord_contended'],
    failures: [{}],
    isComplete: false,
  });
  ticking.mockRestore();
});
