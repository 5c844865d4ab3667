import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, test } from 'vitest';
import '../../support/environment.ts';
import { listPromotions } from '../../../functions/promotion-scheduling/definitions/list-api.ts';
import { versionApi } from '../../../functions/promotion-scheduling/definitions/version-api.ts';
import { sharedCodeKey } from '../../../functions/promotion-scheduling/promotion/promotion-record.ts';
import { categoryTreeKey } from '../../../shared/catalog/category-tree.ts';
import { skuKey } from '../../../shared/catalog/sku-item.ts';
import {
  listPromotions as listRoute,
  listPromotionVersions,
  getPromotionVersion,
} from '../../../shared/contracts/promotions/routes.ts';
import { readBatch } from '../../../shared/dynamodb/database.ts';
import { encodeSnapshot } from '../../../shared/settings/snapshot.ts';
import { aCause, aSku, noon } from '../../support/builders.ts';
import { cursors } from '../../support/cursors.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { aRequest } from '../../support/requests.ts';
import { promotionRoutes, storeZone } from '../promotion-builders.ts';

const { db } = databaseForAll();
const { create, put, get, act, store, inForce, set } = promotionRoutes(db);
const events = async (id: string) =>
  (await eventsOf(db, tables.PROMOTION_TABLE_NAME, `PROMOTION#${id}`)).map(({ detailType, detail }) => [
    detailType,
    detail.data['action'],
  ]);
const day = 86_400_000;
const statusesOf = (responses: readonly { status: number }[]) =>
  responses.map(({ status }) => status).toSorted((a, b) => a - b);

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
  await db.send(
    new PutCommand({ TableName: tables.CATALOG_TABLE_NAME, Item: { ...categoryTreeKey, version: 1, data } }),
  );
  const Item = { ...skuKey('MUG'), ...aSku({ costMinor: 1100 }) };
  await db.send(new PutCommand({ TableName: tables.CATALOG_TABLE_NAME, Item }));
});

