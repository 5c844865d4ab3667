import { randomBytes } from 'node:crypto';
import { BatchGetCommand, DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { contentHash } from '../../../shared/ids.ts';
import type { CompiledPromotion } from '../../../shared/pricing/promotions/types.ts';
import { headKeyFor, headKeys, partKey } from '../../../shared/promotions/promotion-head.ts';
import {
  createPromotionSetStore,
  promotionSetOfVersion,
  promotionSetReader,
} from '../../../shared/promotions/promotion-set-store.ts';
import { noon } from '../../support/builders.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { aPromotion, putPromotions } from '../../support/promotions.ts';

const { PROMOTION_TABLE_NAME: table } = tables;
const database = databaseForEach();

/** The database, with the number of batch reads. */
function countingReads(): { db: Database; reads: () => number } {
  let count = 0;
  const send = (command: Parameters<Database['send']>[0]) => {
    count += command instanceof BatchGetCommand ? 1 : 0;
    return database.db.send(command);
  };
  return { db: { send } as Database, reads: () => count };
}
const head = async (id = 'order-1') =>
  ((await readBatch(database.db, { [table]: [headKeyFor(id)] }, true)).get(table) ?? [])[0];
const idsOf = (promotions: readonly CompiledPromotion[] = []) => promotions.map(({ promotionId }) => promotionId);

describe('the promotions of a head', () => {
  test('are none before the first one was put in force, without a read', async () => {
    const { db, reads } = countingReads();
    expect(await promotionSetReader(db, table)(await head())).toBeUndefined();
    expect(reads()).toBe(0);
  });

  test('are loaded once by concurrent requests, and again with the next version', async () => {
    await putPromotions(database.db, { promotions: [aPromotion({ promotionId: 'a' })] });
    const { db, reads } = countingReads();
    const read = promotionSetReader(db, table);
    const first = await head();
    const sets = await Promise.all(Array.from({ length: 20 }, () => read(first)));
    expect(new Set(sets).size).toBe(1);
    expect(sets[0]).toMatchObject({ version: 1, promotions: [{ promotionId: 'a' }] });
    expect(reads()).toBe(1);
    await putPromotions(database.db, { promotions: [aPromotion({ promotionId: 'b' })] });
    expect(idsOf((await read(await head()))?.promotions)).toEqual(['b']);
    expect(reads()).toBe(2);
    // A request that read its head before the change.
    expect(idsOf((await read(first))?.promotions)).toEqual(['b']);
    expect(reads()).toBe(2);
  });

  test('are found by the version that an order names, also after others replaced them or all were switched off', async () => {
    const version = await putPromotions(database.db, { promotions: [aPromotion({ promotionId: 'a' })] });
    await putPromotions(database.db, { promotions: [aPromotion({ promotionId: 'b' })] });
    const store = createPromotionSetStore(database.db, tables);
    await transact(database.db, store.switchActions((await store.current()).head, true, noon));
    const { db, reads } = countingReads();
    const setOf = promotionSetOfVersion(db, table);
    const [first, again] = await Promise.all([setOf(version), setOf(version)]);
    expect(first).toMatchObject({ version, promotions: [{ promotionId: 'a' }] });
    expect(again).toBe(first);
    expect(reads()).toBe(2);
    expect(idsOf((await setOf(version + 1))?.promotions)).toEqual(['b']);
    expect(await setOf(version + 9)).toBeUndefined();
  });

  test('are the same in each copy of the head', async () => {
    await putPromotions(database.db, { promotions: [aPromotion()] });
    const copies = (await readBatch(database.db, { [table]: headKeys }, true)).get(table) ?? [];
    expect(copies).toHaveLength(4);
    expect(new Set(copies.map((copy) => contentHash({ ...Object(copy), pk: '' }))).size).toBe(1);
    const used = Array.from({ length: 200 }, (_, id) => headKeyFor(`order-${id}`).pk);
    expect(new Set(used)).toEqual(new Set(headKeys.map(({ pk }) => pk)));
  });

  test('are switched off and on by the next read, without a load', async () => {
    await putPromotions(database.db, { promotions: [aPromotion()] });
    const { db, reads } = countingReads();
    const read = promotionSetReader(db, table);
    const store = createPromotionSetStore(database.db, tables);
    expect((await read(await head()))?.disabled).toBeUndefined();
    for (const disabled of [true, false]) {
      const current = await store.current();
      expect(await transact(database.db, store.switchActions(current.head, disabled))).toBe('done');
      const set = await read(await head());
      expect(set?.disabled ?? false).toBe(disabled);
      expect(set?.promotions).toHaveLength(1);
    }
    expect(reads()).toBe(1);
  });

  test('can be switched off before there are any, and stay off with the next set', async () => {
    const store = createPromotionSetStore(database.db, tables);
    await transact(database.db, store.switchActions(undefined, true));
    const read = promotionSetReader(database.db, table);
    expect(await read(await head())).toMatchObject({ promotions: [], disabled: true });
    await putPromotions(database.db, { promotions: [aPromotion()] });
    expect(await read(await head())).toMatchObject({ promotions: [{}], disabled: true });
  });

  test('are those of the current head if the parts of an old one have expired', async () => {
    await putPromotions(database.db, { promotions: [aPromotion({ promotionId: 'old' })] });
    const old = await head();
    await putPromotions(database.db, { promotions: [aPromotion({ promotionId: 'new' })] });
    const { setId } = Object(old).set;
    await database.db.send(new DeleteCommand({ TableName: table, Key: partKey(setId, 0) }));
    expect(idsOf((await promotionSetReader(database.db, table)(old))?.promotions)).toEqual(['new']);
  });

  test('are loaded again after a failed read', async () => {
    await putPromotions(database.db, { promotions: [aPromotion()] });
    const current = await head();
    let failures = 1;
    const send = (command: Parameters<Database['send']>[0]) => {
      failures -= 1;
      return failures < 0 ? database.db.send(command) : Promise.reject(new Error('down'));
    };
    const read = promotionSetReader({ send } as Database, table);
    await expect(read(current)).rejects.toThrow('down');
    expect((await read(current))?.promotions).toHaveLength(1);
  });
});

describe('a set', () => {
  test('of several parts is read whole', async () => {
    const promotions = Array.from({ length: 500 }, (_, index) =>
      aPromotion({ promotionId: `p${index}`, name: randomBytes(900).toString('base64') }),
    );
    await putPromotions(database.db, { promotions });
    expect(Object(await head()).set.parts).toBe(2);
    const set = await promotionSetReader(database.db, table)(await head());
    expect(set?.promotions).toEqual(promotions);
  });

  test('that is too large is refused, and the one in force remains', async () => {
    await putPromotions(database.db, { promotions: [aPromotion()] });
    const store = createPromotionSetStore(database.db, tables);
    const current = await store.current();
    const promotions = Array.from({ length: 300 }, () => aPromotion({ name: randomBytes(5000).toString('base64') }));
    expect(await store.prepare({ version: 2, promotions, categoryPaths: {} }, current.head, noon)).toBe('too-large');
    expect((await store.current()).set).toEqual(current.set);
  });

  test('that was prepared for a head that changed is not put in force', async () => {
    const store = createPromotionSetStore(database.db, tables);
    const set = (promotionId: string) => ({ version: 1, promotions: [aPromotion({ promotionId })], categoryPaths: {} });
    const [first, second] = await Promise.all(['a', 'b'].map((id) => store.prepare(set(id), undefined, noon)));
    if (!first || !second || first === 'too-large' || second === 'too-large') throw new Error('too large');
    expect(await transact(database.db, first.actions)).toBe('done');
    expect(await transact(database.db, second.actions)).toBe('version-conflict');
    expect(idsOf((await store.current()).set.promotions)).toEqual(['a']);
  });

  test('has parts that expire until it is in force, and after it was replaced', async () => {
    const store = createPromotionSetStore(database.db, tables);
    const expiryOf = async (setId: string) =>
      (await database.db.send(new GetCommand({ TableName: table, Key: partKey(setId, 0) }))).Item?.['expiresAt'];
    const prepared = await store.prepare({ version: 1, promotions: [], categoryPaths: {} }, undefined, noon);
    if (prepared === 'too-large') throw new Error(prepared);
    const setId = String(prepared.actions[0]?.Put?.Item?.['set'].setId);
    expect(await expiryOf(setId)).toBeGreaterThan(noon / 1000);
    await transact(database.db, prepared.actions);
    expect(await expiryOf(setId)).toBeUndefined();
    await putPromotions(database.db, { promotions: [] });
    expect(await expiryOf(setId)).toBeGreaterThan(noon / 1000);
  });

  test('with members that this version does not know is read', async () => {
    await putPromotions(database.db, { promotions: [Object.assign(aPromotion(), { later: 1 })] });
    const current = await head();
    await database.db.send(new PutCommand({ TableName: table, Item: { ...Object(current), later: 1 } }));
    expect(await promotionSetReader(database.db, table)(await head())).toMatchObject({ promotions: [{ later: 1 }] });
  });
});
