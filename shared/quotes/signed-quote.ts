import { ownValue } from '../input/own-value.ts';
import * as z from 'zod';
import { contentHash } from '../ids.ts';
import type { PricedBasket } from '../pricing/price-basket.ts';
import { normalCode } from '../pricing/promotions/coupon-code.ts';
import { type Invalid, invalid } from '../pricing/sellable.ts';
import { readJws, signJws } from './jws.ts';

/** What an order keeps of a basket: all but the taxation, which its terms name. */
export type QuotedBasket = Omit<PricedBasket, 'taxation'>;

/** The part of a basket that its price follows from. */
type Priced = {
  currency: string;
  lines: readonly { sku: string; quantity: number }[];
  customer?: object | undefined;
  shippingAddress?: { country: string; state?: string | undefined; postalCode?: string | undefined } | undefined;
  couponCodes?: readonly string[] | undefined;
  charges?: readonly object[] | undefined;
  paymentMethod?: string | undefined;
  shippingMethod?: string | undefined;
};

const issuer = 'storeworks.quotes';
const Claims = z.object({
  iss: z.literal(issuer),
  exp: z.int(),
  channel: z.string(),
  /** Hash of each field of the basket. */
  basket: z.record(z.string(), z.string()),
  shippingMethod: z.string(),
  quote: z.custom<QuotedBasket>((value) => z.looseObject({ lines: z.array(z.unknown()) }).safeParse(value).success),
});

/** Signs the price of a basket of a channel until `expiresAt` (milliseconds). */
export function signQuote(
  { taxation: _taxation, ...quote }: PricedBasket,
  { basket, channel, now, expiresAt }: { basket: Priced; channel: string; now: number; expiresAt: number },
  key: string,
): string {
  const { shippingMethod } = quote;
  return signJws(
    {
      iss: issuer,
      iat: Math.floor(now / 1000),
      exp: Math.floor(expiresAt / 1000),
      channel,
      basket: hashesOf(basket),
      shippingMethod,
      quote,
    },
    key,
  );
}

/**
 * The price that a quote promises for an order of a channel at `now` (milliseconds), or why the quote is not one for this
 * order. Whether its limits can still be claimed is decided with the order.
 */
export function readQuote(
  jws: string,
  order: Priced,
  { channel, now }: { channel: string; now: number },
  key: string,
): { quote: QuotedBasket } | { refusal: Invalid } {
  const claims = Claims.safeParse(readJws(jws, key));
  if (!claims.success) return { refusal: invalid('invalid-quote', '/quote', 'It is not a quote of this store.') };
  const { exp, basket, shippingMethod, quote } = claims.data;
  if (claims.data.channel !== channel) {
    return { refusal: invalid('invalid-quote', '/quote', 'It is a quote for another channel.') };
  }
  if (exp * 1000 <= now) {
    const detail = `It was valid until ${new Date(exp * 1000).toISOString()}. Request another quote.`;
    return { refusal: invalid('quote-expired', '/quote', detail) };
  }
  const own = hashesOf(order);
  const differing = Object.keys(own).filter((field) => ownValue(own, field) !== ownValue(basket, field));
  if (order.shippingMethod !== undefined && order.shippingMethod !== shippingMethod) differing.push('shippingMethod');
  if (differing.length === 0) return { quote };
  const errors = differing.map((field) => ({ pointer: `/${field}`, detail: 'The quote is for another value' }));
  const detail = `The order differs from its quote in ${differing.join(', ')}. Request another quote.`;
  return { refusal: { kind: 'invalid', type: 'quote-differs', detail, errors } };
}

/** A name, a street or a phone number changes no price. */
function hashesOf({
  currency,
  lines,
  customer = {},
  shippingAddress,
  couponCodes = [],
  charges,
  paymentMethod,
}: Priced) {
  const { id, email, group, vatNumber, taxExemption } = Priceable.parse(customer);
  const { country, state, postalCode } = shippingAddress ?? {};
  const fields: Record<string, object> = {
    currency: { currency },
    lines: { lines: lines.map(({ sku, quantity }) => [sku, quantity]) },
    customer: { id, email, group, vatNumber, taxExemption },
    shippingAddress: { country, state, postalCode },
    couponCodes: { couponCodes: couponCodes.map(normalCode) },
    charges: { charges: charges ?? [] },
    paymentMethod: { paymentMethod },
  };
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, contentHash(value)]));
}

/** What of a customer decides on prices, promotions and tax. */
const Priceable = z.object({
  id: z.string().optional(),
  email: z.string().optional(),
  group: z.string().optional(),
  vatNumber: z.string().optional(),
  taxExemption: z.object({ reason: z.string() }).optional(),
});
