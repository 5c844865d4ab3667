import { type Categories, categoryPaths } from '../../../shared/catalog/category-tree.ts';
import { marginFor } from '../../../shared/catalog/margin.ts';
import type { PriceGuard } from '../../../shared/catalog/price-guard.ts';
import type { GoodsScope, PromotionDefinition } from '../../../shared/contracts/promotions/definition.ts';
import { contentHash } from '../../../shared/ids.ts';
import type { CompiledPromotion, PromotionSet } from '../../../shared/pricing/promotions/types.ts';
import { compiledOf, type PromotionRecord } from './promotion-record.ts';
import { endOf } from './promotion-timing.ts';

/**
 * Days for which a set has promotions that have ended, or that were put in force after their end: a queued order is priced as
 * of its acceptance.
 */
const endedDays = 31;
const dayMs = 86_400_000;

/** What a set is compiled with beside the promotions. */
export type CompileContext = {
  categories: Categories;
  priceGuard: Omit<PriceGuard, 'changeExpiresHours'>;
  storeZone: string;
  /** Milliseconds. */
  now: number;
};

/** The set after changes of these promotions, and without those that do not exist; undefined if it is the same. */
export function setWith(
  current: PromotionSet,
  records: readonly PromotionRecord[],
  context: CompileContext,
  missing: readonly string[] = [],
): Omit<PromotionSet, 'version' | 'disabled'> | undefined {
  const byId = new Map(current.promotions.map((promotion) => [promotion.promotionId, promotion]));
  for (const id of missing) byId.delete(id);
  for (const record of records) {
    const compiled = compiledOf(record);
    if (compiled) byId.set(record.promotionId, compiled);
    else byId.delete(record.promotionId);
  }
  const next = setOf([...byId.values()], context);
  const { version: _version, disabled: _disabled, ...before } = current;
  return contentHash(next) === contentHash(before) ? undefined : next;
}

/** The set of these promotions, without those that ended long ago. */
function setOf(
  promotions: readonly CompiledPromotion[],
  context: CompileContext,
): Omit<PromotionSet, 'version' | 'disabled'> {
  const { categories, priceGuard, storeZone, now } = context;
  const kept = promotions
    .filter((promotion) => Math.max(endOf(promotion, storeZone), promotion.approvedAt ?? 0) > now - endedDays * dayMs)
    .toSorted((a, b) => (a.promotionId < b.promotionId ? -1 : 1));
  const scopes = kept.flatMap(scopesOf);
  const named = new Set(
    [...scopes, ...scopes.flatMap(({ except }) => except ?? [])].flatMap((scope) => scope.categories ?? []),
  );
  const paths = Object.entries(categoryPaths(categories));
  const margins = kept.length > 0 ? marginsOf(categories, priceGuard) : undefined;
  return {
    promotions: kept,
    categoryPaths: Object.fromEntries(paths.filter(([, path]) => path.some((id) => named.has(id)))),
    ...(margins && { minMarginBasisPoints: margins }),
  };
}

/** Every scope of a promotion. */
export const scopesOf = ({
  eligible,
  condition,
  discount,
}: Pick<PromotionDefinition, 'eligible' | 'condition' | 'discount'>): GoodsScope[] => [
  eligible,
  ...(condition?.of ? [condition.of] : []),
  ...(discount.kind === 'buy-get' ? [discount.buy.of, discount.get.of] : []),
];

/** The margins that differ from that of the store, by category. */
export function marginsOf(
  categories: Categories,
  guard: CompileContext['priceGuard'],
): PromotionSet['minMarginBasisPoints'] {
  const byCategory = [...categories.keys()].flatMap((id) => {
    const margin = marginFor(id, categories, guard)?.minMarginBasisPoints;
    return margin === undefined || margin === guard.minMarginBasisPoints ? [] : [[id, margin] as const];
  });
  if (byCategory.length === 0 && guard.minMarginBasisPoints === undefined) return undefined;
  return {
    ...(guard.minMarginBasisPoints !== undefined && { default: guard.minMarginBasisPoints }),
    byCategory: Object.fromEntries(byCategory),
  };
}
