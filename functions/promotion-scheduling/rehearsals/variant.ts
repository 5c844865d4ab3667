import type { PromotionDefinition } from '../../../shared/contracts/promotions/definition.ts';
import { normalCode } from '../../../shared/pricing/promotions/coupon-code.ts';
import type { CompiledPromotion, PromotionSet } from '../../../shared/pricing/promotions/types.ts';

/** A draft that is rehearsed, with its name in the result. */
export type Draft = { name: string; promotion: CompiledPromotion };

/**
 * The draft as it is rehearsed: in force on all of the days, because a plan for later days has none in the past. Days and
 * hours of its recurrence apply.
 */
export function draftOf(promotionId: string, name: string, definition: PromotionDefinition): Draft {
  const { start: _start, end: _end, ...schedule } = definition.schedule;
  const { codes, ...rest } = definition;
  return {
    name,
    promotion: {
      ...rest,
      schedule,
      ...(codes && { codes: codes.map(normalCode) }),
      promotionId,
      version: 1,
      // The rehearsal counts alone.
      shards: 1,
    },
  };
}

const noPromotions: PromotionSet = { version: 0, promotions: [], categoryPaths: {} };

/**
 * Returns a function that gives the promotions of then with the draft, in the place of the promotion with its id. Each
 * result is the same object for the same promotions, so that it is prepared once.
 */
export function setsWith({ promotion }: Draft, current: PromotionSet | undefined) {
  const kept = new WeakMap<PromotionSet, PromotionSet>();
  return (then: PromotionSet | undefined): PromotionSet => {
    const base = then ?? noPromotions;
    const known = kept.get(base);
    if (known) return known;
    const others = base.disabled
      ? []
      : base.promotions.filter(({ promotionId }) => promotionId !== promotion.promotionId);
    const { disabled: _disabled, ...rest } = base;
    const set: PromotionSet = {
      ...rest,
      // The set of then has only the categories that its promotions name.
      categoryPaths: { ...current?.categoryPaths, ...base.categoryPaths },
      minMarginBasisPoints: base.minMarginBasisPoints ?? current?.minMarginBasisPoints,
      promotions: [...others, promotion],
    };
    kept.set(base, set);
    return set;
  };
}
