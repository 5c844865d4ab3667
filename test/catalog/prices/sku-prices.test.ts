import { BatchWriteCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import '../../support/environment.ts';
import { getPriceList, listPriceLists, putPriceList } from '../../../functions/catalog/price-lists/price-list-api.ts';
import { createPriceListStore } from '../../../functions/catalog/price-lists/price-list-store.ts';
import { getPricesAt, listPriceHistory } from '../../../functions/catalog/prices/history-api.ts';
import { createPriceHistoryStore } from '../../../shared/catalog/price-history-store.ts';
import {
  deleteSkuPrices,
  getSkuPrices,
  putSkuPrices,
  savePrices,
} from '../../../functions/catalog/prices/sku-prices-api.ts';
import { putSku, saveSku } from '../../../functions/catalog/skus/sku-api.ts';
import { priceListVersionKey } from '../../../shared/catalog/price-keys.ts';
import { createCatalogStore } from '../../../functions/catalog/skus/sku-store.ts';
import { createCategoryStore } from '../../../functions/catalog/categories/category-store.ts';
import { saveCategory } from '../../../functions/catalog/categories/category-api.ts';
import { CategoryContent } from '../../../shared/contracts/catalog/category-routes.ts';
import * as listRoutes from '../../../shared/contracts/catalog/price-list-routes.ts';
import * as priceRoutes from '../../../shared/contracts/catalog/price-routes.ts';
import * as routes from '../../../shared/contracts/catalog/routes.ts';
import { priceListReader, priceListsKey } from '../../../shared/catalog/price-list-snapshot.ts';
import { skuKey, SkuRecord } from '../../../shared/catalog/sku-item.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import { readBatch } from '../../../shared/dynamodb/database.ts';
import { publicPromotionsOfSku } from '../../../shared/promotions/public-promotions-store.ts';
import { defaultPromotionSettings } from '../../../shared/settings/promotion-policy.ts';
import { priceOf } from '../../../shared/pricing/price-lists.ts';
import { aCause, noon } from '../../support/builders.ts';
import { cursors } from '../../support/cursors.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { aPromotion, putPromotions } from '../../support/promotions.ts';
import { aRequest } from '../../support/requests.ts';

const database = databaseForAll();
const { db } = database;
const store = createCatalogStore(db, tables);
const lists = createPriceListStore(db, tables);
const history = createPriceHistoryStore(db, tables);
const promotions = publicPromotionsOfSku(db, tables, async () => defaultPromotionSettings, 'Europe/London');
const priceGuard = { belowMargin: 'refuse', changeExpiresHours: 1 } as const;
const channel = (name: string) => ({ channel: name, pricesItself: false, staff: false });
const channels = { storefront: channel('storefront'), marketplace: channel('marketplace') };
/** Long enough for concurrent requests on a slow machine. */
const budgetMs = 60_000;

const save = savePrices(store, priceGuard, budgetMs);
const by = (now: number) => aCause({ actor: 'admin', now });
const match = (ifMatch?: string) => (ifMatch === undefined ? {} : { 'if-match': ifMatch });
const putList = (listId: string, content: object, now = noon) =>
  putPriceList(
    lists,
    channels,
    budgetMs,
  )(
    aRequest(listRoutes.putPriceList, {
      params: { listId },
      body: listRoutes.PriceListContent.parse({ name: listId, currency: 'EUR', priority: 10, ...content }),
      cause: by(now),
    }),
  );
const putOwn = (sku: string, content: object, now = noon) =>
  putSku(saveSku(store, { taxCategories: ['standard'], priceGuard }, budgetMs), async () => ({ status: 202 }))(
    aRequest(routes.putSku, {
      params: { sku },
      headers: {},
      body: routes.SkuContent.parse({ name: sku, priceMinor: 1200, currency: 'GBP', ...content }),
      cause: by(now),
    }),
  );
const put = (
  listId: string,
  sku: string,
  prices: object[],
  { ifMatch, now = noon }: { ifMatch?: string; now?: number } = {},
) =>
  putSkuPrices(save, async () => ({ status: 202 }))(
    aRequest(priceRoutes.putSkuPrices, {
      params: { listId, sku },
      headers: match(ifMatch),
      body: priceRoutes.SkuPricesContent.parse({ prices }),
      cause: by(now),
    }),
  );
const get = (listId: string, sku: string, client = 'admin', now = noon) =>
  getSkuPrices(
    store,
    priceGuard,
    channels,
  )(aRequest(priceRoutes.getSkuPrices, { params: { listId, sku }, cause: by(now) }, client));
const remove = (listId: string, sku: string, now = noon) =>
  deleteSkuPrices(save)(
    aRequest(priceRoutes.deleteSkuPrices, { params: { listId, sku }, headers: {}, cause: by(now) }),
  );
const pricesAt = (sku: string, at: string, client = 'admin', now = noon) =>
  getPricesAt(
    store,
    history,
    channels,
  )(aRequest(priceRoutes.getPricesAt, { params: { sku }, query: { at }, cause: by(now) }, client));
type HistoryQuery = {
  limit: number;
  cursor?: string;
  channel?: string;
  currency?: 'GBP' | 'EUR';
  from?: string;
  to?: string;
};
const historyOf = (sku: string, query: HistoryQuery, client = 'admin', now = noon) =>
  listPriceHistory(store, history, cursors, { channels, timeZone: 'Europe/London', promotions })(
    aRequest(priceRoutes.listPriceHistory, { params: { sku }, query, cause: by(now) }, client),
  );
const events = (pk: string) => eventsOf(db, tables.CATALOG_TABLE_NAME, pk);
const tagOf = (response: HttpResponse) => response.headers?.['etag'] ?? '';
const at = (unitPriceMinor: number) => [{ minQuantity: 1, unitPriceMinor }];
const iso = (minutes: number) => new Date(noon + minutes * 60_000).toISOString();

describe('prices in lists', () => {
  test('are written, read and ended, each change once', async () => {
    expect(await putList('euro', {})).toMatchObject({ status: 201, body: { version: 1 } });
    await putOwn('MUG', {});
    const written = await put('euro', 'MUG', [
      { until: iso(10), breaks: [{ unitPriceMinor: 1500 }, { minQuantity: 10, unitPriceMinor: 1400 }] },
      { from: iso(10), breaks: at(1300) },
    ]);
    expect(written).toMatchObject({
      status: 200,
      body: { currency: 'EUR', prices: [{ from: iso(0) }, { breaks: at(1300) }] },
    });
    expect(await put('euro', 'MUG', (written.body as { prices: object[] }).prices)).toEqual(written);
    expect(await get('euro', 'MUG')).toEqual(written);
    expect((await events('SKU#MUG')).map(({ detailType }) => detailType)).toEqual(['SkuChanged', 'PriceChanged']);
    expect(await remove('euro', 'MUG', noon + 60_000)).toEqual({ status: 204 });
    expect(await get('euro', 'MUG', 'admin', noon + 60_000)).toMatchObject({ body: { prices: [] } });
    expect(await remove('euro', 'MUG', noon + 60_000)).toEqual({ status: 204 });
    expect(await events('SKU#MUG')).toHaveLength(3);
  });

  test('are refused with the tag of other prices, and not by a change of the name', async () => {
    await putOwn('TAG', {});
    const seen = tagOf(await put('euro', 'TAG', [{ breaks: at(1) }]));
    await putOwn('TAG', { name: 'Another name' });
    expect(await put('euro', 'TAG', [{ breaks: at(2) }], { ifMatch: seen, now: noon + 1 })).toMatchObject({
      status: 200,
    });
    expect(await put('euro', 'TAG', [{ breaks: at(3) }], { ifMatch: seen, now: noon + 2 })).toMatchObject({
      status: 412,
    });
  });

  test.each([
    ['none', 'MUG', 'unknown-price-list'],
    ['euro', 'NONE', 'unknown-sku'],
  ])('are refused for the list %s and the SKU %s', async (listId, sku, type) => {
    for (const response of [
      await put(listId, sku, [{ breaks: at(1) }]),
      await get(listId, sku),
      await remove(listId, sku),
    ]) {
      expect(response).toMatchObject({ status: 404, body: { type } });
    }
  });

  test('are refused beyond the size of a SKU', async () => {
    await putOwn('LARGE', {});
    const breaks = Array.from({ length: 50 }, (_, index) => ({ minQuantity: index + 1, unitPriceMinor: 1 }));
    const prices = Array.from({ length: 11 }, (_, index) => ({ from: iso(index), until: iso(index + 1), breaks }));
    expect(await put('euro', 'LARGE', prices)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/prices' }] },
    });
    expect(await put('euro', 'LARGE', prices.slice(0, 10))).toMatchObject({ status: 200 });
  });

  test('keep both of two changes at once, and the name that is changed beside them', async () => {
    for (const listId of ['a', 'b', 'c']) await putList(listId, { priority: listId.charCodeAt(0) });
    await putOwn('BOTH', {});
    await Promise.all([
      ...['a', 'b', 'c'].map((listId, price) => put(listId, 'BOTH', [{ breaks: at(price) }])),
      putOwn('BOTH', { name: 'A new name', priceMinor: 1100 }),
      ...[1, 2, 3].map((minute) => put('euro', 'BOTH', [{ from: iso(minute), breaks: at(minute) }])),
    ]);
    const [item] = (await readBatch(db, { catalog: [skuKey('BOTH')] }, true)).get('catalog') ?? [];
    const sku = SkuRecord.parse(item);
    expect(sku).toMatchObject({ name: 'A new name', priceMinor: 1100 });
    expect(sku.prices?.map(({ listId }) => listId)).toEqual(['a', 'b', 'c', 'euro']);
    const { body } = await historyOf('BOTH', { limit: 50 });
    // The first one is that of the new SKU.
    expect((body as { changes: object[] }).changes).toHaveLength(8);
    expect((await events('SKU#BOTH')).filter(({ detailType }) => detailType === 'PriceChanged')).toHaveLength(7);
  });
});

