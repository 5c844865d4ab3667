import { BatchGetCommand, PutCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { processDueOrders } from '../../../functions/order-intake/order/hold-expiry-job.ts';
import { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import type { OrderContent } from '../../../shared/contracts/orders/routes.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { codeKey } from '../../../shared/promotions/code-item.ts';
import { createClaimsStore } from '../../../shared/promotions/claims-store.ts';
import { aCause, noon } from '../../support/builders.ts';
import { withConflicts } from '../../support/database/conflicting-database.ts';
import { withCrash } from '../../support/database/crashing-database.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { orderStores } from '../../support/orders/order-stores.ts';
import { payingChannels, promotedOrders } from '../../support/orders/promoted-orders.ts';
import { aPromotion } from '../../support/promotions.ts';
import { skusWith, unitsOf } from '../../support/stock/many-skus.ts';

const { db } = databaseForEach();
/** An instance keeps the newest set that it has read, so that each database has its own. */
let shop = promotedOrders(db);
beforeEach(() => {
  shop = promotedOrders(db);
});
const { contentOf, idOf } = shop;
const put: typeof shop.put = (...given) => shop.put(...given);
const putCodePolicy: typeof shop.putCodePolicy = (...given) => shop.putCodePolicy(...given);
const place: typeof shop.place = (...given) => shop.place(...given);
const cancel: typeof shop.cancel = (...given) => shop.cancel(...given);
const left: typeof shop.left = (...given) => shop.left(...given);

const linesOf = (skus: readonly string[], quantity = 1) => skus.map((sku) => ({ sku, quantity }));
const itemOf = async (content: OrderContent): Promise<OrderItem> => {
  const [order] = await shop.stores.orders.read([idOf(content)]);
  return OrderItem.parse(order);
};
const flash = (units: number, shards = 1) =>
  aPromotion({
    promotionId: 'flash',
    discount: { kind: 'fixed-price', level: 'line', priceMinor: { GBP: 60 } },
    limits: { units },
    shards,
  });
const coded = (total: number) =>
  aPromotion({
    promotionId: 'once',
    discount: { kind: 'percent', level: 'order', basisPoints: 1000 },
    codes: ['ONCE'],
    limits: { total },
  });

/** A database that counts requests and the write units of transactions, by table. */
function counting(): { db: Database; reads: () => number; queries: () => number; actions: () => unknown[][] } {
  let [reads, queries] = [0, 0];
  const actions: unknown[][] = [];
  const send = async (command: Parameters<Database['send']>[0]) => {
    if (command instanceof BatchGetCommand) reads += 1;
    if (command instanceof QueryCommand) queries += 1;
    if (command instanceof TransactWriteCommand) actions.push(command.input.TransactItems ?? []);
    return db.send(command);
  };
  return { db: { send } as Database, reads: () => reads, queries: () => queries, actions: () => actions };
}

describe('an order with promotions', () => {
  test('has the discount by line, and its item what it claims', async () => {
    const [a, b] = await skusWith(db, [9, 9]);
    const sale = aPromotion({ limits: { total: 5, perCustomer: 2, budgetMinor: { GBP: 1000 } } });
    await put(sale);
    const content = contentOf({
      lines: linesOf([a ?? '', b ?? ''], 2),
      customer: { id: 'ada', email: 'Ada@example.com' },
    });
    const { status, body } = await place(content);
    expect(status).toBe(201);
    expect(body).toMatchObject({ subtotalMinor: 400, discountMinor: 40, totalMinor: 360 });
    expect(body['discounts']).toMatchObject([
      {
        code: 'sale',
        promotionId: 'sale',
        version: 1,
        appliedMinor: 40,
        lines: [
          { lineId: 'line-1', amountMinor: 20 },
          { lineId: 'line-2', amountMinor: 20 },
        ],
      },
    ]);
    const { promotionClaims } = await itemOf(content);
    expect(promotionClaims).toMatchObject([
      { promotionId: 'sale', counters: { 'USES#0': 1, 'BUDGET#GBP#total#0': 40 } },
    ]);
    expect(promotionClaims?.[0]?.customers).toHaveLength(2);
    expect(await left(sale, content)).toMatchObject({ uses: 4, customerUses: 1, budgetMinor: 960 });
  });

  test('that is repeated claims once, also after a function was killed behind the commit', async () => {
    const [sku = ''] = await skusWith(db, [9]);
    await put(flash(5));
    const content = contentOf({ lines: linesOf([sku], 2) });
    const crashing = orderStores(withCrash(db, { transaction: 1, when: 'after' }));
    await expect(place(content, { through: crashing })).rejects.toThrow('Crashed');
    const replay = await place(content);
    expect(replay).toMatchObject({ status: 200, body: { discountMinor: 80 } });
    expect(await left(flash(5))).toMatchObject({ units: 3 });
  });

  test('is priced again without the discount when its limit is reached; a sent total that differs is the current one', async () => {
    const [sku = ''] = await skusWith(db, [9]);
    await put(coded(1));
    const withCode = (given: Partial<OrderContent> = {}) =>
      contentOf({ lines: linesOf([sku]), couponCodes: ['once '], ...given });
    expect((await place(withCode())).body).toMatchObject({ totalMinor: 90 });
    const second = await place(withCode());
    expect(second).toMatchObject({ status: 201, body: { totalMinor: 100, discountMinor: 0 } });
    expect(second.body['discounts']).toMatchObject([{ code: 'once ', appliedMinor: 0, reason: 'limit-reached' }]);
    expect(await place(withCode({ totalMinor: 90 }))).toMatchObject({ status: 422, body: { type: 'price-changed' } });
    expect((await place(withCode({ totalMinor: 100 }))).status).toBe(201);
    await putCodePolicy('strict', 1);
    const errors = [{ pointer: '/couponCodes/0', reason: 'limit-reached' }];
    expect(await place(withCode())).toMatchObject({ status: 422, body: { type: 'code-refused', errors } });
    expect(await left(coded(1))).toMatchObject({ uses: 0 });
  });

  test('of another promotion gets that one when the better one is used up', async () => {
    const [sku = ''] = await skusWith(db, [9]);
    const group = { group: 'g' };
    await put(
      flash(1),
      aPromotion({ ...group, limits: { total: 1 } }),
      aPromotion({
        promotionId: 'small',
        discount: { kind: 'percent', level: 'line', basisPoints: 500 },
        ...group,
        limits: { total: 1 },
      }),
    );
    const totals: unknown[] = [];
    for (let order = 0; order < 3; order += 1)
      totals.push((await place(contentOf({ lines: linesOf([sku]) }))).body['totalMinor']);
    // 60 and 10 % off, then 5 % of the group that is left, then the list price.
    expect(totals).toEqual([54, 95, 100]);
  });

  test('of a customer counts under id and e-mail address', async () => {
    const [sku = ''] = await skusWith(db, [9]);
    await put(aPromotion({ limits: { perCustomer: 1 } }));
    const by = async (customer: OrderContent['customer']) => {
      const { body } = await place(contentOf({ lines: linesOf([sku]), customer }));
      return body['discountMinor'];
    };
    expect(await by({ id: 'eve', email: 'eve@example.com' })).toBe(10);
    expect(await by({ id: 'eve' })).toBe(0);
    expect(await by({ email: ' EVE@example.com'.trim() })).toBe(0);
    expect(await by({ id: 'new', email: 'eve@example.com' })).toBe(0);
    expect(await by({ name: 'A guest' })).toBe(0);
    expect(await by({ id: 'new' })).toBe(10);
  });

  test('is the first one once: two that arrive together get its promotion once', async () => {
    const [sku = ''] = await skusWith(db, [9]);
    const first = aPromotion({ promotionId: 'welcome', audience: { firstOrderOnly: true } });
    await put(first);
    const customer = { id: 'newcomer', email: 'newcomer@example.com' };
    const contents = Array.from({ length: 3 }, () => contentOf({ lines: linesOf([sku]), customer }));
    const responses = await Promise.all(contents.map((content) => place(content)));
    expect(responses.map(({ body }) => Number(body['discountMinor'])).toSorted((a, b) => a - b)).toEqual([0, 0, 10]);
    expect(
      (await place(contentOf({ lines: linesOf([sku]), customer: { id: 'newcomer' } }))).body['discountMinor'],
    ).toBe(0);
    for (const [index, content] of contents.entries()) await cancel(content, `r${index}`);
    const again = await place(contentOf({ lines: linesOf([sku]), customer: { email: 'newcomer@example.com' } }));
    expect(again.body['discountMinor']).toBe(10);
  });

  test('gets a gift with its stock, the next choice if it is out of stock, and none without stock', async () => {
    const [sku = '', first = '', second = ''] = await skusWith(db, [9, 1, 1]);
    await put(aPromotion({ promotionId: 'gift', discount: { kind: 'gift', level: 'line', gifts: [first, second] } }));
    const gifts: unknown[] = [];
    for (let order = 0; order < 3; order += 1) {
      const content = contentOf({ lines: linesOf([sku]) });
      const { status, body } = await place(content, { through: orderStores(db) });
      expect(status).toBe(201);
      expect(body).toMatchObject({ totalMinor: 100 });
      gifts.push(
        (body['lines'] as { sku: string; gift?: string }[]).filter(({ gift }) => gift).map((line) => line.sku),
      );
      expect((await place(content)).status).toBe(200);
    }
    expect(gifts).toEqual([[first], [second], []]);
    expect(await unitsOf(db, [first, second])).toMatchObject({ reserved: 2 });
  });

  test('whose gift is required and out of stock is refused', async () => {
    const [sku = '', gift = ''] = await skusWith(db, [9, 0]);
    await put(aPromotion({ discount: { kind: 'gift', level: 'line', gifts: [gift], ifOutOfStock: 'refuse' } }));
    expect(await place(contentOf({ lines: linesOf([sku]) }))).toMatchObject({
      status: 409,
      body: { type: 'out-of-stock' },
    });
  });

  test('uses a unique code once, in any spelling, and its cancellation frees it', async () => {
    const [sku = ''] = await skusWith(db, [9]);
    await put(aPromotion({ promotionId: 'batch', needsCode: true }));
    await db.send(
      new PutCommand({
        TableName: tables.PROMOTION_TABLE_NAME,
        Item: { ...codeKey('UNIQUE1'), code: 'UNIQUE1', promotionId: 'batch', batchId: 'b' },
      }),
    );
    const order = () => contentOf({ lines: linesOf([sku]), couponCodes: [' unique1'] });
    const holder = order();
    expect((await place(holder)).body['discountMinor']).toBe(10);
    expect((await place(order())).body['discountMinor']).toBe(0);
    await cancel(holder, 'r1');
    expect((await place(order())).body['discountMinor']).toBe(10);
  });

  test('of a channel that prices itself gets none', async () => {
    const [sku = ''] = await skusWith(db, [9]);
    await put(aPromotion());
    const selfPricing = { storefront: { channel: 'storefront', pricesItself: true, staff: false } };
    const { body } = await place(contentOf({ lines: linesOf([sku]) }), { known: selfPricing });
    expect(body).toMatchObject({ discountMinor: 0, totalMinor: 100 });
  });
});

describe('an order of many SKUs', () => {
  test('claims with its last transaction, once, and is priced again if the limit is reached meanwhile', async () => {
    const skus = await skusWith(
      db,
      Array.from({ length: 120 }, () => 9),
    );
    const sale = aPromotion({ limits: { total: 2, budgetMinor: { GBP: 5000 } } });
    await put(sale);
    for (const [index, discountMinor] of [1200, 1200, 0].entries()) {
      const content = contentOf({ lines: linesOf(skus) });
      const crashing = orderStores(withCrash(db, { transaction: index + 1, when: 'after' }));
      await expect(place(content, { through: crashing })).rejects.toThrow('Crashed');
      const placed = await place(content);
      expect([200, 201]).toContain(placed.status);
      expect(placed.body).toMatchObject({ discountMinor });
      if (index === 1) await cancel(content, 'r1');
      if (index === 1) await place(contentOf({ lines: linesOf(skus.slice(0, 1)) }));
    }
    expect(await left(sale)).toMatchObject({ uses: 0, budgetMinor: 5000 - 1200 - 10 });
  });

  test('is chunked when its claims do not fit the transaction', async () => {
    const skus = await skusWith(
      db,
      Array.from({ length: 97 }, () => 9),
    );
    const sale = aPromotion({
      limits: { total: 2, units: 9, perCustomer: 1 },
      discount: { kind: 'fixed-price', level: 'line', priceMinor: { GBP: 60 } },
    });
    await put(sale);
    const content = contentOf({ lines: linesOf(skus) });
    expect(await place(content)).toMatchObject({ status: 201, body: { discountMinor: 9 * 40 } });
    expect(await left(sale, content)).toMatchObject({ uses: 1, units: 0, customerUses: 0 });
    await cancel(content, 'r1');
    expect(await left(sale, content)).toMatchObject({ uses: 2, units: 9, customerUses: 1 });
  });
});

describe('claims are released', () => {
  test('once, when the whole order is cancelled (P29)', async () => {
    const [a = '', b = ''] = await skusWith(db, [99, 99]);
    await put(coded(1));
    const code = { couponCodes: ['ONCE'] };
    const first = contentOf({ lines: linesOf([a, b]), ...code });
    expect((await place(first)).body).toMatchObject({ discountMinor: 20 });
    await cancel(first, 'r1', [{ lineId: 'line-2', quantity: 1 }]);
    expect(await left(coded(1))).toMatchObject({ uses: 0 });
    await cancel(first, 'r2');
    await cancel(first, 'r2');
    expect(await left(coded(1))).toMatchObject({ uses: 1 });
    const unpaid = contentOf({ lines: linesOf([a]), ...code });
    expect((await place(unpaid, { known: payingChannels })).body).toMatchObject({ discountMinor: 10 });
    const due = processDueOrders(shop.stores.orders);
    await due(aCause({ now: noon + 16 * 60_000 }), { budgetMs: 60_000 });
    await due(aCause({ now: noon + 17 * 60_000 }), { budgetMs: 60_000 });
    expect((await itemOf(unpaid)).status).toBe('expired');
    expect(await left(coded(1))).toMatchObject({ uses: 1 });
  });

  test('of the units in excess of those that remain (P40)', async () => {
    const [sku = ''] = await skusWith(db, [9]);
    await put(flash(3));
    const content = contentOf({ lines: linesOf([sku], 5) });
    expect((await place(content)).body).toMatchObject({ totalMinor: 380, discountMinor: 120 });
    expect(await left(flash(3))).toMatchObject({ units: 0 });
    await cancel(content, 'r1', [{ lineId: 'line-1', quantity: 1 }]);
    expect(await left(flash(3))).toMatchObject({ units: 0 });
    await cancel(content, 'r2', [{ lineId: 'line-1', quantity: 2 }]);
    expect(await left(flash(3))).toMatchObject({ units: 1 });
    await cancel(content, 'r3');
    expect(await left(flash(3))).toMatchObject({ units: 3 });
  });

  test('once, if the answer to the cancellation is lost', async () => {
    const [sku = ''] = await skusWith(db, [9]);
    await put(flash(3));
    const content = contentOf({ lines: linesOf([sku], 2) });
    await place(content);
    const crashing = promotedOrders(withCrash(db, { transaction: 1, when: 'after' }));
    await expect(crashing.cancel(content, 'r1')).rejects.toThrow('Crashed');
    await cancel(content, 'r1');
    expect(await left(flash(3))).toMatchObject({ units: 3 });
  });
});

test('a lowered limit of several counters holds: orders read them before they claim', async () => {
  const [sku = ''] = await skusWith(db, [99]);
  await put(flash(40, 16));
  const many = contentOf({ lines: linesOf([sku], 30) });
  expect((await place(many)).body).toMatchObject({ discountMinor: 30 * 40 });
  const lowered = { ...flash(32, 16), version: 2, limitsLowered: true };
  await put(lowered);
  const discounts: unknown[] = [];
  for (let order = 0; order < 4; order += 1) {
    discounts.push((await place(contentOf({ lines: linesOf([sku]) }))).body['discountMinor']);
  }
  expect(discounts).toEqual([40, 40, 0, 0]);
  expect(await left(lowered)).toMatchObject({ units: 0 });
});

describe('concurrent orders', () => {
  test.each([
    ['10 units at the flash price', flash(10), { couponCodes: [] }, 10],
    ['10 units in 16 counters', flash(10, 16), { couponCodes: [] }, 10],
    ['a code with 5 uses', coded(5), { couponCodes: ['ONCE'] }, 5],
  ] as const)(
    '%s go to as many of 30 orders, with conflicts, crashes and cancellations',
    async (_name, promotion, given, expected) => {
      const [sku = ''] = await skusWith(db, [99]);
      await put(promotion);
      const conflicting = orderStores(withConflicts(db, { conflicts: 10 }));
      const crashing = [3, 5].map(() => orderStores(withCrash(db, { transaction: 1, when: 'after' })));
      const contents = Array.from({ length: 30 }, () =>
        contentOf({ lines: linesOf([sku]), couponCodes: [...given.couponCodes] }),
      );
      const cancelled = contents[0] ?? contentOf({});
      expect((await place(cancelled)).body['discountMinor']).not.toBe(0);
      await Promise.all([
        cancel(cancelled, 'r1'),
        ...contents.slice(1).map(async (content, index) => {
          const through = crashing[index] ?? conflicting;
          await place(content, { through }).catch(() => place(content));
        }),
      ]);
      const orders = await Promise.all(contents.slice(1).map(itemOf));
      const discounted = orders.filter(({ discountMinor }) => discountMinor > 0);
      // A use that was released after the last order was priced remains.
      const remaining = await left(promotion);
      const unused = remaining?.units ?? remaining?.uses ?? 0;
      expect(discounted.length + unused).toBe(expected);
      expect(unused).toBeLessThanOrEqual(1);
    },
  );
});

describe('the cost of an order', () => {
  test('without promotions is one read, and its two writes beside the stock', async () => {
    const [sku = ''] = await skusWith(db, [9]);
    const watched = counting();
    const content = contentOf({ lines: linesOf([sku]) });
    await place(content, { through: orderStores(watched.db) });
    expect([watched.reads(), watched.queries()]).toEqual([1, 0]);
    expect(watched.actions().map((each) => each.length)).toEqual([3]);
    expect(Object.keys(await itemOf(content))).not.toContain('promotionClaims');
  });

  test('with a limited promotion has one more action, and reads the counters only when little is left', async () => {
    const [sku = ''] = await skusWith(db, [99]);
    await put(coded(3));
    const watched = counting();
    const through = orderStores(watched.db);
    const reads: number[] = [];
    for (let order = 0; order < 6; order += 1) {
      const before = watched.reads();
      await place(contentOf({ lines: linesOf([sku]), couponCodes: ['ONCE'] }), { through });
      reads.push(watched.reads() - before);
    }
    // The first order loads the set; the fourth finds the limit reached; the next ones read the counter with the order.
    expect(reads).toEqual([2, 1, 1, 3, 1, 1]);
    expect(watched.actions().map((each) => each.length)).toEqual([4, 4, 4, 4, 3, 3, 3]);
    expect(await createClaimsStore(db, tables.PROMOTION_TABLE_NAME).counts([])).toEqual(new Map());
  });
});
