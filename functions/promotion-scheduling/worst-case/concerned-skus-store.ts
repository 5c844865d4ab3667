import { allSkus, skuKey, SkuRecord, skuShards } from '../../../shared/catalog/sku-item.ts';
import { type Database, readBatch } from '../../../shared/dynamodb/database.ts';
import { keysUnder } from '../../../shared/dynamodb/query-pages.ts';
import type { CompiledPromotion, PromotionSet } from '../../../shared/pricing/promotions/types.ts';
import type { SmallBasket } from './baskets.ts';
import { concernedBy, namedSkus } from './concerned-goods.ts';
import { basketsOfSkus, basketsWith, type PastBaskets, skusOf } from './past-baskets.ts';

/** SKUs of one search. */
const maxSkus = 500;

/** Reads the SKUs of a search: those that are named, then the first of the catalogue. */
export const createConcernedSkus =
  (db: Database, { CATALOG_TABLE_NAME: table }: { CATALOG_TABLE_NAME: string }) =>
  async (named: readonly string[], limit = maxSkus): Promise<SkuRecord[]> => {
    const keys = new Map(named.map((sku) => [skuKey(sku).pk, skuKey(sku)]));
    if (named.length === 0) {
      for await (const page of keysUnder(db, table, allSkus, skuShards.keys)) {
        for (const key of page.slice(0, limit - keys.size)) keys.set(key.pk, { pk: key.pk, sk: skuKey('').sk });
        if (keys.size >= limit) break;
      }
    }
    const items = (await readBatch(db, { [table]: [...keys.values()].slice(0, limit) }, false)).get(table) ?? [];
    return items.map((item) => SkuRecord.parse(item));
  };
export type ConcernedSkus = ReturnType<typeof createConcernedSkus>;

/** Reads the SKUs of baskets; none without baskets. */
export const skusOfBaskets = async (
  skus: ConcernedSkus,
  baskets: readonly SmallBasket[],
  limit = maxSkus,
): Promise<SkuRecord[]> => {
  const named = skusOf(baskets).slice(0, limit);
  return named.length > 0 ? await skus(named, limit) : [];
};

/** SKUs that are read to find the past baskets of a promotion that names categories, products or attributes. */
const maxPastSkus = 1000;

/**
 * Past baskets with goods of a promotion, those of most orders first, with their SKUs. `goods`: those that are goods of the
 * promotion. What goods are is that of today.
 */
export async function pastBasketsOf(
  skus: ConcernedSkus,
  { baskets }: PastBaskets,
  { draft, set }: { draft: CompiledPromotion; set: Pick<PromotionSet, 'categoryPaths'> },
  limit: number,
): Promise<{ baskets: SmallBasket[]; skus: SkuRecord[]; goods: SkuRecord[] }> {
  const past = baskets.map(({ lines }) => lines);
  const named = namedSkus(draft);
  const candidates = basketsOfSkus(named.length > 0 ? basketsWith(past, named).slice(0, limit) : past, maxPastSkus);
  const records = await skusOfBaskets(skus, candidates, maxPastSkus);
  const goods = concernedBy(draft, set, records);
  const found = basketsWith(
    candidates,
    goods.map(({ sku }) => sku),
  ).slice(0, limit);
  const wanted = new Set(skusOf(found));
  return { baskets: found, skus: records.filter(({ sku }) => wanted.has(sku)), goods };
}