test('two lists that would overlap are not both created at once', async () => {
  const responses = await Promise.all(['x', 'y', 'z'].map((listId) => putList(listId, { currency: 'JPY' })));
  expect(responses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 422, 422]);
});

test('the snapshot item has all lists, and selects the price of the SKU item', async () => {
  await putList('snap', { currency: 'USD', channels: ['storefront'] });
  await putOwn('SNAP', {});
  await put('snap', 'SNAP', [
    { from: iso(5), breaks: [{ unitPriceMinor: 500 }, { minQuantity: 3, unitPriceMinor: 400 }] },
  ]);
  const items = (await readBatch(db, { catalog: [priceListsKey, skuKey('SNAP')] }, true)).get('catalog') ?? [];
  const read = priceListReader();
  const [known] = items.filter((item) => (item as { pk: string }).pk === priceListsKey.pk).map(read);
  const [sku] = items
    .filter((item) => (item as { pk: string }).pk !== priceListsKey.pk)
    .map((item) => SkuRecord.parse(item));
  expect(known?.value.map(({ listId }) => listId)).toContain('snap');
  if (!sku) throw new Error('The SKU exists');
  const price = (minute: number, quantity: number, name = 'storefront') =>
    priceOf(sku, quantity, { currency: 'USD', channel: name, at: noon + minute * 60_000 }, known?.value ?? [])
      ?.unitPriceMinor;
  expect([price(4, 1), price(5, 1), price(5, 3), price(5, 3, 'marketplace')]).toEqual([undefined, 500, 400, undefined]);
});

