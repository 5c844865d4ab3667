import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, test } from 'vitest';
import '../../support/environment.ts';
import { checkApi } from '../../../functions/promotion-scheduling/definitions/check-api.ts';
import { overlapApi } from '../../../functions/promotion-scheduling/overlaps/overlap-api.ts';
import { createReferenceStore } from '../../../functions/promotion-scheduling/promotion/reference-store.ts';
import { categoryTreeKey } from '../../../shared/catalog/category-tree.ts';
import { readPricedOffer } from '../../../shared/catalog/offer-store.ts';
import { skuKey } from '../../../shared/catalog/sku-item.ts';
import { checkPromotion, listPromotionOverlaps } from '../../../shared/contracts/promotions/preview-routes.ts';
import { encodeSnapshot } from '../../../shared/settings/snapshot.ts';
import { aCause, aPolicy, aSku, noon } from '../../support/builders.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { aRequest } from '../../support/requests.ts';
import { aContent, promotionRoutes } from '../promotion-builders.ts';

const { db } = databaseForAll();
const { create, store, settings, inForce } = promotionRoutes(db);
const stores = { store, references: createReferenceStore(db, tables), review: async () => ({ warnings: [] }) };
const readOffer = readPricedOffer(db, tables);
const selling = aPolicy();
const overlaps = (query: Record<string, string> = {}) =>
  overlapApi(stores, selling, readOffer)(aRequest(listPromotionOverlaps, { query, cause: aCause() }, 'marketing'));
const pairsOf = async (query: Record<string, string> = {}) => {
  const { body } = (await overlaps(query)) as {
    body: { overlaps: { promotionIds: string[]; combination: string; sku?: string }[] };
  };
  return body.overlaps.map(({ promotionIds, combination, sku }) => [promotionIds.join('+'), combination, sku]);
};
const check = (promotion: Record<string, unknown>, given: Record<string, unknown> = {}) =>
  checkApi(
    stores,
    { ...settings, selling },
    readOffer,
  )(
    aRequest(
      checkPromotion,
      { body: checkPromotion.body.parse({ promotion: aContent(promotion), ...given }), cause: aCause() },
      'marketing',
    ),
  );

beforeAll(async () => {
  const category = (categoryId: string, parentId?: string) => ({
    categoryId,
    name: categoryId,
    parentId,
    position: 0,
    requiredFields: [],
    attributes: [],
    changedAt: new Date(noon).toISOString(),
    version: 1,
  });
  const data = encodeSnapshot({ categories: [category('toys'), category('kites', 'toys'), category('food')] });
  const put = (Item: Record<string, unknown>) =>
    db.send(new PutCommand({ TableName: tables.CATALOG_TABLE_NAME, Item }));
  await put({ ...categoryTreeKey, version: 1, data });
  await put({ ...skuKey('KITE'), ...aSku({ sku: 'KITE', priceMinor: 1000, costMinor: 900, category: 'kites' }) });
  await put({ ...skuKey('TEA'), ...aSku({ sku: 'TEA', priceMinor: 500, category: 'food' }) });
  const april = { start: '2026-04-01T00:00', end: '2026-05-01T00:00' };
  await create('kite', { eligible: { skus: ['KITE'] } });
  await create('toys', {
    eligible: { categories: ['toys'] },
    discount: { kind: 'percent', level: 'order', basisPoints: 1000 },
  });
  await create('food', { eligible: { categories: ['food'] } });
  await create('tea-april', { eligible: { skus: ['TEA'] }, schedule: april, exclusive: 'line' });
  await create('ship', { discount: { kind: 'percent', level: 'shipping', basisPoints: 10_000 } });
});

describe('the report of overlaps', () => {
  test('has promotions of one time and the same goods, with the price of a unit with both', async () => {
    expect(await pairsOf()).toEqual([
      ['food+tea-april', 'one', 'TEA'],
      ['kite+toys', 'both', 'KITE'],
    ]);
    const { body } = await overlaps({ promotionId: 'toys' });
    expect(body).toMatchObject({
      isComplete: true,
      overlaps: [{ from: new Date(noon).toISOString(), cart: { subtotalMinor: 1000, discountMinor: 190 } }],
    });
  });

  test.each<[string, Record<string, string>, string[]]>([
    ['before the start of one', { to: '2026-04-01T00:00:00+01:00' }, ['kite+toys']],
    ['at its start', { from: '2026-03-31T23:00:00Z', to: '2026-03-31T23:00:01Z' }, ['food+tea-april', 'kite+toys']],
    ['after its end', { from: '2026-04-30T23:00:00Z' }, ['kite+toys']],
    ['of another promotion', { promotionId: 'ship' }, []],
  ])('has others in a period %s', async (_name, query, ids) => {
    expect((await pairsOf(query)).map(([id]) => id)).toEqual(ids);
  });

  test.each([
    ['empty', { from: '2026-04-01T00:00:00Z', to: '2026-04-01T00:00:00Z' }],
    ['too long', { from: '2026-04-01T00:00:00Z', to: '2027-04-03T00:00:00Z' }],
  ])('refuses a period that is %s', async (_name, query) => {
    expect(await overlaps(query)).toMatchObject({ status: 400, body: { errors: [{ pointer: '/to' }] } });
  });
});

