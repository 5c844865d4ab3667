import { describe, expect, test } from 'vitest';
import { amountsWithinCeilings, importedAmounts } from '../../../functions/order-intake/import/imported-amounts.ts';

const aRow = { sku: 'MUG', quantity: 2, unitPriceMinor: 1200, discountMinor: 0, taxMinor: 0 };

describe('the amounts of an imported order', () => {
  test.each<[string, Partial<typeof aRow & { totalMinor: number }>, object, boolean, number]>([
    ['without tax and discount', {}, {}, true, 2400],
    ['with its discount', { discountMinor: 2400 }, {}, true, 0],
    ['with the tax that its prices include', { taxMinor: 400 }, {}, true, 2400],
    ['with tax on top', { taxMinor: 480 }, {}, false, 2880],
    [
      'with shipping and the totals that it states',
      { totalMinor: 2400 },
      { shippingMinor: 500, orderSubtotalMinor: 2400, orderDiscountMinor: 0, orderTaxMinor: 0, orderTotalMinor: 2900 },
      true,
      2900,
    ],
    ['with duties and fees', {}, { chargesMinor: 250, orderTotalMinor: 2650 }, true, 2650],
    [
      'with tax of shipping on top',
      { taxMinor: 480 },
      { shippingMinor: 500, shippingTaxMinor: 100, orderTaxMinor: 580, orderTotalMinor: 3480 },
      false,
      3480,
    ],
  ])('add up %s', (_name, row, sent, taxIncluded, totalMinor) => {
    const priced = importedAmounts([{ ...aRow, ...row }], { shippingMinor: 0, ...sent }, taxIncluded);
    expect(priced).toMatchObject({ totals: { totalMinor } });
  });

  test.each<[string, Partial<typeof aRow & { totalMinor: number }>, object, object]>([
    [
      'a discount above the price',
      { discountMinor: 2401 },
      {},
      { index: 1, reason: 'discountMinor: Expected 0 to 2400 (the price of the line), received 2401' },
    ],
    [
      'a tax above the price that includes it',
      { taxMinor: 2401 },
      {},
      { index: 1, reason: 'taxMinor: Expected 0 to 2400 (the price of the line), received 2401' },
    ],
    [
      'a tax above the price after its discount',
      { discountMinor: 2000, taxMinor: 401 },
      {},
      { index: 1, reason: 'taxMinor: Expected 0 to 400 (the price of the line), received 401' },
    ],
    [
      'a total that is not the sum',
      { totalMinor: 1 },
      {},
      { index: 1, reason: expect.stringMatching(/^totalMinor: Expected 2400 .* received 1$/) },
    ],
    [
      'a total of the order that is not the sum',
      {},
      { orderTotalMinor: 1 },
      { reason: 'orderTotalMinor: Expected 4800 (by the rows of the order), received 1' },
    ],
    [
      'a total without the charges',
      {},
      { chargesMinor: 250, orderTotalMinor: 4800 },
      { reason: 'orderTotalMinor: Expected 5050 (by the rows of the order), received 4800' },
    ],
    [
      'a subtotal that is not the sum',
      {},
      { orderSubtotalMinor: 2400 },
      { reason: 'orderSubtotalMinor: Expected 4800 (by the rows of the order), received 2400' },
    ],
    [
      'a tax that is not the sum',
      {},
      { orderTaxMinor: 1 },
      { reason: 'orderTaxMinor: Expected 0 (by the rows of the order), received 1' },
    ],
    [
      'a tax above the price of shipping',
      {},
      { shippingMinor: 400, shippingTaxMinor: 401 },
      { reason: 'shippingTaxMinor: Expected 0 to 400 (the price of shipping), received 401' },
    ],
    ['an amount above the limit', { unitPriceMinor: 1e12 }, {}, { reason: 'An amount of this order is too large' }],
  ])('name row, column, expected and received amount of %s', (_name, row, sent, wrong) => {
    const rows = [aRow, { ...aRow, ...row }];
    expect(importedAmounts(rows, { shippingMinor: 0, ...sent }, true)).toEqual({ wrong: [wrong] });
  });
});

describe('an imported order within or above the ceilings of its channel', () => {
  const ceilings = { unitPriceMinor: 1200, orderMinor: 5000 };
  const byChannel = { storefront: { unitPriceMinor: 9000, orderMinor: 90_000 } };
  const price = (index: number) => ({ index, reason: 'unitPriceMinor: A unit costs at most 1200 minor units' });
  const total = { reason: 'orderTotalMinor: An order has at most 5000 minor units' };

  test.each<[string, [unitPriceMinor: number, quantity: number][], object, object[]]>([
    [
      'at both ceilings',
      [
        [1200, 2],
        [1200, 2],
      ],
      { shippingMinor: 200 },
      [],
    ],
    [
      'with a price above it in the second row',
      [
        [1200, 1],
        [1201, 1],
      ],
      {},
      [price(1)],
    ],
    [
      'with prices above it in both rows',
      [
        [1201, 1],
        [9000, 0],
      ],
      {},
      [price(0), price(1)],
    ],
    [
      'with a total above it by units',
      [
        [1200, 3],
        [1200, 2],
      ],
      {},
      [total],
    ],
    [
      'with a total above it by shipping',
      [
        [1200, 2],
        [1200, 2],
      ],
      { shippingMinor: 201 },
      [total],
    ],
    [
      'with a total above it by fees',
      [
        [1200, 2],
        [1200, 2],
      ],
      { chargesMinor: 201 },
      [total],
    ],
    [
      'with both above them',
      [
        [2501, 1],
        [1200, 3],
      ],
      {},
      [price(0), total],
    ],
  ])('%s', (_name, lines, given, wrong) => {
    const rows = lines.map(([unitPriceMinor, quantity]) => ({ ...aRow, unitPriceMinor, quantity }));
    const order = { channel: 'storefront', shippingMinor: 0, ...given };
    const amountsWith = (policy: object) => amountsWithinCeilings(rows, order, true, policy);
    expect(amountsWith({ ceilings })).toEqual(wrong.length > 0 ? { wrong } : amountsWith({}));
    expect(amountsWith({ ceilings: { ...ceilings, byChannel } })).not.toHaveProperty('wrong');
  });
});
