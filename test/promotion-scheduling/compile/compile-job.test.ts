import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import '../../support/environment.ts';
import { compileCategories, repairPromotions } from '../../../functions/promotion-scheduling/compile/compile-job.ts';
import { promotionKey } from '../../../functions/promotion-scheduling/promotion/promotion-record.ts';
import {
  createPromotionStore,
  type PromotionStore,
} from '../../../functions/promotion-scheduling/promotion/promotion-store.ts';
import { categoryTreeKey } from '../../../shared/catalog/category-tree.ts';
import { encodeSnapshot } from '../../../shared/settings/snapshot.ts';
import { noon } from '../../support/builders.ts';
import { withConflicts } from '../../support/database/conflicting-database.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { aPromotion, putPromotions } from '../../support/promotions.ts';
import { promotionRoutes, promotionSettings } from '../promotion-builders.ts';

const database = databaseForEach();
const settings = promotionSettings();
/** A function instance: it keeps the last set, and each test has a table of its own. */
let store: PromotionStore;
let routes: ReturnType<typeof promotionRoutes>;
beforeEach(() => {
  store = createPromotionStore(database.db, tables);
  routes = promotionRoutes(database.db);
});
const create: typeof routes.create = (...given) => routes.create(...given);
const act: typeof routes.act = (...given) => routes.act(...given);
const set = () => routes.set();
const inForce = () => routes.inForce();
const day = 86_400_000;

const putTree = async (
  version: number,
  parents: Record<string, string | undefined>,
  margins: Record<string, number> = {},
) => {
  const categories = Object.entries(parents).map(([categoryId, parentId]) => ({
    categoryId,
    name: categoryId,
    parentId,
    position: 0,
    requiredFields: [],
    attributes: [],
    changedAt: new Date(noon).toISOString(),
    version: 1,
    minMarginBasisPoints: margins[categoryId],
  }));
  const Item = { ...categoryTreeKey, version, data: encodeSnapshot({ categories }) };
  await database.db.send(new PutCommand({ TableName: tables.CATALOG_TABLE_NAME, Item }));
};

describe('the promotions in force', () => {
  test('follow a category that is moved, once for each change of the tree', async () => {
    await putTree(1, { toys: undefined, kites: undefined, food: undefined });
    await create('sale', { eligible: { categories: ['toys'] } });
    expect((await set()).categoryPaths).toEqual({ toys: ['toys'] });
    await putTree(2, { toys: undefined, kites: 'toys', food: undefined });
    const compile = compileCategories(store, settings);
    expect(await compile(noon)).toBe('put-in-force');
    expect((await set()).categoryPaths).toEqual({ toys: ['toys'], kites: ['toys', 'kites'] });
    expect(await compile(noon)).toBe('unchanged');
    // A category that no promotion names.
    await putTree(3, { toys: undefined, kites: 'toys', food: undefined, tea: 'food' });
    expect(await compile(noon)).toBe('unchanged');
  });

  test('have the margins of categories that have their own, and of those below', async () => {
    await putTree(1, { toys: undefined, kites: 'toys', food: undefined }, { toys: 2000 });
    await create('sale');
    expect((await set()).minMarginBasisPoints).toEqual({ byCategory: { toys: 2000, kites: 2000 } });
    await putTree(2, { toys: undefined, kites: 'toys', food: undefined }, { toys: 2000, kites: 500 });
    await compileCategories(store, { ...settings, priceGuard: { belowMargin: 'refuse', minMarginBasisPoints: 500 } })(
      noon,
    );
    expect((await set()).minMarginBasisPoints).toEqual({ default: 500, byCategory: { toys: 2000 } });
  });

  test('are written by one of several concurrent changes of the tree', async () => {
    await putTree(1, { toys: undefined });
    await create('sale', { eligible: { categories: ['toys'] } });
    await putTree(2, { toys: undefined, kites: 'toys' });
    const results = await Promise.all(Array.from({ length: 4 }, () => compileCategories(store, settings)(noon)));
    expect(results.toSorted()).toEqual(['put-in-force', 'unchanged', 'unchanged', 'unchanged']);
    expect(await set()).toMatchObject({ version: 2 });
  });

  test('are compiled again after conflicts with other transactions', async () => {
    await putTree(1, { toys: undefined });
    await create('sale', { eligible: { categories: ['toys'] } });
    await putTree(2, { toys: undefined, kites: 'toys' });
    const busy = createPromotionStore(withConflicts(database.db, { conflicts: 3 }), tables);
    expect(await compileCategories(busy, settings)(noon)).toBe('put-in-force');
  });

  test('are none for a store without promotions, and its orders read none', async () => {
    await putTree(1, { toys: undefined });
    expect(await compileCategories(store, settings)(noon)).toBe('unchanged');
    expect(await repairPromotions(store, settings)(noon)).toEqual({ promotions: 0, set: 'unchanged' });
    expect(await set()).toEqual({ version: 0, promotions: [], categoryPaths: {} });
  });
});

describe('the nightly repair', () => {
  test('changes nothing where every change has written its set', async () => {
    await create('a');
    await create('b', { draft: true });
    await act('pause', 'a');
    expect(await repairPromotions(store, settings)(noon)).toEqual({ promotions: 2, set: 'unchanged' });
  });

  test('puts promotions in force that the set lacks, and removes those that do not exist', async () => {
    await create('a');
    await create('b');
    await putPromotions(database.db, { promotions: [aPromotion({ promotionId: 'ghost' })] });
    expect(await repairPromotions(store, settings)(noon)).toEqual({ promotions: 3, set: 'put-in-force' });
    expect(await inForce()).toEqual(['a', 'b']);
  });

  test('removes promotions 31 days after their end, and those approved later 31 days after that', async () => {
    await create('ended', { schedule: { end: '2026-03-06T00:00' } });
    await create('past', { schedule: { end: '2020-01-01T00:00' } });
    await create('open');
    const end = Date.parse('2026-03-06T00:00Z');
    await repairPromotions(store, settings)(noon + 31 * day - 1);
    expect(await inForce()).toEqual(['ended', 'open', 'past']);
    await repairPromotions(store, settings)(noon + 31 * day);
    expect(await inForce()).toEqual(['ended', 'open']);
    await repairPromotions(store, settings)(end + 31 * day);
    expect(await inForce()).toEqual(['open']);
  });

  test.each(['a', 'b', 'c'])(
    'of a promotion that cannot be read (%s) delays no other, and keeps what is in force',
    async (bad) => {
      for (const id of ['a', 'b', 'c']) await create(id);
      const repaired: string[] = [];
      await database.db.send(
        new UpdateCommand({
          TableName: tables.PROMOTION_TABLE_NAME,
          Key: promotionKey(bad),
          UpdateExpression: 'SET #data = :bad',
          ExpressionAttributeNames: { '#data': 'data' },
          ExpressionAttributeValues: { ':bad': Buffer.from('no DEFLATE data') },
        }),
      );
      const repair = repairPromotions(store, settings, async ({ promotionId }) => void repaired.push(promotionId));
      await expect(repair(noon)).rejects.toThrow('1 of 3 item(s) failed');
      expect(repaired.toSorted()).toEqual(['a', 'b', 'c'].filter((id) => id !== bad));
      expect(await inForce()).toEqual(['a', 'b', 'c']);
    },
  );
});
