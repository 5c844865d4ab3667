import type { SkuRecord } from '../catalog/sku-item.ts';
import type { Database } from '../dynamodb/database.ts';
import { queryPages } from '../dynamodb/query-pages.ts';
import { inParallel } from '../in-parallel.ts';
import type { PublicPromotions } from '../pricing/offered-prices.ts';
import { isPublic, publicPromotions, type SetTimeline } from '../pricing/promotions/public-promotions.ts';
import type { PromotionSet } from '../pricing/promotions/types.ts';
import type { PromotionSettings } from '../settings/promotion-policy.ts';
import { headVersionKey, type PromotionHead, PromotionHeadVersion } from './promotion-head.ts';
import { readSet } from './promotion-set-store.ts';

/** Sets of one period: each is one to five reads. */
export const maxSets = 1000;
const parallelReads = 8;
/** Sets of an instance that are kept, with their public promotions only. */
const maxKept = 500;

const none: PromotionSet = { version: 0, promotions: [], categoryPaths: {} };

/**
 * Returns a function that reads the sets that were in force in a period (milliseconds), with their public promotions only;
 * undefined if there are more than 1,000. Sets are kept for 400 days: an older one counts as empty. One per function instance.
 */
function publicPromotionsReader(db: Database, { PROMOTION_TABLE_NAME: table }: { PROMOTION_TABLE_NAME: string }) {
  const kept = new Map<string, Promise<PromotionSet>>();

  const publicSet = async (named: NonNullable<PromotionHead['set']>): Promise<PromotionSet> => {
    const set = (await readSet(db, table, named)) ?? none;
    return { ...set, promotions: set.promotions.filter(isPublic) };
  };
  const setOf = ({ set, disabled }: PromotionHead): Promise<PromotionSet> => {
    if (!set || disabled) return Promise.resolve(none);
    const known = kept.get(set.setId);
    if (known) return known;
    const reading = publicSet(set);
    kept.set(set.setId, reading);
    reading.catch(() => kept.delete(set.setId));
    const [oldest] = kept.keys();
    if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest);
    return reading;
  };

  return async (from: number, until: number): Promise<SetTimeline | undefined> => {
    const heads: PromotionHeadVersion[] = [];
    // From the newest one back to the one that was in force at the start.
    const query = {
      TableName: table,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': headVersionKey(0).pk },
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: 100,
    };
    for await (const items of queryPages(db, query)) {
      heads.push(...items.map((item) => PromotionHeadVersion.parse(item)).filter(({ at }) => Date.parse(at) < until));
      if (heads.some(({ at }) => Date.parse(at) <= from)) break;
      if (heads.length > maxSets) return undefined;
    }
    const first = heads.findIndex(({ at }) => Date.parse(at) <= from);
    const needed = (first === -1 ? heads : heads.slice(0, first + 1)).toReversed();
    if (needed.length > maxSets) return undefined;
    // The clocks of two instances may differ: a version starts after the one before it.
    let latest = 0;
    const starts = needed.map(({ at }) => (latest = Math.max(latest, Date.parse(at))));
    const sets = await inParallel(parallelReads, needed, setOf);
    return sets.map((set, index) => ({ from: starts[index] ?? 0, set }));
  };
}

/**
 * Returns a function that gives what public promotions made of the price of a SKU in a period (milliseconds); undefined if
 * promotions changed too often. `timeZone` is that of the store. One per function instance.
 */
export function publicPromotionsOfSku(
  db: Database,
  tables: { PROMOTION_TABLE_NAME: string },
  settings: () => Promise<PromotionSettings>,
  timeZone: string,
) {
  const setsIn = publicPromotionsReader(db, tables);
  return async (
    sku: SkuRecord,
    where: { channel: string; currency: string },
    period: { from: number; until: number },
  ): Promise<PublicPromotions | undefined> => {
    const [timeline, policy] = await Promise.all([setsIn(period.from, period.until), settings()]);
    return timeline && publicPromotions(timeline, sku, { ...where, policy: { ...policy, timeZone } }, period);
  };
}
export type ReadPublicPromotions = ReturnType<typeof publicPromotionsOfSku>;
