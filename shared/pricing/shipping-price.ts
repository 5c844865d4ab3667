import { didYouMean } from '../input/closest.ts';
import { shippingParts, taxWithin, untaxable } from '../tax/tax-of-parts.ts';
import type { Taxation } from '../tax/taxation.ts';
import type { Shipping } from './price-order.ts';
import { partOf, type SellableLine, sumOf } from './price-order.ts';
import type { OfferedMethod } from './pricing-rules.ts';
import { type Invalid, invalid, noRateDetail } from './sellable.ts';

type Wanted = { shippingMethod?: string | undefined; currency: string; country?: string | undefined };

/**
 * The requested shipping method, by default the first that has a price in the currency and delivers to the country, with
 * its price; or why it cannot be used.
 */
export function methodFor(
  { shippingMethod, currency, country }: Wanted,
  methods: readonly OfferedMethod[],
): { method: OfferedMethod; priceMinor: number } | { refusal: Invalid } {
  const isOffered = (method: OfferedMethod) => priceIn(method, currency) !== undefined && deliversTo(method, country);
  const method =
    shippingMethod === undefined
      ? (methods.find(isOffered) ?? methods[0])
      : methods.find((each) => each.method === shippingMethod);
  if (!method) return { refusal: unknownShipping(shippingMethod, methods) };
  if (!deliversTo(method, country)) {
    return {
      refusal: invalid('shipping-not-available', '/shippingMethod', `${method.method} does not deliver to ${country}.`),
    };
  }
  const priceMinor = priceIn(method, currency);
  return priceMinor === undefined ? { refusal: unpriced(method, currency) } : { method, priceMinor };
}

const priceIn = ({ prices, anyCurrency }: OfferedMethod, currency: string): number | undefined =>
  new Map(Object.entries(prices)).get(currency) ?? anyCurrency;

const deliversTo = ({ countries }: OfferedMethod, country: string | undefined): boolean =>
  countries === undefined || country === undefined || countries.includes(country);

function unpriced({ method, prices }: OfferedMethod, currency: string): Invalid {
  const currencies = Object.keys(prices).toSorted().join(', ');
  const detail = `${method} has no price in ${currency}; it has prices in ${currencies}.`;
  return invalid('shipping-price-missing', '/shippingMethod', detail);
}

/** The problem of a shipping method that the store does not have; it names the closest one. */
export function unknownShipping(shippingMethod: string | undefined, offered: readonly { method: string }[]): Invalid {
  const methods = offered.map(({ method }) => method);
  const end = didYouMean(shippingMethod, methods) || '.';
  return invalid('unknown-shipping-method', '/shippingMethod', `The shipping methods are ${methods.join(', ')}${end}`);
}

/** The price of shipping as the order has it: without the tax that the customer does not owe. */
export function shippingOf(
  { method, priceMinor }: { method: OfferedMethod; priceMinor: number },
  lines: readonly SellableLine[],
  taxation: Taxation,
): Shipping | { refusal: Invalid } {
  const { taxCategory, taxed } = method;
  const parts = shippingParts(
    priceMinor,
    method,
    lines.map((line) => partOf(line)),
  );
  const [untaxed] = untaxable(
    parts.map((part) => part.taxCategory),
    taxation,
  );
  if (untaxed !== undefined) {
    return { refusal: invalid('no-tax-rate', '/shippingMethod', `${noRateDetail(untaxed, taxation)}.`) };
  }
  const removed = sumOf(parts.map((part) => taxWithin(part.amountMinor, part.taxCategory, taxation)));
  return { shippingMinor: priceMinor - (taxation.isTaxRemoved ? removed : 0), taxCategory, taxed };
}
