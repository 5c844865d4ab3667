import type { PromotionOverlap } from '../../../shared/contracts/promotions/preview-routes.ts';
import type { CompiledPromotion, PromotionSet } from '../../../shared/pricing/promotions/types.ts';
import { scopesOf } from '../promotion/compile-set.ts';
import { type Goods, overlapOf } from '../promotion/goods-overlap.ts';
import { type Span, spansReader } from '../promotion/promotion-timing.ts';

const maxOverlaps = 500;

export type Period = { from: number; until: number; storeZone: string };
type Found = Pick<PromotionOverlap, 'promotionIds' | 'from' | 'until' | 'combination' | 'sku'>;

/**
 * Pairs of promotions of goods that are in force together in a period, on the same goods: the first `maxOverlaps`, in the
 * order of their ids. `promotionId`: of this one only.
 */
export function overlapsIn(
  { promotions }: PromotionSet,
  goods: Goods,
  { from, until, storeZone }: Period,
  promotionId?: string,
): { pairs: Found[]; isComplete: boolean } {
  const spans = spansReader(storeZone, from, until);
  const ofGoods = promotions
    .filter(({ discount, paused }) => discount.level !== 'shipping' && !paused)
    .map((promotion) => ({ promotion, spans: spans(promotion) }));
  const pairs: Found[] = [];
  for (const [index, a] of ofGoods.entries()) {
    for (const b of ofGoods.slice(index + 1)) {
      const isWanted = promotionId === undefined || [a, b].some((each) => each.promotion.promotionId === promotionId);
      const common = isWanted ? firstCommon(a.spans, b.spans) : undefined;
      const shared = common && sharedGoods(a.promotion, b.promotion, goods);
      if (!common || !shared?.meets) continue;
      if (pairs.length === maxOverlaps) return { pairs, isComplete: false };
      pairs.push({
        promotionIds: [a.promotion.promotionId, b.promotion.promotionId],
        from: new Date(common.startMs).toISOString(),
        ...(common.endMs < until && { until: new Date(common.endMs).toISOString() }),
        combination: combinationOf(a.promotion, b.promotion),
        ...(shared.sku !== undefined && { sku: shared.sku }),
      });
    }
  }
  return { pairs, isComplete: true };
}

function firstCommon(a: readonly Span[], b: readonly Span[]): Span | undefined {
  const common = a.flatMap((one) =>
    b.map((other) => ({
      startMs: Math.max(one.startMs, other.startMs),
      endMs: Math.min(one.endMs, other.endMs),
    })),
  );
  return common.filter(({ startMs, endMs }) => startMs < endMs).toSorted((x, y) => x.startMs - y.startMs)[0];
}

function sharedGoods(a: CompiledPromotion, b: CompiledPromotion, goods: Goods) {
  const found = scopesOf(a).flatMap((scope) => scopesOf(b).map((other) => overlapOf(scope, other, goods)));
  return found.find(({ sku }) => sku !== undefined) ?? found.find(({ meets }) => meets);
}

const levels = ['line', 'order', 'shipping'];

/** How both combine, where nothing but their own settings decides. */
function combinationOf(a: CompiledPromotion, b: CompiledPromotion): PromotionOverlap['combination'] {
  const isOfGroup = a.group !== undefined && a.group === b.group && a.discount.level === b.discount.level;
  if (isOfGroup || a.exclusive !== undefined || b.exclusive !== undefined) return 'one';
  const [first] = [a, b].toSorted(
    (x, y) => levels.indexOf(x.discount.level) - levels.indexOf(y.discount.level) || y.priority - x.priority,
  );
  return first?.stop ? 'stops' : 'both';
}
