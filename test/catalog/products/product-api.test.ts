import { describe, expect, test } from 'vitest';
import { saveCategory } from '../../../functions/catalog/categories/category-api.ts';
import { createCategoryStore } from '../../../functions/catalog/categories/category-store.ts';
import { getProduct, putProduct, saveProduct } from '../../../functions/catalog/products/product-api.ts';
import { listProducts } from '../../../functions/catalog/products/product-list-api.ts';
import { createProductStore } from '../../../functions/catalog/products/product-store.ts';
import { putSku, saveSku } from '../../../functions/catalog/skus/sku-api.ts';
import { createCatalogStore } from '../../../functions/catalog/skus/sku-store.ts';
import { CategoryContent } from '../../../shared/contracts/catalog/category-routes.ts';
import * as routes from '../../../shared/contracts/catalog/product-routes.ts';
import * as skuRoutes from '../../../shared/contracts/catalog/routes.ts';
import { aCause, noon } from '../../support/builders.ts';
import { cursors } from '../../support/cursors.ts';
import { databaseForAll, databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { aRequest } from '../../support/requests.ts';
import { aProduct, colour, size } from './product-builders.ts';

const priceGuard = { belowMargin: 'refuse', changeExpiresHours: 1 } as const;
const channels = { storefront: { channel: 'storefront', pricesItself: false, staff: false } };
/** Long enough for 20 concurrent PUTs on a slow machine. */
const retryBudgetMs = 60_000;

function catalogueOf(database: ReturnType<typeof databaseForAll>) {
  const store = createProductStore(database.db, tables);
  const skus = createCatalogStore(database.db, tables);
  const save = saveProduct(store, 'Europe/London', retryBudgetMs);
  return {
    put: (productId: string, content: object, { ifMatch, now = noon }: { ifMatch?: string; now?: number } = {}) =>
      putProduct(
        save,
        channels,
      )(
        aRequest(
          routes.putProduct,
          {
            params: { productId },
            headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
            body: aProduct({ ...content }),
            cause: aCause({ now }),
          },
          'admin',
        ),
      ),
    get: (productId: string, client = 'admin', now = noon) =>
      getProduct(
        store,
        channels,
      )(aRequest(routes.getProduct, { params: { productId }, cause: aCause({ now }) }, client)),
    list: (query: object = {}, client = 'admin', now = noon) =>
      listProducts(
        store,
        cursors,
        'Europe/London',
        channels,
      )(
        aRequest(
          routes.listProducts,
          { query: routes.listProducts.query.parse(query), cause: aCause({ now }) },
          client,
        ),
      ),
    putSku: (sku: string, given: object = {}) =>
      putSku(saveSku(skus, { taxCategories: ['standard'], priceGuard }, retryBudgetMs), async () => ({ status: 202 }))(
        aRequest(skuRoutes.putSku, {
          params: { sku },
          body: skuRoutes.SkuContent.parse({ name: sku, priceMinor: 1200, currency: 'GBP', ...given }),
        }),
      ),
    sku: async (sku: string) => (await skus.read(sku))?.record,
    category: (categoryId: string, content: object = {}) =>
      saveCategory(createCategoryStore(database.db, tables), retryBudgetMs)(
        categoryId,
        CategoryContent.parse({ name: categoryId, ...content }),
        undefined,
        aCause(),
      ),
    events: async (productId: string) =>
      (await eventsOf(database.db, tables.CATALOG_TABLE_NAME, `PRODUCT#${productId}`)).map((event) => [
        event.detailType,
        event.detail.data,
      ]),
  };
}

describe('a product', () => {
  const { put, get, putSku: newSku, sku, category, events } = catalogueOf(databaseForAll());

  test('is created, unchanged and replaced with its SKUs, and publishes each change once', async () => {
    await category('clothes', { name: 'Clothes' });
    await category('shirts', { name: 'Shirts', parentId: 'clothes' });
    await newSku('SHIRT-S');
    await newSku('SHIRT-M', { priceMinor: 1300, active: false });
    const variants = [
      { sku: 'SHIRT-S', attributes: [size('S')] },
      { sku: 'SHIRT-M', attributes: [size('M')] },
    ];
    const content = { categoryId: 'shirts', variants, status: 'published', withdrawAt: '2026-12-24T18:00' };
    const created = await put('shirt', content);
    expect(created).toMatchObject({
      status: 201,
      body: {
        state: 'published',
        categoryPath: [{ name: 'Clothes' }, { name: 'Shirts' }],
        completeness: { percent: 100 },
        variants: [
          { sku: 'SHIRT-S', priceMinor: 1200 },
          { sku: 'SHIRT-M', priceMinor: 1300, active: false },
        ],
      },
    });
    expect(await put('shirt', content)).toEqual({ ...created, status: 200 });
    expect(await get('shirt')).toEqual({ ...created, status: 200 });
    const seen = await get('shirt', 'storefront');
    expect(seen).toMatchObject({ status: 200, body: { variants: [{ sku: 'SHIRT-S' }] } });
    for (const hidden of ['completeness', 'withdrawAt', 'publishedUntil', 'timeZone', 'SHIRT-M']) {
      expect(JSON.stringify(seen.body)).not.toContain(hidden);
    }
    expect(await sku('SHIRT-S')).toMatchObject({
      product: { productId: 'shirt', publishedUntil: '2026-12-24T18:00:00.000Z' },
    });

    expect(await put('shirt', { ...content, status: 'archived', variants: variants.slice(1) })).toMatchObject({
      status: 200,
    });
    expect((await sku('SHIRT-S'))?.product).toBeUndefined();
    expect(await sku('SHIRT-M')).toMatchObject({ product: { status: 'archived' }, priceMinor: 1300 });
    expect(await get('shirt', 'storefront')).toMatchObject({ status: 404, body: { type: 'unknown-product' } });
    expect(await events('shirt')).toMatchObject([
      ['ProductChanged', { version: 1, removedSkus: [] }],
      ['ProductLaunched', { skus: ['SHIRT-S', 'SHIRT-M'], version: 1 }],
      ['ProductChanged', { version: 2, removedSkus: ['SHIRT-S'] }],
      ['ProductWithdrawn', { skus: ['SHIRT-M'], version: 2 }],
    ]);
  });

  test('is seen by a channel from the instant of its launch until its withdrawal', async () => {
    const launch = Date.parse('2026-07-01T08:00:00Z');
    const withdrawal = Date.parse('2026-08-01T08:00:00Z');
    await put('kite', { status: 'published', launchAt: '2026-07-01T09:00', withdrawAt: '2026-08-01T09:00' });
    const statusAt = async (now: number) => (await get('kite', 'storefront', now)).status;
    expect(await statusAt(launch - 1)).toBe(404);
    expect(await statusAt(launch)).toBe(200);
    expect(await statusAt(withdrawal - 1)).toBe(200);
    expect(await statusAt(withdrawal)).toBe(404);
    expect(await get('kite', 'admin', withdrawal)).toMatchObject({ body: { state: 'withdrawn' } });
    expect(await get('none')).toMatchObject({ status: 404 });
  });

  test('is refused with pointers, and changed only for the ETag that If-Match names', async () => {
    const seen = (await put('hat', {})).headers?.['etag'] ?? '';
    expect(await put('hat', { categoryId: 'none', variants: [{ sku: 'NONE' }] })).toMatchObject({
      status: 422,
      body: { type: 'invalid-content', errors: [{ pointer: '/categoryId' }, { pointer: '/variants/0/sku' }] },
    });
    expect(await put('hat', { title: 'A cap' }, { ifMatch: seen })).toMatchObject({ status: 200 });
    expect(await put('hat', { title: 'A bonnet' }, { ifMatch: seen })).toMatchObject({ status: 412 });
    expect(await get('hat')).toMatchObject({ body: { title: 'A cap' } });
  });

  test('of two that claim a SKU at once, one gets it; it moves when the other has let it go', async () => {
    await newSku('ONE');
    const variants = [{ sku: 'ONE' }];
    const claims = await Promise.all(['left', 'right'].map((productId) => put(productId, { variants })));
    expect(claims.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 422]);
    const [winner, loser] = claims[0]?.status === 201 ? ['left', 'right'] : ['right', 'left'];
    expect(await sku('ONE')).toMatchObject({ product: { productId: winner } });
    await put(winner, { variants: [] });
    expect(await put(loser, { variants })).toMatchObject({ status: 201 });
    expect(await sku('ONE')).toMatchObject({ product: { productId: loser } });
  });

  test('keeps every change of 10 concurrent PUTs, also while prices of its SKU change', async () => {
    await newSku('RUSH');
    const variants = [{ sku: 'RUSH' }];
    const numbers = Array.from({ length: 10 }, (_, index) => index + 1);
    const responses = await Promise.all([
      ...numbers.map((day) =>
        put('rush', { variants, status: 'published', launchAt: `2026-07-${String(day).padStart(2, '0')}T09:00` }),
      ),
      ...numbers.map((price) => newSku('RUSH', { priceMinor: price })),
    ]);
    expect(responses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      ...Array.from({ length: 19 }, () => 200),
      201,
    ]);
    expect((await events('rush')).length).toBe(10);
    const product = (await get('rush')).body as { publishedFrom: string };
    expect(await sku('RUSH')).toMatchObject({ product: { publishedFrom: product.publishedFrom } });
  });

  test('with 90 variants is one transaction', { timeout: 600_000 }, async () => {
    const codes = Array.from({ length: 90 }, (_, index) => `MANY-${index}`);
    await Promise.all(codes.map((code) => newSku(code)));
    const variants = codes.map((code) => ({ sku: code, attributes: [colour(code)] }));
    expect(await put('many', { variants })).toMatchObject({ status: 201 });
    expect(await put('many', { variants, status: 'published' })).toMatchObject({ status: 200 });
    expect(await sku('MANY-89')).toMatchObject({ product: { status: 'published' } });
  });
});