describe('the prices at a time', () => {
  test('are those of then, whatever changed later', async () => {
    await putList('then', { currency: 'CHF', channels: ['storefront'] }, noon + 1000);
    await putOwn('THEN', { costMinor: 700 }, noon + 2000);
    await put('then', 'THEN', [{ breaks: at(10) }], { now: noon + 60_000 });
    await putOwn('THEN', { priceMinor: 1100, costMinor: 800 }, noon + 120_000);
    await put('then', 'THEN', [{ breaks: at(11) }, { from: iso(60), breaks: at(12) }].slice(0, 1), {
      now: noon + 180_000,
    });
    await putList('then', { currency: 'CHF', channels: ['marketplace'] }, noon + 240_000);
    const now = noon + 300_000;
    const seen = async (time: string, client?: string) => {
      const { status, body } = await pricesAt('THEN', time, client, now);
      const { prices = [], cost } = body as {
        prices?: { listId: string; breaks: { unitPriceMinor: number }[] }[];
        cost?: { costMinor: number };
      };
      return [
        status,
        prices.map(({ listId, breaks }) => `${listId} ${breaks[0]?.unitPriceMinor}`).join(),
        cost?.costMinor,
      ];
    };
    expect(await seen(iso(-1))).toEqual([404, '', undefined]);
    expect(await seen(new Date(noon + 2000).toISOString())).toEqual([200, 'base 1200', 700]);
    expect(await seen(iso(1))).toEqual([200, 'then 10,base 1200', 700]);
    expect(await seen(iso(2))).toEqual([200, 'then 10,base 1100', 800]);
    expect(await seen(iso(3))).toEqual([200, 'then 11,base 1100', 800]);
    expect(await seen(iso(60 * 24 * 365))).toEqual([200, 'then 11,base 1100', 800]);
    expect(await seen(iso(3), 'storefront')).toEqual([200, 'then 11,base 1100', 800]);
    expect(await seen(iso(4), 'storefront')).toEqual([200, 'base 1100', 800]);
    expect(await seen(iso(4), 'marketplace')).toEqual([200, 'then 11,base 1100', 800]);
  });

  test('are listed as changes with who, when, before and after, page by page', async () => {
    await putOwn('PAGED', { costMinor: 700 }, noon + 1);
    for (const price of [1, 2, 3, 4])
      await putOwn('PAGED', { priceMinor: price, costMinor: 700 + price }, noon + price * 1000);
    type Page = { changes: { at: string; by: string; lists: object[]; cost?: object }[]; cursor?: string };
    const pages: Page[] = [];
    for (let cursor: string | undefined; pages.length === 0 || cursor !== undefined; cursor = pages.at(-1)?.cursor) {
      pages.push((await historyOf('PAGED', { limit: 2, ...(cursor !== undefined && { cursor }) })).body as Page);
    }
    expect(pages.map(({ changes }) => changes.length)).toEqual([2, 2, 1]);
    expect(pages[0]?.changes[0]).toMatchObject({
      at: new Date(noon + 4000).toISOString(),
      by: 'admin',
      lists: [
        { listId: 'base', before: [{ currency: 'GBP', breaks: at(3) }], after: [{ currency: 'GBP', breaks: at(4) }] },
      ],
      cost: { currency: 'GBP', beforeMinor: 703, afterMinor: 704 },
    });
    expect(await historyOf('PAGED', { limit: 2, cursor: pages[0]?.cursor ?? '' }, 'finance')).toMatchObject({
      status: 400,
    });
    expect(await historyOf('PAGED', { limit: 2 }, 'storefront')).toMatchObject({ status: 403 });
    expect(await historyOf('NONE', { limit: 2 })).toMatchObject({ status: 404 });
  });

  test('are those that everybody was offered in a channel, with the lowest of the 30 days before a reduction', async () => {
    const day = (days: number) => noon + days * 86_400_000;
    const dayIso = (days: number) => new Date(day(days)).toISOString();
    await putList('everybody', { currency: 'GBP', priority: 30, channels: ['storefront'] }, day(0));
    await putList('members', { currency: 'GBP', priority: 40, customerGroups: ['members'] }, day(0));
    await putOwn('OFFERED', { priceMinor: 1000 }, day(1));
    await put('members', 'OFFERED', [{ breaks: at(100) }], { now: day(1) });
    await putOwn('OFFERED', { priceMinor: 2000 }, day(10));
    await put('everybody', 'OFFERED', [{ breaks: at(1500) }, { from: dayIso(50), breaks: at(1) }].slice(0, 1), {
      now: day(20),
    });
    const query = { limit: 1, channel: 'storefront', from: dayIso(15), to: dayIso(60) };
    const prior = { from: dayIso(1), unitPriceMinor: 1000 };
    const offered = {
      channel: 'storefront',
      currency: 'GBP',
      prices: [
        { from: dayIso(10), until: dayIso(20), unitPriceMinor: 2000, listId: 'base' },
        { from: dayIso(20), until: dayIso(40), unitPriceMinor: 1500, listId: 'everybody', prior },
      ],
      // The price of 20.00 ended 20 days before.
      lowest: { from: dayIso(20), unitPriceMinor: 1500 },
    };
    const asked = (client: string, more: object = {}) => historyOf('OFFERED', { ...query, ...more }, client, day(40));
    expect(await asked('admin')).toMatchObject({ status: 200, body: { changes: [{}], offered } });
    expect(await asked('storefront')).toMatchObject({ status: 200, body: { changes: [], offered } });
    expect(await asked('admin', { channel: 'marketplace' })).toMatchObject({
      body: { offered: { prices: [{ until: dayIso(40), unitPriceMinor: 2000 }] } },
    });
    expect(await asked('admin', { currency: 'EUR' })).toMatchObject({ body: { offered: { prices: [] } } });
    expect(await asked('storefront', { channel: 'marketplace' })).toMatchObject({ status: 403 });
    for (const wrong of [{ channel: 'none' }, { from: dayIso(50) }, { from: dayIso(-400) }, { channel: undefined }]) {
      expect(await asked('admin', wrong)).toMatchObject({ status: 400 });
    }
  });

  test('are not calculated from more than 500 versions of the price lists', async () => {
    await putOwn('LISTED', {}, noon);
    const start = noon + 200 * 86_400_000;
    const time = (second: number) => new Date(start + second * 1000).toISOString();
    const { Item } = await db.send(new GetCommand({ TableName: tables.CATALOG_TABLE_NAME, Key: priceListsKey }));
    const versionOf = (second: number) => ({
      PutRequest: { Item: { ...Item, ...priceListVersionKey(time(second), second), at: time(second) } },
    });
    const putVersions = async (first: number, last: number) => {
      for (let from = first; from <= last; from += 25) {
        const seconds = Array.from({ length: Math.min(25, last - from + 1) }, (_, index) => from + index);
        const RequestItems = { [tables.CATALOG_TABLE_NAME]: seconds.map(versionOf) };
        await db.send(new BatchWriteCommand({ RequestItems }));
      }
    };
    const asked = (more: object = {}) =>
      historyOf('LISTED', { limit: 1, channel: 'storefront', to: time(600), ...more }, 'storefront', start + 700_000);
    await putVersions(1, 500);
    expect(await asked()).toMatchObject({ status: 200, body: { offered: { prices: [{ unitPriceMinor: 1200 }] } } });
    await putVersions(501, 501);
    expect(await asked()).toMatchObject({ status: 422, body: { type: 'too-many-changes' } });
    expect(await asked({ to: time(300) })).toMatchObject({ status: 200 });
  });

  test('are those after promotions that everybody gets, from their starts to their ends', async () => {
    const day = (days: number) => noon + days * 86_400_000;
    const dayIso = (days: number) => new Date(day(days)).toISOString();
    const local = (days: number) => dayIso(days).slice(0, 16);
    const started = `${local(5)}:00.000Z`;
    await putOwn('PROMOTED', { priceMinor: 2000 }, day(0));
    const sale = aPromotion({ promotionId: 'sale', schedule: { start: local(5), end: local(8), zone: 'UTC' } });
    const others = [
      aPromotion({ promotionId: 'coded', codes: ['TEN'] }),
      aPromotion({ promotionId: 'members', audience: { customerGroups: ['members'] } }),
      aPromotion({ promotionId: 'elsewhere', audience: { channels: ['marketplace'] } }),
    ];
    await putPromotions(db, { promotions: [sale, ...others] }, tables, day(1));
    // Replaced before its end by a lower one, which is paused later.
    const lower = { ...sale, discount: { kind: 'percent', level: 'line', basisPoints: 2500 } } as const;
    await putPromotions(db, { promotions: [lower, ...others] }, tables, day(6));
    await putPromotions(db, { promotions: [{ ...lower, paused: true }, ...others] }, tables, day(7));
    const query = { limit: 1, channel: 'storefront', from: dayIso(2), to: dayIso(20) };
    const { body } = await historyOf('PROMOTED', query, 'admin', day(40));
    expect((body as { offered: { prices: object[] } }).offered.prices).toMatchObject([
      { from: dayIso(0), until: started, unitPriceMinor: 2000, promotionIds: [] },
      {
        from: started,
        until: dayIso(6),
        unitPriceMinor: 1800,
        listPriceMinor: 2000,
        promotionIds: ['sale'],
        prior: { unitPriceMinor: 2000 },
      },
      {
        from: dayIso(6),
        until: dayIso(7),
        unitPriceMinor: 1500,
        promotionIds: ['sale'],
        prior: { unitPriceMinor: 1800 },
      },
      { from: dayIso(7), unitPriceMinor: 2000, promotionIds: [] },
    ]);
    expect(body).toMatchObject({ offered: { lowest: { from: dayIso(6), unitPriceMinor: 1500 } } });
  });

  test('keep the order of the changes when a clock is slow', async () => {
    await putOwn('SLOW', {}, noon + 5000);
    await putOwn('SLOW', { priceMinor: 1 }, noon + 1000);
    expect(await pricesAt('SLOW', iso(1), 'admin', noon + 120_000)).toMatchObject({
      body: { prices: [{ breaks: at(1) }] },
    });
  });
});