describe('a promotion', () => {
  test('is in force once it is created, and the same request creates it once', async () => {
    const created = await create('first', { eligible: { categories: ['toys'] } });
    expect(created).toMatchObject({
      status: 201,
      headers: { etag: '"1"' },
      body: { state: 'active', inForceVersion: 1 },
    });
    expect(await inForce()).toContain('first');
    expect((await set()).categoryPaths).toEqual({ kites: ['toys', 'kites'], toys: ['toys'] });
    const again = await create('first', { eligible: { categories: ['toys'] } });
    expect(again).toMatchObject({ status: 200, headers: { 'idempotent-replayed': 'true' }, body: { version: 1 } });
    expect(await create('first', { name: 'Other' })).toMatchObject({ status: 409, body: { type: 'promotion-exists' } });
    expect(await events('first')).toEqual([['PromotionChanged', 'created']]);
  });

  test('is created once by concurrent requests', async () => {
    const responses = await Promise.all(Array.from({ length: 10 }, () => create('once')));
    expect(statusesOf(responses)).toEqual([...Array.from({ length: 9 }, () => 200), 201]);
    expect(await events('once')).toHaveLength(1);
  });

  test('that is a draft is not in force until it is submitted', async () => {
    expect(await create('draft', { draft: true })).toMatchObject({ status: 201, body: { state: 'draft' } });
    expect(await inForce()).not.toContain('draft');
    expect(await act('submit', 'draft')).toMatchObject({ status: 200, body: { state: 'active', version: 2 } });
    expect(await inForce()).toContain('draft');
  });

  test('is replaced with the ETag of its version only', async () => {
    await create('edited');
    expect(await put('edited', { name: 'Second' })).toMatchObject({ status: 428 });
    expect(await put('edited', { name: 'Second' }, '"2"')).toMatchObject({ status: 412, headers: { etag: '"1"' } });
    expect(await put('edited', { name: 'Second' }, '"1"')).toMatchObject({ status: 200, headers: { etag: '"2"' } });
    expect(await put('edited', { name: 'Second' }, '"1"')).toMatchObject({ status: 200, headers: { etag: '"2"' } });
    expect(await put('none', {}, '"1"')).toMatchObject({ status: 404 });
    const found = (await set()).promotions.find(({ promotionId }) => promotionId === 'edited');
    expect(found).toMatchObject({ name: 'Second', version: 2 });
  });

  test('keeps one of a hundred concurrent edits with the same ETag, and all of those that read again', async () => {
    await create('busy');
    const edits = Array.from({ length: 100 }, (_, index) => put('busy', { name: `Edit ${index}` }, '"1"'));
    const statuses = (await Promise.all(edits)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 412)).toHaveLength(99);
    const names = await Promise.all(['a', 'b', 'c'].map((id) => create(`parallel-${id}`)));
    expect(names.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(await inForce()).toEqual(expect.arrayContaining(['parallel-a', 'parallel-b', 'parallel-c']));
  });

  test('has its history: who did what, with the differences', async () => {
    await create('history');
    await put('history', { discount: { kind: 'percent', level: 'line', basisPoints: 2000 } }, '"1"', 'admin');
    await act('pause', 'history', { comment: 'Out of stock' });
    const api = versionApi(store, cursors);
    const list = await api.list(
      aRequest(listPromotionVersions, { params: { promotionId: 'history' }, query: { limit: 2 } }, 'marketing'),
    );
    expect(list.body).toMatchObject({
      versions: [
        { version: 3, action: 'paused', comment: 'Out of stock', changes: [{ entry: '/paused', kind: 'added' }] },
        {
          version: 2,
          action: 'changed',
          by: 'admin',
          from: '192.0.2.1',
          changes: [{ entry: '/discount/basisPoints', before: 1000, after: 2000 }],
        },
      ],
      cursor: expect.any(String),
    });
    const version = (number: number) =>
      api.get(aRequest(getPromotionVersion, { params: { promotionId: 'history', version: number } }, 'marketing'));
    expect(await version(1)).toMatchObject({
      status: 200,
      body: { action: 'created', changeCount: 0, content: { name: 'Sale' } },
    });
    expect(await version(4)).toMatchObject({ status: 404 });
  });

  test('shows its state and its next start and end as instants', async () => {
    const schedule = { start: '2026-03-06T09:00', end: '2026-03-29T03:00' };
    await create('timed', { schedule });
    expect((await get('timed')).body).toMatchObject({
      state: 'scheduled',
      nextStartAt: '2026-03-06T09:00:00.000Z',
      // The clocks have changed to summer time.
      nextEndAt: '2026-03-29T02:00:00.000Z',
    });
    expect((await get('timed', Date.parse('2026-03-06T09:00:00Z'))).body).toMatchObject({ state: 'active' });
    expect((await get('timed', Date.parse('2026-03-29T02:00:00Z'))).body).toMatchObject({ state: 'ended' });
    expect(await get('unknown')).toMatchObject({ status: 404 });
  });

  test('that recurs is scheduled between two occurrences', async () => {
    await create('wednesdays', { schedule: { rrule: 'FREQ=WEEKLY;BYDAY=WE', hours: { from: '17:00', to: '19:00' } } });
    expect((await get('wednesdays')).body).toMatchObject({
      state: 'scheduled',
      nextStartAt: '2026-03-11T17:00:00.000Z',
      nextEndAt: '2026-03-11T19:00:00.000Z',
    });
  });

  test.each<[string, Record<string, unknown>, string, string]>([
    [
      'an end before the start',
      { schedule: { start: '2026-05-02T00:00', end: '2026-05-01T00:00' } },
      '/schedule/end',
      'not after the start',
    ],
    ['an unknown zone', { schedule: { zone: 'Europe/Londn' } }, '/schedule/zone', 'Europe/London'],
    ['an offset as zone', { schedule: { zone: '+01:00' } }, '/schedule/zone', 'no IANA time zone'],
    ['a day that the month lacks', { schedule: { start: '2026-02-30T00:00' } }, '/schedule/start', 'no date'],
    ['a rule of hours', { schedule: { rrule: 'FREQ=HOURLY' } }, '/schedule/rrule', 'FREQ'],
    ['a rule with a count', { schedule: { rrule: 'FREQ=DAILY;COUNT=3' } }, '/schedule/rrule', 'COUNT'],
    [
      'hours without duration',
      { schedule: { hours: { from: '09:00', to: '09:00' } } },
      '/schedule/hours/to',
      'no duration',
    ],
    ['no goods', { eligible: {} }, '/eligible', 'Names no goods'],
    ['an unknown SKU', { eligible: { skus: ['MUG', 'NONE'] } }, '/eligible/skus/1', 'not in the catalogue'],
    [
      'an unknown excluded SKU',
      { eligible: { all: true, except: { skus: ['NONE'] } } },
      '/eligible/except/skus/0',
      'NONE',
    ],
    ['an unknown category', { eligible: { categories: ['toy'] } }, '/eligible/categories/0', 'toys'],
    ['an unknown product', { eligible: { products: ['none'] } }, '/eligible/products/0', 'none'],
    ['an unknown gift', { discount: { kind: 'gift', level: 'line', gifts: ['NONE'] } }, '/discount/gifts/0', 'NONE'],
    [
      'an unknown bundle SKU',
      { discount: { kind: 'bundle', level: 'line', bundle: { NONE: 1 }, priceMinor: { GBP: 1 } } },
      '/discount/bundle/NONE',
      'NONE',
    ],
    ['an unknown method', { methods: ['pigeon'] }, '/methods/0', 'pigeon'],
    ['an unknown channel', { audience: { channels: ['shop'] } }, '/audience/channels/0', 'storefront'],
    [
      'a tier without a value',
      { discount: { kind: 'tiers', level: 'order', tierOn: 'units', tiers: [{ kind: 'percent', fromUnits: 2 }] } },
      '/discount/tiers/0/basisPoints',
      'basisPoints',
    ],
    [
      'a tier without its threshold',
      {
        discount: {
          kind: 'tiers',
          level: 'order',
          tierOn: 'subtotal',
          tiers: [{ kind: 'percent', basisPoints: 1, fromUnits: 2 }],
        },
      },
      '/discount/tiers/0/fromMinor',
      'fromMinor',
    ],
    [
      'two tiers of one threshold',
      {
        discount: {
          kind: 'tiers',
          level: 'order',
          tierOn: 'units',
          tiers: [
            { kind: 'percent', basisPoints: 1, fromUnits: 2 },
            { kind: 'percent', basisPoints: 2, fromUnits: 2 },
          ],
        },
      },
      '/discount/tiers/1/fromUnits',
      'already',
    ],
    ['one code twice', { codes: ['SPRING10', 'spring-10'] }, '/codes/1', 'already'],
    ['a code of dashes', { codes: ['- - -'] }, '/codes/0', 'at least 3'],
    ['codes that are not needed', { codes: ['SPRING10'], needsCode: false }, '/needsCode', 'needs one'],
    ['a period without a budget', { limits: { budgetPer: 'day' } }, '/limits/budgetPer', 'budgetMinor'],
    ['uses of codes without codes', { limits: { perCode: 1 } }, '/limits/perCode', 'no codes'],
  ])('is refused with %s', async (_name, content, pointer, detail) => {
    const response = await create('refused', content);
    expect(response).toMatchObject({ status: 422, body: { type: 'invalid-content' } });
    expect((response.body as { errors: unknown[] }).errors).toEqual([
      { pointer, detail: expect.stringContaining(detail) },
    ]);
    expect(await get('refused')).toMatchObject({ status: 404 });
  });
});

