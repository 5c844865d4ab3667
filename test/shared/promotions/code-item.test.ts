import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Action } from '../../../shared/dynamodb/database.ts';
import { transact } from '../../../shared/dynamodb/database.ts';
import { claimCode, CodeItem, codeKey, releaseCode, usesOfUniqueCode } from '../../../shared/promotions/code-item.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';

const database = databaseForAll();
const table = tables.PROMOTION_TABLE_NAME;
const code = 'BCDFGHJKLMNPQR';
const stored = { code, promotionId: 'spring', batchId: 'b1' };

const put = (item: object) =>
  database.db.send(new PutCommand({ TableName: table, Item: { ...codeKey(code), ...item } }));
const read = async () => {
  const { Item } = await database.db.send(new GetCommand({ TableName: table, Key: codeKey(code) }));
  return CodeItem.parse(Item);
};
const run = async (...actions: Action[]) => {
  const outcomes = [];
  for (const action of actions) outcomes.push(await transact(database.db, [action]));
  return outcomes;
};
const claim = (orderId: string, maxUses = 1) => claimCode(table, code, orderId, maxUses);
const release = (orderId: string) => releaseCode(table, code, orderId);

describe('a unique code', () => {
  beforeEach(async () => void (await put(stored)));

  test('is unused at first', async () => {
    expect(await read()).toEqual({ ...stored, uses: 0, orderIds: new Set() });
  });

  test.each<[string, Action[], string[], string[]]>([
    ['is claimed by one order', [claim('o1')], ['done'], ['o1']],
    ['is refused to a second order', [claim('o1'), claim('o2')], ['done', 'version-conflict'], ['o1']],
    ['is claimed by an order once', [claim('o1', 2), claim('o1', 2)], ['done', 'version-conflict'], ['o1']],
    ['is claimed as often as its promotion says', [claim('o1', 2), claim('o2', 2)], ['done', 'done'], ['o1', 'o2']],
    ['is free again once released', [claim('o1'), release('o1'), claim('o2')], ['done', 'done', 'done'], ['o2']],
    ['is released once', [claim('o1'), release('o1'), release('o1')], ['done', 'done', 'version-conflict'], []],
    ['is released by its own order only', [claim('o1'), release('o2')], ['done', 'version-conflict'], ['o1']],
  ])('%s', async (_, actions, outcomes, orderIds) => {
    expect(await run(...actions)).toEqual(outcomes);
    expect(await read()).toMatchObject({ uses: orderIds.length, orderIds: new Set(orderIds) });
  });

  test('that is revoked is refused', async () => {
    await put({ ...stored, revoked: true });
    expect(await run(claim('o1'))).toEqual(['version-conflict']);
  });
});

test('a code that does not exist cannot be claimed', async () => {
  expect(await run(claimCode(table, 'NONE', 'o1', 1))).toEqual(['version-conflict']);
});

test.each([
  [undefined, 1],
  [1, 1],
  [3, 3],
  [100, 100],
  [1_000_000, 100],
])('of %o uses of each code, a unique code has %i', (perCode, uses) => expect(usesOfUniqueCode(perCode)).toBe(uses));
