import type { SkuRecord } from '../catalog/sku-item.ts';
import type { DataOf } from '../contracts/define-event.ts';
import type { Discount, OrderCharge, OrderPlaced } from '../contracts/orders/events.ts';
import { taxationOf, type Taxation, type TaxStatus } from '../tax/taxation.ts';
import { anyCountry } from '../tax/tax-zones.ts';
import type { TaxByRate } from '../tax/tax-of-parts.ts';
import { type Destination, homeZoneOf, zoneOf } from '../tax/zone-of.ts';
import { priceFor } from './price-for.ts';
import type { PricingRules } from './pricing-rules.ts';
import { discountsOf } from './promotions/discounts.ts';
import { promotionsOf } from './promotions/promotions-of.ts';
import type { PromotionOutcome, PromotionState } from './promotions/types.ts';
import { type Invalid, invalid, sellable } from './sellable.ts';
import type { Priced, SentLine, SentTotals } from './sent-amounts.ts';
import { methodFor, shippingOf } from './shipping-price.ts';

/** Number of this calculation. An order keeps it, so that a later one does not explain its amounts. */
export const pricingEngine = 1;

/** What is priced: who buys what, where to and when. */
export type Basket = {
  currency: string;
  lines: readonly (SentLine & { sku: string; quantity: number; unitPriceMinor?: number | undefined })[];
  channel: { channel: string; pricesItself: boolean; taxIncluded?: boolean | undefined };
  customer?:
    (TaxStatus & { id?: string | undefined; email?: string | undefined; group?: string | undefined }) | undefined;
  /** Whether the customer has no earlier order. Undefined: not known, so that promotions of the first order do not apply. */
  isFirstOrder?: boolean | undefined;
  /** Coupon codes as entered. */
  couponCodes?: readonly string[] | undefined;
  paymentMethod?: string | undefined;
  /** Absent: to the store's own zone. */
  destination?: Destination | undefined;
  shippingMethod?: string | undefined;
  charges?: readonly OrderCharge[] | undefined;
  /** Amounts as the caller sent them. */
  sent?: SentTotals | undefined;
  /** Tax rates of this time apply, in milliseconds: an order names its own time, and is taxed by the law of then. */
  at: number;
  /**
   * Prices and products of this time apply, in milliseconds. It is the time of receipt: a caller that names an earlier
   * time does not get a price that is over.
   */
  now: number;
};

/** What an order keeps of its pricing: nothing of tax that a channel set itself. */
type Terms = Pick<DataOf<typeof OrderPlaced>, 'taxes' | 'taxZone' | 'pricing'>;

/**
 * The amounts of a basket, and what they follow from. Lines of gifts follow those of the basket. `promotions` has what an
 * order claims of limits, and a gift without which its promotion refuses the order.
 */
export type PricedBasket = Priced & {
  shippingMethod: string;
  taxation: Taxation;
  terms: Terms;
  promotions: PromotionOutcome;
  discounts: Discount[];
};

/**
 * Prices a basket: selects the price of each line, the tax zone, its rates and the price of shipping, and applies the
 * promotions. The same basket, SKUs, rules and state give the same amounts at any later time. `skus` also has those that
 * promotions may give.
 */
export function priceBasket(
  basket: Basket,
  skus: ReadonlyMap<string, SkuRecord>,
  rules: PricingRules,
  state: PromotionState = {},
): PricedBasket | { refusal: Invalid } {
  const { currency, lines, channel, customer, destination, charges, sent = {}, now } = basket;
  const offered = methodFor({ ...basket, country: destination?.country }, rules.shippingMethods.methods);
  if ('refusal' in offered) return offered;
  const taxation = taxationFor(basket, rules);
  if ('refusal' in taxation) return taxation;
  const context = { currency, ...channel, customerGroup: customer?.group, at: now, taxation };
  const sold = sellable(lines, context, { skus, priceLists: rules.priceLists });
  if ('refusal' in sold) return sold;
  const shipping = shippingOf(offered, sold.lines, taxation);
  if ('refusal' in shipping) return shipping;
  const { method } = offered.method;
  const goods = { basket, lines: sold.lines, shipping: { ...shipping, method }, context };
  const { outcome: promotions, giftLines } = promotionsOf(goods, skus, rules, state);
  const requested = {
    lines: [...sold.lines, ...giftLines],
    sentLines: lines,
    sent,
    shipping: { ...shipping, shippingMinor: shipping.shippingMinor - promotions.shippingDiscountMinor },
    charges,
    discounts: promotions.lineDiscounts,
  };
  const priced = priceFor(channel, requested, taxation);
  if ('refusal' in priced) return priced;
  const terms = priced.taxes ? termsOf(priced.taxes, basket, taxation, { rules, promotions }) : {};
  return { ...priced, shippingMethod: method, taxation, terms, promotions, discounts: discountsOf(promotions) };
}

function termsOf(
  taxes: TaxByRate[],
  { channel: { pricesItself }, now }: Pick<Basket, 'channel' | 'now'>,
  { zone, relief }: Taxation,
  {
    rules: { taxZones, shippingMethods, promotions },
    promotions: { holdouts },
  }: { rules: PricingRules; promotions: PromotionOutcome },
): Terms {
  const set = promotions && !promotions.set.disabled ? promotions.set : undefined;
  const considered = set && set.promotions.length > 0 ? set.version : undefined;
  // An order by the settings of the deployment is as small as before: it stays below 1 KB, which is a write unit.
  if (taxZones.version === 0 && shippingMethods.version === 0 && considered === undefined) {
    return pricesItself ? {} : { taxes };
  }
  const treatment = relief?.kind ?? (zone.treatment === 'domestic' ? undefined : zone.treatment);
  return {
    taxes,
    taxZone: { zoneId: zone.zoneId, name: zone.name, treatment },
    pricing: {
      engine: pricingEngine,
      pricedBy: pricesItself ? 'channel' : undefined,
      settingsVersions: {
        taxZones: taxZones.version,
        shippingMethods: shippingMethods.version,
        promotions: considered,
      },
      // Promotions were in force or not at this time.
      ...(considered !== undefined && { pricedAt: new Date(now).toISOString() }),
      ...(holdouts.length > 0 && { holdouts: [...holdouts] }),
    },
  };
}

/** The taxation of a basket by the zones in force. */
function taxationFor(
  { channel, customer = {}, destination, at }: Pick<Basket, 'channel' | 'customer' | 'destination' | 'at'>,
  { taxZones: { zones }, taxIncluded }: PricingRules,
): Taxation | { refusal: Invalid } {
  const zone = destination ? zoneOf(destination, zones) : homeZoneOf(zones);
  if (!zone) return { refusal: noZone(destination) };
  return taxationOf(zone, customer, {
    at,
    taxIncluded: channel.taxIncluded ?? zone.taxIncluded ?? taxIncluded,
    homeCountries: zones
      .filter(({ treatment = 'domestic', country }) => treatment === 'domestic' && country !== anyCountry)
      .map(({ country }) => country),
  });
}

const noZone = (destination: Destination | undefined): Invalid =>
  invalid(
    'no-tax-zone',
    '/shippingAddress/country',
    destination
      ? `The store has no tax zone for ${destination.country}, and none for all other countries (${anyCountry}).`
      : 'Without an address, the store has no tax zone.',
  );
