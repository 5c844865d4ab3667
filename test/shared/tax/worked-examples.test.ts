import { expect, test } from 'vitest';
import { priceOrder } from '../../../shared/pricing/price-order.ts';
import { shippingOf } from '../../../shared/pricing/shipping-price.ts';
import { taxWithin } from '../../../shared/tax/tax-of-parts.ts';
import { taxationOf } from '../../../shared/tax/taxation.ts';
import { examples } from './worked-examples.ts';

const november = '2026-11-30T12:00:00Z';

test('there are at least 60 examples, each of its own', () => {
  expect(new Set(examples.map(({ source }) => source)).size).toBe(examples.length);
  expect(examples.length).toBeGreaterThanOrEqual(60);
});

test.each(examples)('$source', ({ zone, taxIncluded, lines, shipping, customer = {}, at = november, ...expected }) => {
  const taxation = taxationOf(zone, customer, { at: Date.parse(at), taxIncluded, homeCountries: ['GB'] });
  const sold = lines.map(([taxCategory, quantity, unitPriceMinor], index) => {
    const removed = taxation.isTaxRemoved ? taxWithin(unitPriceMinor, taxCategory, taxation) : 0;
    return { sku: `SKU-${index}`, quantity, unitPriceMinor: unitPriceMinor - removed, taxCategory };
  });
  const { minor = 0, ...method } = shipping ?? {};
  const offered = { method: { method: 'post', prices: {}, ...method }, priceMinor: minor };
  const priced = shippingOf(offered, sold, taxation);
  if ('refusal' in priced) throw new Error(priced.refusal.detail);
  const order = priceOrder(sold, priced, taxation);
  expect(order?.taxes.map(({ rateId, taxableMinor, taxMinor }) => [rateId, taxableMinor, taxMinor])).toEqual(
    expected.taxes,
  );
  expect(order?.totals.totalMinor).toBe(expected.totalMinor);
});
