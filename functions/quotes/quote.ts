import type { SkuRecord } from '../../shared/catalog/sku-item.ts';
import type { QuoteContent } from '../../shared/contracts/quotes/routes.ts';
import { type Hint, hintsOf } from '../../shared/pricing/hints.ts';
import { type Basket, priceBasket, type PricedBasket } from '../../shared/pricing/price-basket.ts';
import { type PricingRules, rulesOf } from '../../shared/pricing/pricing-rules.ts';
import type { PricingSnapshots } from '../../shared/pricing/pricing-snapshots.ts';
import { normalCode } from '../../shared/pricing/promotions/coupon-code.ts';
import { codeRefusal } from '../../shared/pricing/promotions/code-refusal.ts';
import type { PromotionOutcome, PromotionState } from '../../shared/pricing/promotions/types.ts';
import { type Invalid, tooManyPromotions } from '../../shared/pricing/sellable.ts';
import { lineTotalOf } from '../../shared/pricing/sent-amounts.ts';
import { exceedsClaims } from '../../shared/promotions/order-claims.ts';
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
type UniqueCodes = NonNullable<PromotionState['uniqueCodes']>;

/** The rules of a basket, and the function that prices it, as orders are, by what limits and gifts leave. */
export function quoting(
  { content, channel, now }: Wanted,
  { skus, settings, priceLists, promotions, uniqueCodes }: Offer & { uniqueCodes: UniqueCodes },
  policy: SellingPolicy,
) {
  const at = content.at === undefined ? now : Date.parse(content.at);
  const rules = rulesOf(policy, settings, priceLists, promotionRules(promotions, settings, policy));
  const lines = content.lines.map((line, index) => ({ ...line, pointer: `/lines/${index}` }));
  const basket: Basket = { ...content, lines, channel, destination: content.shippingAddress, at, now: at };
  let priceLarger = (larger: Basket): ReturnType<typeof priceBasket> => priceBasket(larger, skus, rules);
  const price = (state: PromotionState, gifts: Offer['skus'], isFirstOrder: boolean | undefined) => {
    const all = gifts.size === 0 ? skus : new Map([...skus, ...gifts]);
    priceLarger = (larger) => priceBasket({ ...larger, isFirstOrder }, all, rules, { ...state, uniqueCodes });
    return priceLarger(basket);
  };
  /** By what was known of limits and gifts for the last price. */
  const hintsFor = (priced: PricedBasket): Hint[] =>
    rules.promotions ? hintsOf({ basket, priced, skus, promotions: rules.promotions, price: priceLarger }) : [];
  return { rules, price, hintsFor, at };
}

/** The amounts of a basket, and where they come from; or why an order with it is refused. */
export function quoteOf(
  content: QuoteContent,
  priced: PricedBasket | { refusal: Invalid },
  rules: PricingRules,
  hintsFor: (priced: PricedBasket) => Hint[] = () => [],
): { body: ReturnType<typeof quoteBody> } | { refusal: Invalid } | { missingGift: MissingGift } {
  if ('refusal' in priced) return priced;
  const refusal = codeRefusal(priced.promotions.codes, rules.promotions?.policy);
  if (refusal) return { refusal };
  const { missingGift } = priced.promotions;
  if (missingGift) return { missingGift };
  if (claimsTooMuch(content, priced, rules)) return { refusal: tooManyPromotions };
  return { body: quoteBody(content, priced, rules, hintsFor(priced)) };
}

/** An order is refused for the same reason. */
const claimsTooMuch = (
  { currency, customer, couponCodes = [] }: QuoteContent,
  { promotions: outcome, taxation: { at } }: PricedBasket,
  { promotions }: PricingRules,
): boolean =>
  promotions !== undefined &&
  exceedsClaims({ currency, customer, at, codes: couponCodes.map(normalCode) }, outcome, promotions);

type MissingGift = NonNullable<PromotionOutcome['missingGift']>;

function quoteBody(
  { currency, charges }: QuoteContent,
  { lines, totals, terms, taxation, shippingMethod, discounts, promotions }: PricedBasket,
  { shippingMethods, promotions: inForce }: PricingRules,
  hints: Hint[],
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
      gift: line.gift,
      explanation: { price: priceText(line, line.minQuantity), tax: taxText(line.taxCategory, taxation) },
    })),
    ...totals,
    charges: charges?.length ? charges : undefined,
    ...terms,
    discounts,
    promotions: inForce && { ...quotedPromotions(promotions, inForce.set.version), hints },
    explanation: {
      taxZone: zoneText(taxation),
      rounding: taxation.zone.rounding,
      shipping: `${shippingMethod}: taxed ${taxed ? 'by the rates of the goods, in their proportion' : `as ${taxCategory}`}`,
    },
  };
}

function quotedPromotions({ applied, notApplied, codes, claims }: PromotionOutcome, version: number) {
  const claimed = new Map(
    claims.map(({ promotionId, uses, units, budgetMinor }) => [promotionId, { uses, units, budgetMinor }]),
  );
  return {
    version,
    applied: applied.map(({ promotionId, version: ofRules, name, target, discountMinor, trimmed }) => ({
      promotionId,
      version: ofRules,
      name,
      target,
      discountMinor,
      trimmed,
      claims: claimed.get(promotionId),
    })),
    notApplied,
    codes,
  };
}
