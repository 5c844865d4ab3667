import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { checkClaims } from '../../../functions/promotion-scheduling/claim-checks/check-claims-job.ts';
import { createClaimCheckStore } from '../../../functions/promotion-scheduling/claim-checks/claim-check-store.ts';
import { compareClaims, confirmed } from '../../../functions/promotion-scheduling/claim-checks/compare-claims.ts';
import { itemOf } from '../../../functions/promotion-scheduling/promotion/promotion-record.ts';
import { PromotionDefinition } from '../../../shared/contracts/promotions/definition.ts';
import type { Key } from '../../../shared/dynamodb/database.ts';
import { customerHashes } from '../../../shared/promotions/customer-hash.ts';
import { customerKey, nameOf } from '../../../shared/promotions/limit-counters.ts';
import { aCause, noon } from '../../support/builders.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { policyOfTests, promotedOrders } from '../../support/orders/promoted-orders.ts';
import { aPromotion } from '../../support/promotions.ts';
import { skusWith } from '../../support/stock/many-skus.ts';

const { db } = databaseForEach();
let shop = promotedOrders(db);
beforeEach(() => {
  shop = promotedOrders(db);
});

const sale = aPromotion({
  limits: { total: 50, perCustomer: 5, budgetMinor: { GBP: 5000 } },
  shards: 16,
  approvedAt: noon - 60_000,
});
const orderAgeDays = 30;
const check = (checkId = 'check', pause: () => Promise<unknown> = async () => undefined) =>
  checkClaims(createClaimCheckStore(db, tables, orderAgeDays), checkId, aCause({ now: noon + 60_000 }), pause);
const orderFor = (sku: string, customer = { id: 'ada' }) => shop.contentOf({ lines: [{ sku, quantity: 1 }], customer });
const add = (key: Key, count: number) =>
  db.send(
    new UpdateCommand({
      TableName: tables.PROMOTION_TABLE_NAME,
      Key: { pk: key.pk, sk: key.sk },
      UpdateExpression: 'ADD used :n',
      ExpressionAttributeValues: { ':n': count },
    }),
  );

