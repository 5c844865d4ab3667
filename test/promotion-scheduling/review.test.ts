import { beforeAll, describe, expect, test } from 'vitest';
import '../support/environment.ts';
import { saveSku, putSku } from '../../functions/catalog/skus/sku-api.ts';
import { createCatalogStore } from '../../functions/catalog/skus/sku-store.ts';
import { checkApi } from '../../functions/promotion-scheduling/definitions/check-api.ts';
import { createReferenceStore } from '../../functions/promotion-scheduling/promotion/reference-store.ts';
import { reductionReview } from '../../functions/promotion-scheduling/reductions/reduction-review.ts';
import { reviewWith } from '../../functions/promotion-scheduling/review.ts';
import { noPastBaskets, withDays } from '../../functions/promotion-scheduling/worst-case/past-baskets.ts';
import { createConcernedSkus } from '../../functions/promotion-scheduling/worst-case/concerned-skus-store.ts';
import { readPricedOffer } from '../../shared/catalog/offer-store.ts';
import { createPriceHistoryStore } from '../../shared/catalog/price-history-store.ts';
import * as catalogRoutes from '../../shared/contracts/catalog/routes.ts';
import { checkPromotion } from '../../shared/contracts/promotions/preview-routes.ts';
import { Promotion } from '../../shared/contracts/promotions/promotion.ts';
import type { HttpResponse } from '../../shared/contracts/problem.ts';
import { publicPromotionsOfSku } from '../../shared/promotions/public-promotions-store.ts';
import { defaultPromotionSettings } from '../../shared/settings/promotion-policy.ts';
import { aCause, aPolicy, noon } from '../support/builders.ts';
import { databaseForAll, tables } from '../support/database/dynamodb.ts';
import { aRequest } from '../support/requests.ts';
import { aContent, promotionRoutes, storeZone } from './promotion-builders.ts';

const { db } = databaseForAll();
const day = 86_400_000;
const channel = (name: string) => ({ channel: name, pricesItself: false, staff: false });
const readOffer = readPricedOffer(db, tables);
let pastBaskets = noPastBaskets;
const review = reviewWith({
  skus: createConcernedSkus(db, tables),
  pastBaskets: async () => pastBaskets,
  readOffer,
  reductions: reductionReview({
    history: createPriceHistoryStore(db, tables),
    promotions: publicPromotionsOfSku(db, tables, async () => defaultPromotionSettings, storeZone),
  }),
  settings: { selling: aPolicy(), channels: { storefront: channel('storefront') } },
});
const { create, put, act, store, settings } = promotionRoutes(db, {}, review);

const saved = saveSku(createCatalogStore(db, tables), {
  taxCategories: ['standard'],
  priceGuard: { belowMargin: 'refuse', changeExpiresHours: 1 },
});
const putPrice = (sku: string, priceMinor: number, now: number) =>
  putSku(saved, async () => ({ status: 202 }))(
    aRequest(catalogRoutes.putSku, {
      params: { sku },
      headers: {},
      body: catalogRoutes.SkuContent.parse({ name: sku, priceMinor, costMinor: 1000, currency: 'GBP' }),
      cause: aCause({ actor: 'admin', now }),
    }),
  );
beforeAll(async () => {
  await putPrice('MUG', 2000, noon - 90 * day);
  await putPrice('TEA', 1800, noon - 90 * day);
  await putPrice('TEA', 2000, noon - 7 * day);
});

const of = (skus: string[], basisPoints: number, given: object = {}) => ({
  eligible: { skus },
  discount: { kind: 'percent', level: 'line', basisPoints },
  allowBelowFloor: true,
  ...given,
});
const body = (response: HttpResponse) => Promotion.parse(response.body);
const typesOf = (response: HttpResponse) => (body(response).warnings ?? []).map(({ type }) => type);