describe('a check', () => {
  const cart = { currency: 'GBP', channel: 'storefront', lines: [{ sku: 'TEA', quantity: 2 }] };

  test('prices a basket with the promotion, and saves nothing', async () => {
    const promotion = {
      eligible: { skus: ['TEA'] },
      discount: { kind: 'amount', level: 'line', amountMinor: { GBP: 100 } },
      priority: 5,
    };
    const response = await check(promotion, { cart });
    expect(response).toMatchObject({ status: 200, body: { needsApproval: false, cart: { subtotalMinor: 1000 } } });
    const { discounts } = (response.body as { cart: { discounts: { promotionId: string }[] } }).cart;
    expect(discounts.map(({ promotionId }) => promotionId)).toEqual(['~unsaved', 'food']);
    expect(await inForce()).not.toContain('~unsaved');
  });

  test('prices a basket of another time, and instead of the promotion that it would replace', async () => {
    const later = { cart: { ...cart, at: '2026-12-01T00:00:00Z' } };
    const scheduled = { eligible: { skus: ['TEA'] }, schedule: { start: '2026-11-01T00:00' } };
    expect(await check(scheduled, { cart, promotionId: 'food' })).toMatchObject({
      body: { cart: { discountMinor: 0 } },
    });
    expect(await check(scheduled, { ...later, promotionId: 'food' })).toMatchObject({
      body: { cart: { discountMinor: 100 } },
    });
  });

  test('names what is wrong below the promotion', async () => {
    expect(await check({ eligible: { skus: ['NONE'] } })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/promotion/eligible/skus/0' }] },
    });
    const unknown = { cart: { ...cart, lines: [{ sku: 'NONE', quantity: 1 }] } };
    expect(await check({}, unknown)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/cart/lines/0/sku' }] },
    });
  });

  test.each<[string, Record<string, unknown>, object]>([
    [
      'a start that the clocks skip',
      { schedule: { start: '2027-03-28T01:30' } },
      { type: 'skipped-time', pointer: '/schedule/start', at: '2027-03-28T01:30:00.000Z' },
    ],
    [
      'an end that occurs twice',
      { schedule: { end: '2026-10-25T01:30' } },
      { type: 'repeated-time', pointer: '/schedule/end', at: '2026-10-25T00:30:00.000Z' },
    ],
    [
      'a start in the past',
      { schedule: { start: '2026-03-01T00:00' } },
      { type: 'past-start', pointer: '/schedule/start' },
    ],
    ['no occurrence', { schedule: { end: '2026-03-01T00:00' } }, { type: 'no-occurrence', pointer: '/schedule/end' }],
    [
      'a threshold after discounts',
      { condition: { minSubtotalMinor: { GBP: 1 }, basis: 'after-goods' } },
      { type: 'not-monotone', pointer: '/condition/basis' },
    ],
    [
      'the cheapest of the same goods',
      {
        discount: {
          kind: 'buy-get',
          level: 'line',
          buy: { units: 2, of: { all: true } },
          get: { units: 1, of: { all: true }, basisPoints: 10_000 },
          select: 'cheapest',
        },
      },
      { type: 'not-monotone', pointer: '/discount/select' },
    ],
    [
      'a price below cost',
      { eligible: { skus: ['TEA', 'KITE'] }, discount: { kind: 'percent', level: 'line', basisPoints: 1100 } },
      { type: 'below-floor', pointer: '/eligible/skus/1' },
    ],
    [
      'an overlap',
      { eligible: { categories: ['kites'] } },
      { type: 'overlap', detail: expect.stringContaining('toys') },
    ],
  ])('warns of %s', async (_name, promotion, warning) => {
    const { body } = (await check(promotion)) as { body: { warnings: object[] } };
    expect(body.warnings).toEqual(expect.arrayContaining([expect.objectContaining(warning)]));
  });

  test('does not warn of a price at cost, or of other goods', async () => {
    const promotion = { eligible: { skus: ['KITE'] }, discount: { kind: 'percent', level: 'line', basisPoints: 1000 } };
    const { body } = (await check(promotion)) as { body: { warnings: { type: string; detail: string }[] } };
    expect(body.warnings.map(({ type, detail }) => `${type} ${detail.split(' ')[0]}`)).toEqual([
      'overlap kite',
      'overlap toys',
    ]);
  });
});
