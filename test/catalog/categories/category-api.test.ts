import { beforeEach, describe, expect, test } from 'vitest';
import {
  getCategory,
  listCategories,
  putCategory,
  saveCategory,
} from '../../../functions/catalog/categories/category-api.ts';
import { createCategoryStore } from '../../../functions/catalog/categories/category-store.ts';
import * as routes from '../../../shared/contracts/catalog/category-routes.ts';
import { aCause } from '../../support/builders.ts';
import { cursors } from '../../support/cursors.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { aRequest } from '../../support/requests.ts';

const database = databaseForEach();
const storeOf = () => createCategoryStore(database.db, tables);
const at = (time: string) => Date.parse(`2026-03-05T${time}Z`);

/** Long enough for 20 concurrent PUTs on a slow machine. */
const retryBudgetMs = 60_000;

const put = (categoryId: string, content: object, { ifMatch, now }: { ifMatch?: string; now?: number } = {}) =>
  putCategory(saveCategory(storeOf(), retryBudgetMs))(
    aRequest(routes.putCategory, {
      params: { categoryId },
      headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
      body: routes.CategoryContent.parse({ name: categoryId, ...content }),
      cause: aCause(now === undefined ? {} : { now }),
    }),
  );
const get = (categoryId: string) => getCategory(storeOf())(aRequest(routes.getCategory, { params: { categoryId } }));
const list = (query: object = {}, client = 'admin') =>
  listCategories(
    storeOf(),
    cursors,
    'Europe/London',
  )(aRequest(routes.listCategories, { query: routes.listCategories.query.parse(query) }, client));
const pageOf = async (query: object) =>
  (await list(query)).body as { categories: { categoryId: string }[]; cursor?: string };
const idsOf = async (query: object) => (await pageOf(query)).categories.map(({ categoryId }) => categoryId);
const events = (categoryId: string) => eventsOf(database.db, tables.CATALOG_TABLE_NAME, `CATEGORY#${categoryId}`);

describe('categories', () => {
  test('are created, renamed and read with their path; unchanged content publishes nothing', async () => {
    expect(await put('drinks', { name: 'Drinks' })).toMatchObject({ status: 201 });
    const created = await put('tea', { name: 'Tea', parentId: 'drinks' });
    expect(created).toMatchObject({
      status: 201,
      body: {
        categoryId: 'tea',
        path: [
          { categoryId: 'drinks', name: 'Drinks' },
          { categoryId: 'tea', name: 'Tea' },
        ],
      },
    });
    expect(await put('tea', { name: 'Tea', parentId: 'drinks' })).toEqual({ ...created, status: 200 });
    expect(await get('tea')).toEqual({ ...created, status: 200 });
    const renamed = await put('drinks', { name: 'Beverages' });
    expect(renamed.status).toBe(200);
    expect(await get('tea')).toMatchObject({ headers: created.headers, body: { path: [{ name: 'Beverages' }, {}] } });
    expect((await events('drinks')).map(({ detail }) => detail.data)).toMatchObject([
      { name: 'Drinks', path: ['drinks'], version: 1 },
      { name: 'Beverages', path: ['drinks'], version: 2 },
    ]);
    expect(await events('tea')).toHaveLength(1);
  });

  test('are refused with a pointer, and changed only for the ETag that If-Match names', async () => {
    const seen = (await put('tea', {})).headers?.['etag'] ?? '';
    expect(await put('tea', { parentId: 'none' })).toMatchObject({
      status: 422,
      body: { type: 'invalid-content', errors: [{ pointer: '/parentId' }] },
    });
    expect(await put('tea', { name: 'Teas' }, { ifMatch: seen })).toMatchObject({ status: 200 });
    expect(await put('tea', { name: 'Leaves' }, { ifMatch: seen })).toMatchObject({
      status: 412,
      body: { type: 'precondition-failed' },
    });
    expect(await get('none')).toMatchObject({ status: 404, body: { type: 'unknown-category' } });
  });

  test('changed at once make no cycle: of two moves below each other, one is refused', async () => {
    await put('a', {});
    await put('b', {});
    const moves = await Promise.all([put('a', { parentId: 'b' }), put('b', { parentId: 'a' })]);
    expect(moves.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 422]);
  });

  test('created at once are all there, each with one event', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `c${String(index).padStart(2, '0')}`);
    expect((await Promise.all(ids.map((id) => put(id, {})))).map(({ status }) => status)).toEqual(ids.map(() => 201));
    expect(await idsOf({})).toEqual(ids);
    for (const id of ids) expect(await events(id)).toHaveLength(1);
  });

  test('that do not fit into their item are refused', async () => {
    const store = { ...storeOf(), write: async () => 'too-large' as const };
    const body = routes.CategoryContent.parse({ name: 'x' });
    expect(
      await putCategory(saveCategory(store))(aRequest(routes.putCategory, { params: { categoryId: 'x' }, body })),
    ).toMatchObject({ status: 422, body: { type: 'too-many-categories' } });
  });
});

describe('the list of categories', () => {
  beforeEach(async () => {
    await put('tea', {}, { now: at('09:00:00') });
    await put('green', { parentId: 'tea' }, { now: at('10:00:00') });
    await put('black', { parentId: 'tea' }, { now: at('11:00:00') });
    await put('Cups', {}, { now: at('12:00:00') });
  });

  test.each([
    [{}, ['Cups', 'black', 'green', 'tea']],
    [{ parentId: 'tea' }, ['black', 'green']],
    [{ parentId: 'none' }, []],
    [{ changedSince: '2026-03-05T11:00:00Z' }, ['Cups', 'black']],
    [{ changedSince: '2026-03-06' }, []],
    [{ parentId: 'tea', changedSince: '2026-03-05T11:00:00Z' }, ['black']],
  ])('with %j has %j', async (query, ids) => expect(await idsOf(query)).toEqual(ids));

  test('has pages that neither repeat nor miss a category while others are added', async () => {
    const first = await pageOf({ limit: '2' });
    expect(first.categories).toMatchObject([{ categoryId: 'Cups' }, { categoryId: 'black' }]);
    await put('Bowls', {});
    await put('jars', {});
    const second = await pageOf({ limit: '2', cursor: first.cursor });
    expect(second.categories).toMatchObject([{ categoryId: 'green' }, { categoryId: 'jars' }]);
    expect(await idsOf({ limit: '2', cursor: second.cursor })).toEqual(['tea']);
  });

  test('refuses a cursor of other filters or of another caller', async () => {
    const { cursor } = await pageOf({ limit: '2' });
    for (const [query, client] of [
      [{ parentId: 'tea', cursor }, 'admin'],
      [{ cursor }, 'storefront'],
      [{ cursor: 'x' }, 'admin'],
    ] as const) {
      expect(await list(query, client)).toMatchObject({ status: 400, body: { type: 'invalid-cursor' } });
    }
  });
});