describe('a promotion that is saved', () => {
  test('says that no basket falls below its floor, and what was searched', async () => {
    const { worstCase, warnings } = body(await create('mild', of(['MUG'], 1000)));
    expect(warnings).toEqual([]);
    expect(worstCase).toMatchObject({
      isBelowFloor: false,
      searched: { skus: 1, isWhole: true },
      worst: { slackMinor: 800 },
    });
    await act('end', 'mild');
  });

  test('shows the basket that falls below its floor with a promotion that is in force, as a quote', async () => {
    await create('first', of(['MUG'], 3000));
    const response = await create('second', of(['MUG'], 4000));
    expect(typesOf(response)).toContain('below-floor');
    expect(body(response).worstCase).toMatchObject({
      isBelowFloor: true,
      worst: { quote: { currency: 'GBP', lines: [{ sku: 'MUG' }] }, promotionIds: ['first', 'second'] },
    });
    // Changed to a discount with which nothing is below its floor.
    const changed = await put('second', of(['MUG'], 500), response.headers?.['etag']);
    expect(body(changed).worstCase?.isBelowFloor).toBe(false);
    for (const id of ['first', 'second']) await act('end', id);
  });

  test('is tried with the baskets of past orders, also with other goods', async () => {
    pastBaskets = withDays(noPastBaskets, {
      '2026-01-01': [
        { lines: [['MUG', 2]], orders: 1 },
        // 18 units of TEA are no small basket, and TEA is not named by the promotion.
        {
          lines: [
            ['MUG', 1],
            ['TEA', 18],
          ],
          orders: 9,
        },
        { lines: [['TEA', 1]], orders: 5 },
      ],
    });
    await create('by-eighteen', of(['TEA'], 6000, { condition: { minUnits: 18 } }));
    const { worstCase } = body(await create('beside', of(['MUG'], 100)));
    expect(worstCase?.searched).toMatchObject({ pastBaskets: 2, skus: 1, skusConcerned: 1 });
    expect(worstCase).toMatchObject({
      isBelowFloor: true,
      worst: { quote: { lines: [{ sku: 'MUG' }, { sku: 'TEA', quantity: 18 }] } },
    });
    pastBaskets = noPastBaskets;
    for (const id of ['by-eighteen', 'beside']) await act('end', id);
  });

  test('is searched when it is submitted, and before it is saved', async () => {
    const draft = await create('drafted', of(['MUG'], 6000, { draft: true }));
    expect(typesOf(draft)).toContain('below-floor');
    const submitted = await act('submit', 'drafted');
    expect(submitted).toMatchObject({ status: 200, body: { state: 'active', worstCase: { isBelowFloor: true } } });
    expect(typesOf(submitted)).toEqual(['below-floor']);
    await act('end', 'drafted');
    const check = checkApi(
      { store, references: createReferenceStore(db, tables), review },
      { ...settings, selling: aPolicy() },
      readOffer,
    );
    const request = { body: { promotion: aContent(of(['MUG'], 6000)) }, cause: aCause({ now: noon }) };
    expect(await check(aRequest(checkPromotion, request))).toMatchObject({
      status: 200,
      body: { warnings: [{ type: 'below-floor' }, { type: 'below-floor' }], worstCase: { isBelowFloor: true } },
    });
  });

  test('warns of a reduction to a price of the last 30 days', async () => {
    expect(typesOf(await create('real', of(['MUG', 'TEA'], 2000)))).toEqual([]);
    expect(typesOf(await put('real', of(['MUG', 'TEA'], 2000), '"1"'))).toEqual([]);
    await act('end', 'real');
    const early = await create('early', of(['TEA'], 500, { schedule: { start: '2026-03-06T00:00' } }));
    expect(body(early).warnings).toMatchObject([{ type: 'no-reduction', pointer: '/discount' }]);
    const announced = of(['MUG'], 1000, {
      announcedReductionBasisPoints: 2000,
      schedule: { start: '2026-03-06T00:00' },
    });
    expect(body(await create('announced', announced)).warnings).toMatchObject([
      { type: 'smaller-reduction', pointer: '/announcedReductionBasisPoints' },
    ]);
    const coded = of(['TEA'], 500, { codes: ['TEATIME'] });
    expect(typesOf(await create('coded', coded))).not.toContain('no-reduction');
    for (const id of ['early', 'announced', 'coded']) await act('end', id);
    // The lower price ended more than 30 days before.
    expect(typesOf(await create('late', of(['TEA'], 500), 'marketing', noon + 31 * day))).toEqual([]);
  });
});