describe('the list of products', () => {
  const { put, list, category } = catalogueOf(databaseForEach());
  const at = (time: string) => ({ now: Date.parse(`2026-03-05T${time}Z`) });
  const fill = async () => {
    await category('drinks');
    await category('tea', { parentId: 'drinks' });
    await category('kitchen');
    await put('earl-grey', { status: 'published', categoryId: 'tea', labels: ['gift', 'new'] }, at('09:00:00'));
    await put('juice', { categoryId: 'drinks', labels: ['gift'] }, at('10:00:00'));
    await put('Mug', { status: 'archived', categoryId: 'kitchen' }, at('11:00:00'));
    await put('pot', { status: 'published', launchAt: '2026-03-05T15:00', categoryId: 'kitchen' }, at('09:30:00'));
    await put('loose', { status: 'published' }, at('12:00:00'));
  };
  const idsOf = async (query: object, client = 'admin', now = noon) =>
    ((await list(query, client, now)).body as { products: { productId: string }[] }).products.map(
      ({ productId }) => productId,
    );

  test('has filters by category with those below it, label, state and last change', async () => {
    await fill();
    for (const [query, ids] of [
      [{}, ['Mug', 'earl-grey', 'juice', 'loose', 'pot']],
      [{ category: 'drinks' }, ['earl-grey', 'juice']],
      [{ category: 'tea' }, ['earl-grey']],
      [{ category: 'none' }, []],
      [{ label: 'gift' }, ['earl-grey', 'juice']],
      [{ label: 'Gift' }, []],
      [{ status: 'draft' }, ['juice']],
      [{ status: 'scheduled,archived' }, ['Mug', 'pot']],
      [{ status: 'published', category: 'drinks' }, ['earl-grey']],
      [{ changedSince: '2026-03-05T11:00:00Z' }, ['Mug', 'loose']],
      [{ changedSince: '2026-03-06' }, []],
    ] as const) {
      expect(await idsOf(query), JSON.stringify(query)).toEqual(ids);
    }
    const evening = Date.parse('2026-03-05T18:00:00Z');
    expect(await idsOf({ status: 'published' }, 'admin', evening)).toEqual(['earl-grey', 'loose', 'pot']);
    expect(await idsOf({ changedSince: '2026-03-05T14:00:00Z' }, 'admin', evening)).toEqual(['pot']);
    expect(await idsOf({}, 'storefront')).toEqual(['earl-grey', 'loose']);
    expect(await idsOf({ status: 'draft' }, 'storefront')).toEqual([]);
    expect(JSON.stringify((await list({}, 'storefront')).body)).not.toContain('completeness');
  });

  test('has pages that neither repeat nor miss a product, and refuses a cursor of another list', async () => {
    await fill();
    const first = (await list({ limit: '2' })).body as { cursor?: string };
    await put('biscuits', {});
    await put('sugar', {});
    expect(await idsOf({ limit: '10', cursor: first.cursor })).toEqual(['juice', 'loose', 'pot', 'sugar']);
    for (const [query, client] of [
      [{ label: 'gift', cursor: first.cursor }, 'admin'],
      [{ cursor: first.cursor }, 'storefront'],
      [{ cursor: 'x' }, 'admin'],
    ] as const) {
      expect(await list(query, client)).toMatchObject({ status: 400, body: { type: 'invalid-cursor' } });
    }
  });
});