describe('a code', () => {
  test('belongs to one promotion, whatever its case, until 31 days after the end of it', async () => {
    await create('owner', { codes: ['Summer 5'], schedule: { end: '2026-03-10T00:00' } });
    const taken = await create('thief', { codes: ['SUMMER-5'] });
    expect(taken).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/codes/0', detail: expect.stringContaining('owner until 2026-04-10') }] },
    });
    const later = Date.parse('2026-04-10T00:00:01Z');
    expect(await create('thief', { codes: ['SUMMER-5'] }, 'marketing', later)).toMatchObject({ status: 201 });
    expect(await store.ownerOf('SUMMER5')).toBe('thief');
  });

  // Drafts change no set, so that only the condition on the code refuses them.
  test.each([false, true])('is taken by one of several concurrent promotions (drafts: %s)', async (draft) => {
    const codes = [`RACE-${draft}`];
    const responses = await Promise.all(
      ['a', 'b', 'c', 'd'].map((id) => create(`race-${id}-${draft}`, { codes, draft })),
    );
    expect(statusesOf(responses)).toEqual([201, 422, 422, 422]);
  });

  test('is free once its promotion no longer has it', async () => {
    await create('had', { codes: ['FREE10', 'KEPT10'] });
    await put('had', { codes: ['KEPT10'] }, '"1"');
    expect(await create('has', { codes: ['FREE10'] })).toMatchObject({ status: 201 });
    const items = await readBatch(db, { [tables.PROMOTION_TABLE_NAME]: [sharedCodeKey('KEPT10')] }, true);
    expect(items.get(tables.PROMOTION_TABLE_NAME)).toMatchObject([{ promotionId: 'had' }]);
  });

  test('of a batch is not a shared code as well', async () => {
    const Item = { pk: 'CODE#UNIQUE99', sk: 'CODE', promotionId: 'first', batchId: 'b' };
    await db.send(new PutCommand({ TableName: tables.PROMOTION_TABLE_NAME, Item }));
    expect(await create('shared', { codes: ['unique99'] })).toMatchObject({ status: 422 });
  });
});

