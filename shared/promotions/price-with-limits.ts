import type { SkuRecord } from '../catalog/sku-item.ts';
import { type Basket, priceBasket, type PricedBasket } from '../pricing/price-basket.ts';
import type { PricingRules } from '../pricing/pricing-rules.ts';
import { codeRefusal } from '../pricing/promotions/code-refusal.ts';
import { normalCode } from '../pricing/promotions/coupon-code.ts';
import type { PromotionOutcome, PromotionSet, PromotionState } from '../pricing/promotions/types.ts';
import type { Invalid } from '../pricing/sellable.ts';
import { type CodeItem, usesOfUniqueCode } from './code-item.ts';
import { customerHashes } from './customer-hash.ts';
import { type Buyer, remainingFrom } from './limit-counters.ts';
import { type ReadLimits, uncounted } from './order-claims.ts';

/** What was read of the limits of promotions. */
export type LimitState = ReadLimits & {
  /** The decision is final, so that no counter is taken for unused without reading it. */
  isExact: boolean;
  /** Unique codes, by code in the normal form. */
  codes: ReadonlyMap<string, CodeItem>;
  /** SKUs that were read, whether they exist or not. */
  skus: ReadonlySet<string>;
  /** Undefined: not read. */
  isFirstOrder?: boolean | undefined;
};
export const unreadLimits: LimitState = {
  isExact: false,
  counted: new Set(),
  counts: new Map(),
  codes: new Map(),
  skus: new Set(),
};

/** What has to be read before the decision: counters of promotions, SKUs of gifts, whether it is the customer's first order. */
export type Needs = { counters: readonly string[]; gifts: readonly string[]; firstOrder: boolean };

/** SKUs by code, and the available units of those whose stock was read. */
type Offer = { skus: ReadonlyMap<string, SkuRecord>; available: ReadonlyMap<string, number> };

/** Who orders, as far as limits count it. */
export const buyerOf = ({ currency, customer, couponCodes = [], now }: Basket): Buyer => ({
  currency,
  customer,
  at: now,
  codes: couponCodes.map(normalCode),
});

/**
 * Prices the basket of an order with what was read of limits, or returns what has to be read first. A code that does not
 * apply refuses the order if the store wants that.
 */
export function priceWithLimits(
  basket: Basket,
  { skus, available }: Offer,
  rules: PricingRules,
  limits: LimitState,
): PricedBasket | { refusal: Invalid } | { needs: Needs } {
  const { promotions } = rules;
  if (!promotions) return priceBasket(basket, skus, rules);
  const { set, policy } = promotions;
  const buyer = buyerOf(basket);
  const isAssumedFirst = limits.isFirstOrder === undefined && customerHashes(buyer.customer ?? {}, policy).length > 0;
  const wanted = { ...basket, isFirstOrder: isAssumedFirst ? true : limits.isFirstOrder };
  const state: PromotionState = {
    available,
    uniqueCodes: uniqueCodes(limits, set),
    remaining: new Map(
      set.promotions
        .filter(({ promotionId }) => limits.counted.has(promotionId))
        .map((promotion) => [promotion.promotionId, remainingFrom(promotion, buyer, policy, limits.counts)]),
    ),
  };
  const priced = priceBasket(wanted, skus, rules, state);
  const isChanged = 'refusal' in priced && priced.refusal.type === 'price-changed';
  const current = isChanged ? priceBasket(withoutSent(wanted), skus, rules, state) : priced;
  if ('refusal' in current) return priced;
  const needs = needsOf(current.promotions, set, limits, isAssumedFirst);
  if (needs) return { needs };
  const refusal = codeRefusal(current.promotions.codes, policy);
  return refusal ? { refusal } : priced;
}

const withoutSent = (basket: Basket): Basket => ({
  ...basket,
  sent: undefined,
  lines: basket.lines.map(({ sku, quantity, pointer }) => ({ sku, quantity, pointer })),
});

const uniqueCodes = ({ codes }: LimitState, { promotions }: PromotionSet): PromotionState['uniqueCodes'] => {
  const perCode = new Map(promotions.map(({ promotionId, limits }) => [promotionId, limits?.perCode]));
  return new Map(
    [...codes].flatMap(([code, { promotionId, revoked, uses }]) =>
      revoked ? [] : [[code, { promotionId, isUsed: uses >= usesOfUniqueCode(perCode.get(promotionId)) }]],
    ),
  );
};

function needsOf(
  outcome: PromotionOutcome,
  set: PromotionSet,
  limits: LimitState,
  isAssumedFirst: boolean,
): Needs | undefined {
  const { applied, notApplied, missingGift } = outcome;
  const given = new Set(applied.map(({ promotionId }) => promotionId));
  const withoutGift = new Set(
    notApplied.flatMap(({ promotionId, reason }) => (reason === 'gift-out-of-stock' ? [promotionId] : [])),
  );
  const gifts = set.promotions.flatMap(({ promotionId, discount }) => {
    if (discount.kind !== 'gift') return [];
    const isRefusing = missingGift !== undefined && discount.gifts.includes(missingGift.sku);
    return given.has(promotionId) || withoutGift.has(promotionId) || isRefusing ? discount.gifts : [];
  });
  const needs = {
    counters: limits.isExact ? uncounted(outcome, set, limits) : [],
    gifts: gifts.filter((sku) => !limits.skus.has(sku)),
    firstOrder:
      isAssumedFirst &&
      set.promotions.some(({ promotionId, audience }) => audience?.firstOrderOnly && given.has(promotionId)),
  };
  return needs.counters.length > 0 || needs.gifts.length > 0 || needs.firstOrder ? needs : undefined;
}

const limitReasons: ReadonlySet<string> = new Set([
  'customer-limit-reached',
  'limit-reached',
  'quota-reached',
  'budget-exhausted',
]);
/** Promotions whose limits decided on the outcome; undefined if there are none. */
export function limitedBy({ claims, notApplied, codes }: PromotionOutcome): string[] | undefined {
  const missed = [...notApplied, ...codes.map(({ outcome, promotionId }) => ({ reason: outcome, promotionId }))];
  const ids = new Set([
    ...claims.map(({ promotionId }) => promotionId),
    ...missed.flatMap(({ reason, promotionId }) => (limitReasons.has(reason) ? (promotionId ?? []) : [])),
  ]);
  return ids.size > 0 ? [...ids] : undefined;
}
