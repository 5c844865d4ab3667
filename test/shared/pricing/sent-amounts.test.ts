import { describe, expect, test } from 'vitest';
import { priceFor } from '../../../shared/pricing/price-for.ts';
import type { SellableLine } from '../../../shared/pricing/price-order.ts';
import type { SentLine, SentTotals } from '../../../shared/pricing/sent-amounts.ts';
import { aTaxation } from '../../support/pricing.ts';
import { aDuty } from '../../support/orders/placed-order.ts';

type Given = {
  lines?: (Partial<SellableLine> & Omit<SentLine, 'pointer'>)[];
  sent?: SentTotals;
  shippingMinor?: number;
  taxIncluded?: boolean;
};

const aLine: SellableLine = { sku: 'MUG', quantity: 2, unitPriceMinor: 1200, taxCategory: 'standard' };

/** Two mugs at 12.00 and 20 % tax, unless given otherwise. */
const price = ({ lines = [{}], sent = {}, shippingMinor = 0, taxIncluded = true }: Given, pricesItself = true) =>
  priceFor(
    { pricesItself },
    {
      lines: lines.map((line) => ({ ...aLine, ...line })),
      sentLines: lines.map((line, index) => ({ pointer: `/lines/${index}`, ...line })),
      sent,
      shipping: { shippingMinor, taxCategory: 'standard' },
      charges: [aDuty(100)],
    },
    aTaxation({ taxIncluded }),
  );

describe('a channel that prices itself', () => {
  test.each<[string, Given, { totals: object; lines?: object[] }]>([
    ['no amounts', {}, { totals: { taxMinor: 400, totalMinor: 2500 } }],
    [
      'a discount of a line, after which the tax is calculated',
      { lines: [{ discountMinor: 240 }] },
      { totals: { discountMinor: 240, taxMinor: 360, totalMinor: 2260 } },
    ],
    ['its own tax of a line', { lines: [{ taxMinor: 7 }] }, { totals: { taxMinor: 7, totalMinor: 2500 } }],
    [
      'its own shipping, with tax at the standard rate',
      { sent: { shippingMinor: 600 } },
      { totals: { shippingMinor: 600, taxMinor: 500, totalMinor: 3100 } },
    ],
    [
      'prices without tax, although the store has it included',
      { sent: { taxIncluded: false } },
      { totals: { taxIncluded: false, taxMinor: 480, totalMinor: 2980 } },
    ],
    [
      'a discount of the order beyond those of its lines, allocated to the others',
      {
        lines: [{ discountMinor: 100 }, { unitPriceMinor: 600 }, { unitPriceMinor: 300 }],
        sent: { discountMinor: 190 },
      },
      { totals: { discountMinor: 190 }, lines: [{ discountMinor: 100 }, { discountMinor: 60 }, { discountMinor: 30 }] },
    ],
    [
      'a tax of the order, allocated in proportion to the calculated tax of lines and shipping',
      { lines: [{}, { taxCategory: 'zero' }], sent: { shippingMinor: 1200, taxMinor: 300 } },
      { totals: { taxMinor: 300 }, lines: [{ taxMinor: 200 }, { taxMinor: 0 }] },
    ],
    [
      'a tax of the order where the store would calculate none',
      { lines: [{ taxCategory: 'zero' }], sent: { taxMinor: 50 } },
      { totals: { taxMinor: 50 }, lines: [{ taxMinor: 50 }] },
    ],
    [
      'a tax of the order above the price of its taxed lines, allocated in proportion to the prices',
      { lines: [{ taxCategory: 'zero' }, { unitPriceMinor: 50 }], sent: { taxMinor: 500 } },
      { totals: { taxMinor: 500 }, lines: [{ taxMinor: 480 }, { taxMinor: 20 }] },
    ],
    [
      'the tax of its lines, so that the rest of the tax is that of shipping',
      { lines: [{ taxMinor: 400 }], sent: { shippingMinor: 600, taxMinor: 490 } },
      { totals: { taxMinor: 490, totalMinor: 3100 }, lines: [{ taxMinor: 400 }] },
    ],
    [
      'every amount',
      {
        lines: [{ discountMinor: 400, taxMinor: 100, totalMinor: 2100 }],
        sent: {
          subtotalMinor: 2400,
          discountMinor: 400,
          shippingMinor: 500,
          taxMinor: 125,
          taxIncluded: false,
          totalMinor: 2725,
        },
      },
      { totals: { totalMinor: 2725 }, lines: [{ discountMinor: 400, taxMinor: 100 }] },
    ],
  ])('sets %s', (_name, given, expected) => {
    expect(price(given)).toMatchObject(expected);
  });

  test.each<[string, Given, string, string]>([
    [
      'a total of a line that is not the sum',
      { lines: [{ discountMinor: 100, totalMinor: 2301 }] },
      '/lines/0/totalMinor',
      'Expected 2300',
    ],
    [
      'a total of the order that is not the sum',
      { sent: { shippingMinor: 500, totalMinor: 2900 } },
      '/totalMinor',
      'Expected 3000',
    ],
    ['a subtotal that is not the sum', { sent: { subtotalMinor: 2399 } }, '/subtotalMinor', 'Expected 2400'],
    [
      'a discount above the price of its line',
      { lines: [{ discountMinor: 2401 }] },
      '/lines/0/discountMinor',
      'Expected 0 to 2400',
    ],
    [
      'a tax above the price that includes it',
      { lines: [{ discountMinor: 2000, taxMinor: 401 }] },
      '/lines/0/taxMinor',
      'Expected 0 to 400',
    ],
    [
      'a discount of the order below those of its lines',
      { lines: [{ discountMinor: 100 }, {}], sent: { discountMinor: 99 } },
      '/discountMinor',
      'Expected 100 to 2500',
    ],
    [
      'a discount of the order above those of its lines',
      { lines: [{ discountMinor: 100 }], sent: { discountMinor: 101 } },
      '/discountMinor',
      'Expected 100 ',
    ],
    [
      'a tax of the order below those of its lines',
      { lines: [{ taxMinor: 100 }], sent: { taxMinor: 99 } },
      '/taxMinor',
      'Expected 100 ',
    ],
    [
      'a tax of the order above those of its lines, without shipping',
      { lines: [{ taxMinor: 100 }], sent: { taxMinor: 101, taxIncluded: false } },
      '/taxMinor',
      'Expected 100 ',
    ],
  ])('cannot send %s', (_name, given, pointer, detail) => {
    expect(price(given)).toMatchObject({
      refusal: {
        type: 'amounts-differ',
        errors: [{ pointer, detail: expect.stringContaining(detail) }],
      },
    });
  });

  test('gets all amounts that differ, and a limit like every order', () => {
    const lines = [{ totalMinor: 1 }, { totalMinor: 2 }];
    expect(price({ lines, sent: { totalMinor: 3 } })).toMatchObject({
      refusal: {
        errors: [{ pointer: '/lines/0/totalMinor' }, { pointer: '/lines/1/totalMinor' }, { pointer: '/totalMinor' }],
      },
    });
    expect(price({ sent: { shippingMinor: 1e12 } })).toMatchObject({ refusal: { type: 'amount-too-large' } });
    expect(price({ lines: [{ unitPriceMinor: 1e12 }] })).toMatchObject({ refusal: { type: 'amount-too-large' } });
  });
});

