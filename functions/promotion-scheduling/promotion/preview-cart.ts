import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import type { QuoteContent } from '../../../shared/contracts/quotes/routes.ts';
import { priceBasket } from '../../../shared/pricing/price-basket.ts';
import { rulesOf } from '../../../shared/pricing/pricing-rules.ts';
import type { PricingSnapshots } from '../../../shared/pricing/pricing-snapshots.ts';
import type { PromotionSet } from '../../../shared/pricing/promotions/types.ts';
import type { Invalid } from '../../../shared/pricing/sellable.ts';
import { promotionRules } from '../../../shared/settings/promotion-policy.ts';
import type { SellingPolicy } from '../../../shared/store.ts';

/** What baskets are priced by beside the promotions. */
export type Offer = Pick<PricingSnapshots, 'settings' | 'priceLists'> & { skus: ReadonlyMap<string, SkuRecord> };

/** The SKUs that pricing a basket with a set depends on. */
export const skusOfCart = (
  { lines }: Pick<QuoteContent, 'lines'>,
  { promotions }: Pick<PromotionSet, 'promotions'>,
) => [
  ...new Set([
    ...lines.map(({ sku }) => sku),
    ...promotions.flatMap(({ discount }) => (discount.kind === 'gift' ? discount.gifts : [])),
  ]),
];

/** A basket priced by a set that is not in force, by the function that prices orders. Limits count as unused. */
export function previewCart(
  content: QuoteContent,
  set: PromotionSet,
  { skus, settings, priceLists }: Offer,
  selling: SellingPolicy,
  now: number,
) {
  const { disabled: _disabled, ...enabled } = set;
  const at = content.at === undefined ? now : Date.parse(content.at);
  const rules = rulesOf(selling, settings, priceLists, promotionRules(enabled, settings, selling));
  const lines = content.lines.map((line, index) => ({ ...line, pointer: `/cart/lines/${index}` }));
  const channel = { channel: content.channel ?? '', pricesItself: false };
  const basket = { ...content, lines, channel, destination: content.shippingAddress, at, now: at };
  const priced = priceBasket(basket, skus, rules);
  return 'refusal' in priced ? priced : { cart: cartBody(content, priced, at) };
}

type Priced = Exclude<ReturnType<typeof priceBasket>, { refusal: Invalid }>;

const cartBody = ({ currency }: QuoteContent, { lines, totals, discounts, promotions }: Priced, at: number) => ({
  currency,
  at: new Date(at).toISOString(),
  lines: lines.map(({ sku, quantity, unitPriceMinor, discountMinor, taxMinor }) => ({
    sku,
    quantity,
    unitPriceMinor,
    discountMinor,
    taxMinor,
  })),
  ...totals,
  discounts,
  notApplied: promotions.notApplied.map(({ promotionId, reason }) => ({ promotionId, reason })),
});
