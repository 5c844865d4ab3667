import { describe, expect, test } from 'vitest';
import type { PricedBasket } from '../../../shared/pricing/price-basket.ts';
import { readQuote, signQuote } from '../../../shared/quotes/signed-quote.ts';

const key = 'a secret of the store';
const now = Date.parse('2026-11-30T12:00:00Z');
const basket = {
  currency: 'GBP',
  lines: [{ sku: 'TEA', quantity: 2 }],
  customer: { id: 'c1', email: 'ada@example.com' },
  shippingAddress: { country: 'GB', postalCode: 'N1 9GU' },
  couponCodes: ['SAVE10'],
};
const priced = { lines: [{ sku: 'TEA' }], totals: { totalMinor: 1800 }, shippingMethod: 'standard' };
const jws = signQuote(
  { ...priced, taxation: { at: now } } as unknown as PricedBasket,
  { basket, channel: 'storefront', now, expiresAt: now + 900_000 },
  key,
);
const read = (order: object = {}, given: { channel?: string; now?: number } = {}, text = jws) =>
  readQuote(text, { ...basket, ...order }, { channel: 'storefront', now, ...given }, key);
const refusalOf = (result: ReturnType<typeof read>) => ('refusal' in result ? result.refusal : undefined);

describe('a signed quote', () => {
  test('promises its price to an order with the same basket', () => {
    expect(read()).toEqual({ quote: priced });
    const withDetails = {
      externalOrderId: 'web-1',
      shippingMethod: 'standard',
      customer: { ...basket.customer, name: 'Ada', phone: '+44 20 7946 0018' },
      shippingAddress: { ...basket.shippingAddress, city: 'London', line1: '1 Regent Street' },
      charges: [],
      couponCodes: [' save-10'],
    };
    expect(read(withDetails)).toEqual({ quote: priced });
  });

  test.each<[string, object]>([
    ['currency', { currency: 'EUR' }],
    ['lines', { lines: [{ sku: 'TEA', quantity: 3 }] }],
    ['lines', { lines: [...basket.lines, { sku: 'POT', quantity: 1 }] }],
    ['customer', { customer: { id: 'c2', email: 'ada@example.com' } }],
    ['customer', { customer: { ...basket.customer, group: 'members' } }],
    ['customer', { customer: undefined }],
    ['shippingAddress', { shippingAddress: { country: 'DE' } }],
    ['couponCodes', { couponCodes: [] }],
    ['charges', { charges: [{ chargeId: 'duty', amountMinor: 100 }] }],
    ['paymentMethod', { paymentMethod: 'card' }],
    ['shippingMethod', { shippingMethod: 'express' }],
  ])('is refused for an order with another %s', (field, order) => {
    expect(refusalOf(read(order))).toMatchObject({ type: 'quote-differs', errors: [{ pointer: `/${field}` }] });
  });

  test.each<[string, Parameters<typeof read>, string]>([
    ['when it has expired', [{}, { now: now + 900_000 }], 'quote-expired'],
    ['in another channel', [{}, { channel: 'marketplace' }], 'invalid-quote'],
    ['if it was changed', [{}, {}, `${jws.slice(0, -2)}AA`], 'invalid-quote'],
    ['if it is something else', [{}, {}, 'quote'], 'invalid-quote'],
  ])('is refused %s', (_, given, type) => expect(refusalOf(read(...given))).toMatchObject({ type }));

  test('is valid until the second before', () => expect(read({}, { now: now + 899_999 })).toEqual({ quote: priced }));
});
