import { describe, expect, test } from 'vitest';
import '../../support/environment.ts';
import { getSku, putSku, saveSku } from '../../../functions/catalog/skus/sku-api.ts';
import { createCatalogStore } from '../../../functions/catalog/skus/sku-store.ts';
import * as routes from '../../../shared/contracts/catalog/routes.ts';
import { aCause, aSku } from '../../support/builders.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { aRequest } from '../../support/requests.ts';

const database = databaseForAll();
const store = createCatalogStore(database.db, tables);

const priceGuard = { belowMargin: 'refuse', changeExpiresHours: 1 } as const;

/** Long enough for 20 concurrent PUTs on a slow machine. */
const retryBudgetMs = 60_000;

const put = (sku: string, content: object, ifMatch?: string) =>
  putSku(saveSku(store, { taxCategories: ['standard', 'reduced'], priceGuard }, retryBudgetMs), async () => ({
    status: 202,
  }))(
    aRequest(routes.putSku, {
      params: { sku },
      headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
      body: routes.SkuContent.parse({ name: 'A mug', priceMinor: 1200, currency: 'GBP', ...content }),
    }),
  );
const channels = { storefront: { channel: 'storefront', pricesItself: false, staff: false } };
const get = (sku: string, client = 'admin') =>
  getSku(store, channels)(aRequest(routes.getSku, { params: { sku } }, client));
const events = (sku: string) => eventsOf(database.db, tables.CATALOG_TABLE_NAME, `SKU#${sku}`);

describe('the catalogue', () => {
  test('creates, keeps and replaces a SKU, and publishes each change once', async () => {
    const created = await put('MUG', {});
    expect(created).toMatchObject({ status: 201, body: { sku: 'MUG', taxCategory: 'standard', active: true } });
    expect(await put('MUG', {})).toEqual({ ...created, status: 200 });
    const replaced = await put('MUG', { priceMinor: 1300, category: 'kitchen' });
    expect(replaced.status).toBe(200);
    expect(replaced.headers).not.toEqual(created.headers);
    expect(await get('MUG')).toEqual(replaced);
    expect(await put('MUG', {})).toMatchObject({ status: 200, body: { priceMinor: 1200 } });
    const named = (type: string, all: Awaited<ReturnType<typeof events>>) =>
      all.filter((event) => event.detailType === type).map(({ detail }) => detail.data);
    const all = await events('MUG');
    expect(named('SkuChanged', all).map(({ priceMinor }) => priceMinor)).toEqual([1200, 1300, 1200]);
    expect(named('PriceChanged', all)).toMatchObject([
      { lists: [{ listId: 'base', before: [{ breaks: [{ unitPriceMinor: 1200 }] }] }] },
      { lists: [{ listId: 'base', after: [{ breaks: [{ unitPriceMinor: 1200 }] }] }] },
    ]);
  });

  test('refuses a PUT with the ETag of an earlier version', async () => {
    const seen = (await put('HAT', {})).headers?.['etag'];
    await put('HAT', { priceMinor: 1 });
    expect(await put('HAT', { priceMinor: 2 }, seen)).toMatchObject({
      status: 412,
      body: { type: 'precondition-failed' },
    });
    expect(await get('HAT')).toMatchObject({ body: { priceMinor: 1 } });
  });

  test.each(['reducd', 'constructor', '__proto__', 'Standard', 'none'])(
    'refuses the tax category %s, which the settings do not have',
    async (taxCategory) => {
      const refused = await put('TAXED', { taxCategory });
      const errors = [{ pointer: '/taxCategory', detail: expect.stringContaining('Valid values: standard, reduced') }];
      expect(refused).toMatchObject({ status: 422, body: { type: 'invalid-content', errors } });
      expect(await get('TAXED')).toMatchObject({ status: 404 });
    },
  );

  test('keeps the product of a SKU, and hides a SKU from channels before the launch', async () => {
    const product = { productId: 'pots', status: 'published', publishedFrom: '2026-03-06T00:00:00Z' } as const;
    await store.write({ record: aSku({ sku: 'POT', product }), version: 1, contentHash: '' }, aCause());
    await put('POT', { priceMinor: 7 });
    expect(await get('POT')).toMatchObject({ body: { priceMinor: 7, product } });
    expect(await get('POT', 'storefront')).toMatchObject({ status: 404, body: { type: 'unknown-sku' } });
  });

  test('returns 404 for an unknown SKU', async () => {
    expect(await get('NONE')).toMatchObject({ status: 404, body: { type: 'unknown-sku' } });
  });

  test('creates a SKU once and keeps every change of 20 concurrent PUTs', async () => {
    const responses = await Promise.all(Array.from({ length: 20 }, (_, price) => put('RUSH', { priceMinor: price })));
    expect(responses.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(19);
    expect(new Set(responses.map(({ headers }) => headers?.['etag'])).size).toBe(20);
    // Each change of the price has a second event.
    expect(await events('RUSH')).toHaveLength(39);
  });
});
