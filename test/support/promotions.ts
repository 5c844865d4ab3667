import assert from 'node:assert';
import { transact, type Database } from '../../shared/dynamodb/database.ts';
import type { CompiledPromotion, PromotionSet } from '../../shared/pricing/promotions/types.ts';
import { createPromotionSetStore } from '../../shared/promotions/promotion-set-store.ts';
import { tables as testTables } from './database/dynamodb.ts';
import { noon } from './builders.ts';

/** Puts these promotions in force as the workflow does. Returns the version of the set. */
export async function putPromotions(
  db: Database,
  { promotions, categoryPaths = {} }: Pick<PromotionSet, 'promotions'> & Partial<Pick<PromotionSet, 'categoryPaths'>>,
  tables: { PROMOTION_TABLE_NAME: string } = testTables,
  now = noon,
): Promise<number> {
  const store = createPromotionSetStore(db, tables);
  const { head } = await store.current();
  const version = (head?.version ?? 0) + 1;
  const prepared = await store.prepare({ version, promotions, categoryPaths }, head, now);
  assert(prepared !== 'too-large');
  assert((await transact(db, prepared.actions)) === 'done');
  return version;
}

/** A promotion in force: 10 % off all goods. */
export const aPromotion = (given: Partial<CompiledPromotion> = {}): CompiledPromotion => ({
  promotionId: 'sale',
  version: 1,
  name: 'Sale',
  discount: { kind: 'percent', level: 'line', basisPoints: 1000 },
  eligible: { all: true },
  schedule: {},
  priority: 0,
  shards: 1,
  ...given,
});
