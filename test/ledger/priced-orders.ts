import * as fc from 'fast-check';
import { InvoicedOrder } from '../../functions/ledger/invoices/invoice.ts';
import { priceOrder } from '../../shared/pricing/price-order.ts';
import { seedTaxZones } from '../../shared/tax/seed/tax-zones.ts';
import { taxationOf } from '../../shared/tax/taxation.ts';
import { noon } from '../support/builders.ts';

const { zones } = seedTaxZones();
const categories = ['standard', 'reduced', 'zero', 'books', 'intermediate'];
const aLine = fc.record({
  quantity: fc.integer({ min: 1, max: 9 }),
  unitPriceMinor: fc.integer({ min: 0, max: 20_000 }),
  taxCategory: fc.constantFrom(...categories),
  /** Shares of the price that promotions of the line and of the order take off, in hundredths. */
  ofLine: fc.integer({ min: 0, max: 60 }),
  ofOrder: fc.integer({ min: 0, max: 40 }),
});
export const anOrder = fc.record({
  lines: fc.array(aLine, { minLength: 1, maxLength: 8 }),
  country: fc.constantFrom('GB', 'DE', 'FR', 'AT', 'CH'),
  taxIncluded: fc.boolean(),
  shippingMinor: fc.constantFrom(0, 1, 495, 1299),
  taxed: fc.constantFrom(undefined, 'proportional' as const),
  duty: fc.constantFrom(undefined, 1200),
  vatNumber: fc.constantFrom(undefined, 'DE123456788', 'ATU12345675'),
  isExempt: fc.boolean(),
});
export type Given = typeof anOrder extends fc.Arbitrary<infer T> ? T : never;

/** An order that the store prices by the seeded zones. */
export function pricedOrder({
  lines,
  country,
  taxIncluded,
  shippingMinor,
  taxed,
  duty,
  vatNumber,
  isExempt,
}: Given): InvoicedOrder {
  const zone = zones.find((each) => each.country === country) ?? zones.find((each) => each.treatment === 'export');
  if (!zone) throw new Error(`No zone of ${country}`);
  const status = { vatNumber, ...(isExempt && { taxExemption: { reason: 'Charity' } }) };
  const taxation = taxationOf(zone, status, { at: noon, taxIncluded, homeCountries: ['GB'] });
  const discounts = lines.map(({ quantity, unitPriceMinor, ofLine, ofOrder }) => ({
    line: Math.floor((quantity * unitPriceMinor * ofLine) / 100),
    order: Math.floor((quantity * unitPriceMinor * ofOrder) / 100),
  }));
  const charges =
    duty === undefined ? [] : [{ chargeId: 'duty', kind: 'duty' as const, name: 'Import duty', amountMinor: duty }];
  const sellable = lines.map(({ quantity, unitPriceMinor, taxCategory }, index) => ({
    sku: `SKU-${index}`,
    quantity,
    unitPriceMinor,
    taxCategory,
  }));
  const priced = priceOrder(
    sellable,
    { shippingMinor, taxCategory: 'standard', taxed },
    taxation,
    charges,
    discounts.map((each) => each.line + each.order),
  );
  if (!priced) throw new Error('Too large');
  return InvoicedOrder.parse({
    orderId: 'ord_1',
    externalOrderId: 'web-1',
    status: 'placed',
    placedAt: '2026-06-01T12:00:00Z',
    currency: 'GBP',
    customer: { name: 'Ada & <Söhne>' },
    shippingAddress: { country },
    lines: priced.lines.map((line, index) => ({ lineId: `line-${index + 1}`, ...line })),
    taxes: priced.taxes,
    discounts: [
      {
        target: 'order',
        lines: discounts.map((each, index) => ({ lineId: `line-${index + 1}`, amountMinor: each.order })),
      },
      {
        target: 'line',
        lines: discounts.map((each, index) => ({ lineId: `line-${index + 1}`, amountMinor: each.line })),
      },
    ],
    charges,
    ...priced.totals,
  });
}