describe('a check of claims', () => {
  test('finds no difference after orders, cancellations and partial cancellations', async () => {
    const [sku = ''] = await skusWith(db, [99]);
    await shop.put(sale, aPromotion({ promotionId: 'flash', limits: { units: 9 }, approvedAt: noon - 60_000 }));
    const contents = Array.from({ length: 4 }, () => orderFor(sku));
    for (const content of contents) await shop.place(content);
    await shop.cancel(contents[0] ?? orderFor(sku), 'r1');
    expect(await check()).toMatchObject({ repaired: [], notCompared: 0 });
    expect(await shop.left(sale, { customer: { id: 'ada' } })).toMatchObject({ uses: 47, customerUses: 2 });
  });

  test('repairs counters that differ, of customers too, with an event and a record', async () => {
    const [sku = ''] = await skusWith(db, [99]);
    await shop.put(sale);
    for (let order = 0; order < 3; order += 1) await shop.place(orderFor(sku));
    const [hash = ''] = customerHashes({ id: 'ada' }, policyOfTests);
    const wrong = [{ pk: 'LIMIT#sale', sk: 'USES#15' }, { pk: 'LIMIT#sale', sk: 'USES#14' }, customerKey(hash, 'sale')];
    const before = await shop.left(sale, { customer: { id: 'ada' } });
    for (const key of wrong) await add(key, 2);
    const { repaired } = await check();
    expect(repaired.map(nameOf).toSorted()).toEqual(wrong.map(nameOf).toSorted());
    expect(await shop.left(sale, { customer: { id: 'ada' } })).toEqual(before);
    const events = await eventsOf(db, tables.PROMOTION_TABLE_NAME, 'CLAIM-CHECK#check');
    expect(events.map(({ detailType }) => detailType)).toEqual(wrong.map(() => 'PromotionClaimsRepaired'));
    expect(await check('again')).toMatchObject({ repaired: [] });
  });

  test('changes nothing that orders claim and release meanwhile', async () => {
    const [sku = ''] = await skusWith(db, [99]);
    await shop.put(sale);
    const first = orderFor(sku);
    await shop.place(first);
    let passes = 0;
    const { repaired } = await check('busy', async () => {
      passes += 1;
      await Promise.all([shop.place(orderFor(sku)), shop.place(orderFor(sku, { id: `bob-${passes}` }))]);
      if (passes === 2) await shop.cancel(first, 'r1');
    });
    expect(repaired).toEqual([]);
    const placed = passes * 2 + 1 - (passes >= 2 ? 1 : 0);
    expect(await shop.left(sale)).toMatchObject({ uses: 50 - placed, budgetMinor: 5000 - placed * 10 });
  });

  test('counts orders before the last approval of a promotion', async () => {
    const [sku = ''] = await skusWith(db, [99]);
    const renamed = { ...sale, approvedAt: noon + 48 * 3_600_000 };
    await shop.put(renamed);
    await shop.place(orderFor(sku));
    const definition = PromotionDefinition.parse({
      name: 'Sale',
      discount: { kind: 'percent', level: 'line', basisPoints: 1000 },
    });
    const [at, by] = [new Date(noon - 60_000).toISOString(), 'marketing'];
    const record = {
      promotionId: 'sale',
      version: 1,
      definition,
      status: 'approved' as const,
      authors: [],
      shards: 16,
    };
    const Item = itemOf({ ...record, contentHash: '', createdAt: at, createdBy: by, changedAt: at, changedBy: by });
    await db.send(new PutCommand({ TableName: tables.PROMOTION_TABLE_NAME, Item }));
    const later = aCause({ now: noon + 72 * 3_600_000 });
    const result = await checkClaims(
      createClaimCheckStore(db, tables, orderAgeDays),
      'later',
      later,
      async () => undefined,
    );
    expect(result).toMatchObject({ repaired: [], notCompared: 0 });
    expect(await shop.left(renamed)).toMatchObject({ uses: 49 });
    // A channel may send an order of a time before the promotion. Its claim was once taken for a wrong counter.
    await shop.place({ ...orderFor(sku, { id: 'bob' }), placedAt: new Date(noon - 29 * 86_400_000).toISOString() });
    const again = await checkClaims(
      createClaimCheckStore(db, tables, orderAgeDays),
      'again',
      later,
      async () => undefined,
    );
    expect(again).toMatchObject({ repaired: [], notCompared: 0 });
    expect(await shop.left(renamed)).toMatchObject({ uses: 48 });
  });

  test('repairs nothing if an order cannot be read, and names it', async () => {
    const [sku = ''] = await skusWith(db, [99]);
    await shop.put(sale);
    const content = orderFor(sku);
    await shop.place(content);
    const pk = `ORDER#${shop.idOf(content)}`;
    await db.send(
      new UpdateCommand({
        TableName: tables.ORDER_TABLE_NAME,
        Key: { pk, sk: 'ORDER' },
        UpdateExpression: 'SET promotionClaims = :bad',
        ExpressionAttributeValues: { ':bad': 'unreadable' },
      }),
    );
    await expect(check()).rejects.toThrow(pk);
    expect(await shop.left(sale)).toMatchObject({ uses: 49 });
  });

  test('without limited promotions reads no order', async () => {
    await shop.put(aPromotion());
    expect(await check()).toEqual({ counters: 0, repaired: [], notCompared: 0 });
  });
});

describe('a comparison', () => {
  const key = { pk: 'LIMIT#p', sk: 'USES#0' };
  const held = (count: number) => new Map(count === 0 ? [] : [[nameOf(key), { ...key, count }]]);
  const counters = (used: number) => (used === 0 ? [] : [{ ...key, used }]);
  test.each([
    ['equal', 3, 3, 3, 0, 0],
    ['changed while orders were read', 3, 3, 4, 0, 1],
    ['a counter above', 5, 3, 5, 1, 0],
    ['a counter that is missing', 0, 2, 0, 1, 0],
    ['a counter that no order holds', 2, 0, 2, 1, 0],
    ['nothing at all', 0, 0, 0, 0, 0],
  ])('%s', (_name, before, expected, after, differences, changed) => {
    const result = compareClaims(counters(before), held(expected), counters(after));
    expect([result.differences.length, result.changed.length]).toEqual([differences, changed]);
  });

  test('a difference counts if two passes found the same', () => {
    const difference = { ...key, found: 5, expected: 3 };
    expect(confirmed([difference], [difference])).toEqual([difference]);
    expect(confirmed([{ ...difference, expected: 4 }], [difference])).toEqual([]);
    expect(confirmed([], [difference])).toEqual([]);
  });
});
