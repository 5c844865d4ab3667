import type { SkuRecord } from '../catalog/sku-item.ts';
import {
  type AmountDifference,
  differencesOf,
  type FrozenOrder,
  frozenOrder,
  isPricedByStore,
  type PlacedOrder,
  rulesOfOrder,
} from './frozen-order.ts';
import { priceBasket, type PricedBasket } from './price-basket.ts';
import type { PricingRules } from './pricing-rules.ts';
import type { CompiledPromotion, PromotionState, Remaining } from './promotions/types.ts';

/** What an order is priced again with. `rules` are those of the versions that the order names; undefined: not kept. */
export type PricingSource = {
  skuOf: (sku: string) => SkuRecord | undefined;
  /** Whether the prices of a channel contain tax, if its settings say so. */
  taxIncludedIn: (channel: string) => boolean | undefined;
  rulesOf: (order: PlacedOrder) => PricingRules | undefined;
};

/** An order that was priced again by its own prices, rates and promotions. */
export type PricedAgain =
  /** A channel that prices itself, an order without rates, or an exchange: there is nothing to compare. */
  | { kind: 'not-priced-by-store' }
  /** `assumesLimits`: only if promotions that it does not have were used up then. */
  | { kind: 'equal'; assumesLimits: boolean; priced: PricedBasket; frozen: FrozenOrder; rules: PricingRules }
  | { kind: 'different'; reason: string; differences: AmountDifference[] };

/** Prices a placed order again. The same order and source give the same result at any later time. */
export function priceAgain(order: PlacedOrder, customer: string | undefined, source: PricingSource): PricedAgain {
  if (!isPricedByStore(order)) return { kind: 'not-priced-by-store' };
  const found = source.rulesOf(order);
  if (!found) return { kind: 'different', reason: 'versions-not-kept', differences: [] };
  const frozen = withFirstOrder(frozenOrder(order, source, customer), order, found);
  const rules = rulesOfOrder(order, found, frozen.priceList);
  const first = priceBasket(frozen.basket, frozen.skus, rules, frozen.state);
  if ('refusal' in first) return { kind: 'different', reason: first.refusal.type, differences: [] };
  const differences = differencesOf(order, first);
  if (differences.length === 0) return { kind: 'equal', assumesLimits: false, priced: first, frozen, rules };
  const remaining = remainingThen(order, rules.promotions?.set.promotions ?? []);
  if (remaining.size === 0) return { kind: 'different', reason: 'amounts-differ', differences };
  const state: PromotionState = { ...frozen.state, remaining };
  const second = priceBasket(frozen.basket, frozen.skus, rules, state);
  if ('refusal' in second) return { kind: 'different', reason: second.refusal.type, differences: [] };
  const left = differencesOf(order, second);
  if (left.length > 0) return { kind: 'different', reason: 'amounts-differ', differences: left };
  return { kind: 'equal', assumesLimits: true, priced: second, frozen: { ...frozen, state }, rules };
}

/** Whether it was the first order is not stored: it was if a promotion of the first order applied. */
function withFirstOrder(frozen: FrozenOrder, { discounts }: PlacedOrder, { promotions }: PricingRules): FrozenOrder {
  const ofFirst = new Set(
    (promotions?.set.promotions ?? []).flatMap(({ promotionId, audience }) =>
      audience?.firstOrderOnly ? [promotionId] : [],
    ),
  );
  const isFirstOrder = discounts.some(
    ({ promotionId, reason }) => promotionId !== undefined && reason === undefined && ofFirst.has(promotionId),
  );
  return isFirstOrder ? { ...frozen, basket: { ...frozen.basket, isFirstOrder } } : frozen;
}

/**
 * What the order shows of the limits of then, which it does not store: a limited promotion that it does not have may have
 * been used up, and one that was trimmed had as much left as it gave.
 */
function remainingThen(order: PlacedOrder, promotions: readonly CompiledPromotion[]): Map<string, Remaining> {
  const applied = new Map(
    order.discounts.flatMap((discount) =>
      discount.promotionId !== undefined && discount.reason === undefined ? [[discount.promotionId, discount]] : [],
    ),
  );
  const limited = promotions.filter(({ limits, audience }) => limits !== undefined || audience?.firstOrderOnly);
  return new Map(
    limited.flatMap(({ promotionId }): [string, Remaining][] => {
      const discount = applied.get(promotionId);
      if (!discount) return [[promotionId, { uses: 0 }]];
      return discount.trimmed === 'budget' ? [[promotionId, { budgetMinor: discount.appliedMinor }]] : [];
    }),
  );
}