describe('a channel', () => {
  test('reads the lists that apply in it only', async () => {
    await putList('market', { currency: 'SEK', channels: ['marketplace'] });
    await putOwn('SHOWN', {});
    await put('market', 'SHOWN', [{ breaks: at(9) }]);
    expect(await get('market', 'SHOWN', 'storefront')).toMatchObject({ status: 404 });
    expect(await get('market', 'SHOWN', 'marketplace')).toMatchObject({ status: 200 });
    const read = (client: string) =>
      getPriceList(lists, channels)(aRequest(listRoutes.getPriceList, { params: { listId: 'market' } }, client));
    expect([
      (await read('storefront')).status,
      (await read('marketplace')).status,
      (await read('admin')).status,
    ]).toEqual([404, 200, 200]);
    const listed = async (client: string) => {
      const query = { limit: 100, currency: 'SEK' as const };
      const { body } = await listPriceLists(
        lists,
        cursors,
        'Europe/London',
        channels,
      )(aRequest(listRoutes.listPriceLists, { query }, client));
      return (body as { priceLists: object[] }).priceLists.length;
    };
    expect([await listed('storefront'), await listed('marketplace'), await listed('admin')]).toEqual([0, 1, 1]);
  });
});

describe('the margin of a category', () => {
  const categories = createCategoryStore(db, tables);
  const category = (id: string, content: object) =>
    saveCategory(categories, budgetMs)(id, CategoryContent.parse({ name: id, ...content }), undefined, by(noon));

  test('refuses a price below the cost with the margin, also of the category above', async () => {
    await category('drinks', { minMarginBasisPoints: 1000 });
    await category('tea', { parentId: 'drinks' });
    const own = (priceMinor: number) => putOwn('TEA', { category: 'tea', costMinor: 1001, priceMinor });
    expect(await own(1101)).toMatchObject({
      status: 422,
      body: {
        type: 'below-margin',
        errors: [{ pointer: '/priceMinor', detail: expect.stringContaining('below 1102') as unknown }],
      },
    });
    expect(await own(1102)).toMatchObject({ status: 201 });
    await putList('pounds', { currency: 'GBP' });
    const breaks = [{ unitPriceMinor: 1200 }, { minQuantity: 2, unitPriceMinor: 1101 }];
    expect(await put('pounds', 'TEA', [{ breaks }])).toMatchObject({
      status: 422,
      body: { type: 'below-margin', errors: [{ pointer: '/prices/0/breaks/1/unitPriceMinor' }] },
    });
    expect(await put('pounds', 'TEA', [{ breaks: at(1102) }])).toMatchObject({
      status: 200,
      body: { margin: { minPriceMinor: 1102 } },
    });
    expect(await put('euro', 'TEA', [{ breaks: at(1) }])).toMatchObject({
      status: 200,
      body: { margin: { notCompared: 'The cost is in GBP, the list in EUR' } },
    });
  });

  test('reports a higher cost and refuses nothing', async () => {
    const response = await putOwn('TEA', { category: 'tea', costMinor: 2000, priceMinor: 1102 });
    expect(response).toMatchObject({ status: 200, body: { costMinor: 2000 } });
    const reports = (await events('SKU#TEA')).filter(({ detailType }) => detailType === 'MarginTooLow');
    expect(reports.map(({ detail }) => detail.data)).toEqual([
      {
        sku: 'TEA',
        costMinor: 2000,
        currency: 'GBP',
        minMarginBasisPoints: 1000,
        minPriceMinor: 2200,
        prices: [
          { listId: 'base', unitPriceMinor: 1102 },
          { listId: 'pounds', unitPriceMinor: 1102 },
        ],
        notCompared: ['euro'],
      },
    ]);
    // Neither the same cost nor a lower one is reported again.
    await putOwn('TEA', { name: 'Tea', category: 'tea', costMinor: 1900, priceMinor: 1102 });
    expect((await events('SKU#TEA')).filter(({ detailType }) => detailType === 'MarginTooLow')).toHaveLength(1);
    expect(await putOwn('TEA', { category: 'tea', costMinor: 1900, priceMinor: 1103 })).toMatchObject({ status: 422 });
  });

  test('allows every price of a SKU without a cost or without a margin', async () => {
    expect(await putOwn('FREE', { category: 'tea', priceMinor: 0 })).toMatchObject({ status: 201 });
    expect(await putOwn('LOSS', { category: 'toys', costMinor: 10, priceMinor: 0 })).toMatchObject({ status: 201 });
  });
});