describe('a channel with the prices of the store', () => {
  test('may send the amounts that the order has', () => {
    const sent = {
      subtotalMinor: 2400,
      discountMinor: 0,
      shippingMinor: 600,
      taxMinor: 500,
      taxIncluded: true,
      totalMinor: 3100,
    };
    const lines = [{ discountMinor: 0, taxMinor: 400, totalMinor: 2400 }];
    expect(price({ lines, sent, shippingMinor: 600 }, false)).toMatchObject({ totals: sent });
  });

  test.each<[string, Given]>([
    ['/lines/0/discountMinor', { lines: [{ discountMinor: 1 }] }],
    ['/lines/0/taxMinor', { lines: [{ taxMinor: 1 }] }],
    ['/lines/0/totalMinor', { lines: [{ totalMinor: 1 }] }],
    ['/subtotalMinor', { sent: { subtotalMinor: 1 } }],
    ['/discountMinor', { sent: { discountMinor: 1 } }],
    ['/shippingMinor', { sent: { shippingMinor: 1 } }],
    ['/taxMinor', { sent: { taxMinor: 1 } }],
    ['/taxIncluded', { sent: { taxIncluded: false } }],
    ['/totalMinor', { sent: { totalMinor: 1 } }],
  ])('gets the current amounts for another amount at %s', (pointer, given) => {
    expect(price(given, false)).toMatchObject({
      refusal: {
        type: 'price-changed',
        errors: [{ pointer, detail: expect.stringMatching(/^Expected .* received/) }],
        amounts: { totalMinor: 2500, taxMinor: 400, lines: [{ sku: 'MUG', taxMinor: 400, totalMinor: 2400 }] },
      },
    });
  });
});