describe('a list of promotions', () => {
  const list = (query: Record<string, unknown>, now = noon) =>
    listPromotions(
      store,
      cursors,
      storeZone,
    )(aRequest(listRoute, { query: { limit: 50, ...query }, cause: aCause({ now }) }, 'marketing'));
  const ids = async (query: Record<string, unknown>, now?: number) =>
    ((await list(query, now)).body as { promotions: { promotionId: string }[] }).promotions.map(
      ({ promotionId }) => promotionId,
    );

  beforeAll(async () => {
    await create('l-ended', { schedule: { end: '2026-03-05T13:00' } });
    await create('l-paused');
    await act('pause', 'l-paused');
    await create('l-market', { audience: { channels: ['marketplace'] }, codes: ['MARKET5'] });
    await create('l-late', {}, 'marketing', noon + day);
  });

  test.each<[string, Record<string, unknown>, string[], string[]]>([
    ['by state', { status: ['paused'] }, ['l-paused'], ['l-market', 'l-ended']],
    ['by states', { status: ['draft', 'ended'] }, ['l-ended'], ['l-paused', 'l-market']],
    ['by channel', { channel: 'storefront' }, ['l-paused', 'l-ended'], ['l-market']],
    ['by last change', { changedSince: '2026-03-06' }, ['l-late'], ['l-paused', 'l-market']],
    ['by code', { code: 'market 5' }, ['l-market'], ['l-paused']],
    ['by an unknown code', { code: 'NONE' }, [], ['l-market']],
  ])('is filtered %s', async (_name, query, listed, others) => {
    const found = await ids(query, noon + day);
    expect(found).toEqual(expect.arrayContaining(listed));
    for (const other of others) expect(found).not.toContain(other);
  });

  test('has each promotion once over all pages', async () => {
    const all: string[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await list({ limit: 3, ...(cursor !== undefined && { cursor }) });
      const page = body as { promotions: { promotionId: string }[]; cursor?: string };
      all.push(...page.promotions.map(({ promotionId }) => promotionId));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(new Set(all).size).toBe(all.length);
    expect(all).toEqual(expect.arrayContaining(['first', 'l-ended', 'thief']));
    expect(all).toEqual(all.toSorted());
  });
});
