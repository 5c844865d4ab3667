import type { PricedBasket } from '../pricing/price-basket.ts';
import type { PricingRules } from '../pricing/pricing-rules.ts';
import type { Claim, Remaining } from '../pricing/promotions/types.ts';
import type { Invalid } from '../pricing/sellable.ts';
import { usesOfUniqueCode } from '../promotions/code-item.ts';
import { type Buyer, remainingFrom } from '../promotions/limit-counters.ts';
import { uncounted } from '../promotions/order-claims.ts';
import type { LimitState, Needs } from '../promotions/price-with-limits.ts';
import type { QuotedBasket } from './signed-quote.ts';

/**
 * The price of an order with a signed quote: that of the quote, if its limits can still be claimed and promotions are not
 * switched off. Else the current price, if it has the same total; if not, a refusal with both totals.
 */
export function promisedPrice(
  quote: QuotedBasket,
  current: PricedBasket,
  { promotions: rules }: PricingRules,
  limits: LimitState,
  buyer: Buyer,
): { priced: PricedBasket } | { needs: Needs } | { refusal: Invalid } {
  const { claims, applied } = quote.promotions;
  const isSwitchedOff = rules?.set.disabled === true && applied.length > 0;
  if (isSwitchedOff) return instead(quote, current);
  const gifts = quote.lines.flatMap(({ sku, gift }) => (gift === undefined || limits.skus.has(sku) ? [] : [sku]));
  const counters = rules && limits.isExact ? uncounted(quote.promotions, rules.set, limits) : [];
  if (gifts.length > 0 || counters.length > 0) return { needs: { counters, gifts, firstOrder: false } };
  const firstOrders = applied.filter(({ promotionId }) => isOfFirstOrder(promotionId, rules));
  const asFirst = firstOrders.map(({ promotionId }): Claim => ({ promotionId, uses: 1 }));
  const isLeft = [...claims, ...asFirst].every((claim) => canClaim(claim, rules, limits, buyer));
  return isLeft ? { priced: { ...quote, taxation: current.taxation } } : instead(quote, current);
}

/** An order claims its customer's first order, also of a promotion without limits. */
const isOfFirstOrder = (id: string, rules: PricingRules['promotions']) =>
  rules?.set.promotions.some(({ promotionId, audience }) => promotionId === id && audience?.firstOrderOnly) === true;

function canClaim(claim: Claim, rules: PricingRules['promotions'], limits: LimitState, buyer: Buyer): boolean {
  const promotion = rules?.set.promotions.find(({ promotionId }) => promotionId === claim.promotionId);
  const item = claim.code === undefined ? undefined : limits.codes.get(claim.code);
  if (item && (item.revoked || item.uses >= usesOfUniqueCode(promotion?.limits?.perCode))) return false;
  if (!rules || !promotion || !limits.counted.has(claim.promotionId)) return true;
  return isWithin(claim, remainingFrom(promotion, buyer, rules.policy, limits.counts));
}

const isWithin = (claim: Claim, { uses, customerUses, units, budgetMinor }: Remaining): boolean =>
  (claim.uses ?? 0) <= (uses ?? Infinity) &&
  (claim.uses ?? 0) <= (customerUses ?? Infinity) &&
  (claim.units ?? 0) <= (units ?? Infinity) &&
  (claim.budgetMinor ?? 0) <= (budgetMinor ?? Infinity);

function instead(quote: QuotedBasket, current: PricedBasket): { priced: PricedBasket } | { refusal: Invalid } {
  const [quotedTotalMinor, totalMinor] = [quote.totals.totalMinor, current.totals.totalMinor];
  if (quotedTotalMinor === totalMinor) return { priced: current };
  const detail = `The promotions of the quote are used up or switched off. It promised ${quotedTotalMinor}, the order costs ${totalMinor} now.`;
  const errors = [{ pointer: '/quote', detail }];
  return {
    refusal: { kind: 'invalid', type: 'price-changed', detail, errors, amounts: { quotedTotalMinor, totalMinor } },
  };
}
