import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { placeQueued } from '../../../functions/order-intake/queue/place-queued-job.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import type { CompiledPromotion } from '../../../shared/pricing/promotions/types.ts';
import { noon } from '../../support/builders.ts';
import { withConflicts } from '../../support/database/conflicting-database.ts';
import { databaseForEach } from '../../support/database/dynamodb.ts';
import { orderStores, queuePlacing, skipExpiry } from '../../support/orders/order-stores.ts';
import { promotedOrders } from '../../support/orders/promoted-orders.ts';
import { queueOrders } from '../../support/orders/queued-orders.ts';
import { aPromotion } from '../../support/promotions.ts';
import { skusWith } from '../../support/stock/many-skus.ts';

const { db } = databaseForEach();
let shop = promotedOrders(db);
beforeEach(() => {
  shop = promotedOrders(db);
});

const total = (units: number, given: Partial<CompiledPromotion> = {}) =>
  aPromotion({ limits: { total: units }, ...given });
const expired = () => ({
  ...queuePlacing(shop.stores, { now: noon, expireHolds: skipExpiry }),
  expireHolds: async () => 'all-expired' as const,
});

/** Queues an order of each SKU and decides them together. Returns the discounts in the order of arrival. */
async function placeTogether(skus: readonly string[], through = shop.stores, given = {}) {
  const contents = skus.map((sku) => shop.contentOf({ lines: [{ sku, quantity: 1 }], ...given }));
  const messages = await queueOrders(shop.stores, contents);
  const left = await placeQueued({ ...expired(), stores: through }, messages);
  const orders = await shop.stores.orders.read(contents.map(shop.idOf));
  const byId = new Map(orders.map((order) => [order.orderId, order.discountMinor]));
  return { left: left.length, discounts: contents.map((content) => byId.get(shop.idOf(content))), contents };
}

function watched(): { db: Database; transactions: () => string[][] } {
  const transactions: string[][] = [];
  const send = async (command: Parameters<Database['send']>[0]) => {
    if (command instanceof TransactWriteCommand) {
      const keys = (command.input.TransactItems ?? []).map(({ Update }) => String(Update?.Key?.['pk'] ?? ''));
      transactions.push(keys.filter((key) => key.startsWith('LIMIT#')));
    }
    return db.send(command);
  };
  return { db: { send } as Database, transactions: () => transactions };
}

describe('queued orders with promotions', () => {
  test('get what the earlier ones leave, in the order of arrival, with one claim per counter and group', async () => {
    const [sku = ''] = await skusWith(db, [99]);
    await shop.put(total(7));
    const { db: through, transactions } = watched();
    const { left, discounts } = await placeTogether(
      Array.from({ length: 20 }, () => sku),
      orderStores(through),
    );
    expect(left).toBe(0);
    expect(discounts).toEqual([...Array.from({ length: 7 }, () => 10), ...Array.from({ length: 13 }, () => 0)]);
    expect(transactions().filter((keys) => keys.length > 0)).toEqual([['LIMIT#sale']]);
    expect(await shop.left(total(7))).toMatchObject({ uses: 0 });
  });

  test.each([
    ['one counter', 1],
    ['16 counters', 16],
  ])('of many SKUs share %s without losing a use, also with conflicts', async (_name, shards) => {
    const skus = await skusWith(
      db,
      Array.from({ length: 30 }, () => 9),
    );
    const sale = total(12, { shards });
    await shop.put(sale);
    const { left, discounts } = await placeTogether(skus, orderStores(withConflicts(db, { conflicts: 3 })));
    expect(left).toBe(0);
    expect(discounts.filter((discount) => discount === 10)).toHaveLength(12);
    expect(await shop.left(sale)).toMatchObject({ uses: 0 });
  });

  test('two orders of a customer in one batch count as two uses, and as one first order', async () => {
    const [sku = ''] = await skusWith(db, [99]);
    const customer = { customer: { id: 'ada', email: 'ada@example.com' } };
    await shop.put(aPromotion({ limits: { perCustomer: 2 } }));
    expect((await placeTogether([sku, sku, sku], shop.stores, customer)).discounts).toEqual([10, 10, 0]);
    await shop.put(aPromotion({ promotionId: 'welcome', audience: { firstOrderOnly: true } }));
    const other = { customer: { id: 'bob', email: 'bob@example.com' } };
    expect((await placeTogether([sku, sku], shop.stores, other)).discounts).toEqual([10, 0]);
  });

  test('are refused with the code that another order of the batch uses up, if the store is strict', async () => {
    const [sku = ''] = await skusWith(db, [99]);
    await shop.put(total(1, { codes: ['ONCE'] }));
    await shop.putCodePolicy('strict', 1);
    const { discounts, contents } = await placeTogether([sku, sku], shop.stores, { couponCodes: ['ONCE'] });
    expect(discounts).toEqual([10, undefined]);
    const refused = (await shop.stores.intakes.states(contents.map(shop.idOf))).get(
      shop.idOf(contents[1] ?? shop.contentOf({})),
    );
    expect(refused?.intake?.problem).toMatchObject({ type: 'code-refused', status: 422 });
  });

  test('of few SKUs with more limits than fit one transaction are placed in chunks', async () => {
    const skus = await skusWith(
      db,
      Array.from({ length: 20 }, () => 9),
    );
    const limits = { total: 9, units: 99, budgetMinor: { GBP: 9000 }, perCustomer: 9 };
    await shop.put(...Array.from({ length: 18 }, (_, index) => aPromotion({ promotionId: `sale-${index}`, limits })));
    const customer = { id: 'ada', email: 'ada@example.com' };
    const lines = skus.map((sku) => ({ sku, quantity: 1 }));
    const { left, contents } = await placeTogether(['', ''], shop.stores, { lines, customer });
    expect(left).toBe(0);
    expect(await shop.stores.orders.read(contents.map(shop.idOf))).toHaveLength(2);
    expect(await shop.left(aPromotion({ promotionId: 'sale-0', limits }))).toMatchObject({ uses: 7, units: 59 });
  });

  test('are priced as of their acceptance', async () => {
    const [sku = ''] = await skusWith(db, [99]);
    // Noon in London; the orders are decided two hours later.
    await shop.put(aPromotion({ schedule: { end: '2026-03-05T12:30' } }));
    const contents = [shop.contentOf({ lines: [{ sku, quantity: 1 }] })];
    const messages = await queueOrders(shop.stores, contents);
    await placeQueued({ ...expired(), stores: shop.stores, now: noon + 7_200_000 }, messages);
    const [order] = await shop.stores.orders.read(contents.map(shop.idOf));
    expect(order?.discountMinor).toBe(10);
  });
});
