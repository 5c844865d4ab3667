import { randomUUID } from 'node:crypto';
import type { SkuRecord } from '../../shared/catalog/sku-item.ts';
import type { LakeEvent } from '../../shared/lake/day-events.ts';
import type { PricingSource } from '../../shared/pricing/price-again.ts';
import { type Basket, priceBasket } from '../../shared/pricing/price-basket.ts';
import { type PricingRules, rulesOf } from '../../shared/pricing/pricing-rules.ts';
import type {
  CompiledPromotion,
  PromotionPolicy,
  PromotionSet,
  PromotionState,
} from '../../shared/pricing/promotions/types.ts';
import { aPolicy, aSku, noon } from './builders.ts';

export const promotionPolicy: PromotionPolicy = {
  resolution: 'priority',
  codePolicy: 'lenient',
  foldsEmailTags: false,
  timeZone: 'Europe/London',
};

const catalog = new Map(
  [
    aSku({ sku: 'MUG', priceMinor: 1999, costMinor: 800 }),
    aSku({ sku: 'TEA', priceMinor: 500, costMinor: 450 }),
    aSku({ sku: 'BOOK', priceMinor: 1250, taxCategory: 'zero' }),
  ].map((sku) => [sku.sku, sku]),
);

export const aSet = (promotions: readonly CompiledPromotion[], version = 1): PromotionSet => ({
  version,
  promotions,
  categoryPaths: {},
});

/** Rules with these promotions, by version, as past orders name them. */
export function lakeScene(sets: readonly PromotionSet[] = [], skus: ReadonlyMap<string, SkuRecord> = catalog) {
  const rulesWith = (set: PromotionSet | undefined): PricingRules =>
    rulesOf(aPolicy(), {}, [], set && { set, policy: promotionPolicy });
  const source: PricingSource = {
    skuOf: (sku) => skus.get(sku),
    taxIncludedIn: () => undefined,
    rulesOf: ({ pricing }) => {
      const version = pricing?.settingsVersions.promotions;
      const set = sets.find((each) => each.version === version);
      return version !== undefined && !set ? undefined : rulesWith(set);
    },
  };
  /** The event of an order that is priced with these promotions now. */
  function order(
    lines: readonly (readonly [sku: string, quantity: number])[],
    given: Partial<Basket> & { set?: PromotionSet; state?: PromotionState; change?: object } = {},
  ): LakeEvent {
    const { set, state, change, ...rest } = given;
    const basket: Basket = {
      currency: 'GBP',
      channel: { channel: 'storefront', pricesItself: false },
      destination: { country: 'GB' },
      couponCodes: [],
      at: noon,
      now: noon,
      lines: lines.map(([sku, quantity], index) => ({ sku, quantity, pointer: `/lines/${index}` })),
      ...rest,
    };
    const priced = priceBasket(basket, skus, rulesWith(set), state);
    if ('refusal' in priced) throw new Error(priced.refusal.detail);
    const id = randomUUID();
    const data = {
      orderId: `ord_${id}`,
      channel: basket.channel.channel,
      currency: basket.currency,
      customer: { ...(basket.customer?.group !== undefined && { group: basket.customer.group }) },
      shippingAddress: { country: 'GB' },
      shippingMethod: priced.shippingMethod,
      couponCodes: basket.couponCodes ?? [],
      paymentMethod: basket.paymentMethod,
      lines: priced.lines.map((line, index) => ({ lineId: `line-${index + 1}`, ...line })),
      ...priced.totals,
      ...priced.terms,
      discounts: priced.discounts,
      placedAt: new Date(basket.at).toISOString(),
      ...change,
    };
    return {
      id,
      type: 'OrderPlaced',
      occurredMs: basket.at,
      data: JSON.parse(JSON.stringify(data)) as unknown,
      customer: basket.customer?.id,
    };
  }
  return { source, order, rulesWith };
}
