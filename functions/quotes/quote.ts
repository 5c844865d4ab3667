import type { SkuRecord } from '../../shared/catalog/sku-item.ts';
import type { QuoteContent } from '../../shared/contracts/quotes/routes.ts';
import { priceBasket, type PricedBasket } from '../../shared/pricing/price-basket.ts';
import { type PricingRules, rulesOf } from '../../shared/pricing/pricing-rules.ts';
import type { PricingSnapshots } from '../../shared/pricing/pricing-snapshots.ts';
import type { Invalid } from '../../shared/pricing/sellable.ts';
import { lineTotalOf } from '../../shared/pricing/sent-amounts.ts';
import { promotionRules } from '../../shared/settings/promotion-policy.ts';
import type { SellingPolicy } from '../../shared/store.ts';
import { priceText, taxText, zoneText } from './explain.ts';

type Wanted = {
  content: QuoteContent;
  channel: { channel: string; pricesItself: boolean; taxIncluded?: boolean | undefined };
  /** Milliseconds since the epoch. */
  now: number;
};
export type Offer = PricingSnapshots & { skus: ReadonlyMap<string, SkuRecord> };

/** The amounts of a basket, by the function that prices orders, and where they come from. */
export function quote(
  { content, channel, now }: Wanted,
  { skus, settings, priceLists, promotions }: Offer,
  policy: SellingPolicy,
): ReturnType<typeof quoteBody> | { refusal: Invalid } {
  const at = content.at === undefined ? now : Date.parse(content.at);
  const rules = rulesOf(policy, settings, priceLists, promotionRules(promotions, settings, policy));
  const lines = content.lines.map((line, index) => ({ ...line, pointer: `/lines/${index}` }));
  const basket = { ...content, lines, channel, destination: content.shippingAddress, at, now: at };
  const priced = priceBasket(basket, skus, rules);
  return 'refusal' in priced ? priced : quoteBody(content, priced, rules);
}

function quoteBody(
  { currency, charges, couponCodes = [] }: QuoteContent,
  { lines, totals, terms, taxation, shippingMethod }: PricedBasket,
  { shippingMethods }: PricingRules,
) {
  const { taxed, taxCategory = 'shipping' } =
    shippingMethods.methods.find(({ method }) => method === shippingMethod) ?? {};
  return {
    currency,
    at: new Date(taxation.at).toISOString(),
    shippingMethod,
    lines: lines.map((line) => ({
      sku: line.sku,
      quantity: line.quantity,
      unitPriceMinor: line.unitPriceMinor,
      discountMinor: line.discountMinor,
      taxMinor: line.taxMinor,
      totalMinor: lineTotalOf(line, totals.taxIncluded),
      priceList: line.priceList,
      taxCategory: line.taxCategory,
      explanation: { price: priceText(line, line.minQuantity), tax: taxText(line.taxCategory, taxation) },
    })),
    ...totals,
    charges: charges?.length ? charges : undefined,
    ...terms,
    // The store has no promotions, so that no code is valid.
    discounts: couponCodes.map((code) => ({ code, appliedMinor: 0, reason: 'unknown-code' })),
    explanation: {
      taxZone: zoneText(taxation),
      rounding: taxation.zone.rounding,
      shipping: `${shippingMethod}: taxed ${taxed ? 'by the rates of the goods, in their proportion' : `as ${taxCategory}`}`,
    },
  };
}
