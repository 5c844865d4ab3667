import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PricedOrder, priceOrder, type SellableLine, splitLine } from '../../../shared/pricing/price-order.ts';
import { aTaxation } from '../../support/pricing.ts';
import type { aPolicy } from '../../support/builders.ts';
import type { OrderCharge } from '../../../shared/contracts/orders/events.ts';
import { aDuty } from '../../support/orders/placed-order.ts';

/** Prices lines with shipping taxed at the standard rate, by the settings of the deployment. */
const priced = (
  lines: SellableLine[],
  shippingMinor: number,
  policy: Parameters<typeof aPolicy>[0] = {},
  charges?: OrderCharge[],
): PricedOrder | undefined => priceOrder(lines, { shippingMinor, taxCategory: 'standard' }, aTaxation(policy), charges);

const aLine = (given: Partial<SellableLine> = {}): SellableLine => ({
  sku: 'MUG',
  quantity: 1,
  unitPriceMinor: 1200,
  taxCategory: 'standard',
  ...given,
});

describe('an order is priced', () => {
  test.each<[string, Partial<SellableLine>, Parameters<typeof aPolicy>[0], Record<string, number>]>([
    ['with tax included in the prices', {}, {}, { subtotalMinor: 1200, taxMinor: 200, totalMinor: 1200 }],
    ['with tax on top', {}, { taxIncluded: false }, { subtotalMinor: 1200, taxMinor: 240, totalMinor: 1440 }],
    ['at the reduced rate', { taxCategory: 'reduced' }, { taxIncluded: false }, { taxMinor: 60, totalMinor: 1260 }],
    ['without tax', { taxCategory: 'zero' }, { taxIncluded: false }, { taxMinor: 0, totalMinor: 1200 }],
    ['at the standard rate for an unknown tax category', { taxCategory: 'gold' }, {}, { taxMinor: 200 }],
    ['at the standard rate for the tax category constructor', { taxCategory: 'constructor' }, {}, { taxMinor: 200 }],
    ['at the standard rate for the tax category __proto__', { taxCategory: '__proto__' }, {}, { taxMinor: 200 }],
    ['at the standard rate for the tax category toString', { taxCategory: 'toString' }, {}, { taxMinor: 200 }],
    [
      'at the standard rate for the tax category hasOwnProperty',
      { taxCategory: 'hasOwnProperty' },
      {},
      { taxMinor: 200 },
    ],
    ['at the standard rate for the tax category valueOf', { taxCategory: 'valueOf' }, {}, { taxMinor: 200 }],
    [
      'with half a penny of tax rounded up',
      { unitPriceMinor: 10, taxCategory: 'reduced' },
      { taxIncluded: false },
      { taxMinor: 1 },
    ],
    ['for a price of 0', { unitPriceMinor: 0 }, {}, { subtotalMinor: 0, taxMinor: 0, totalMinor: 0 }],
    ['up to the largest amount', { unitPriceMinor: 1_000_000, quantity: 1_000_000 }, {}, { totalMinor: 1e12 }],
  ])('%s', (_name, line, policy, totals) => {
    expect(priced([aLine(line)], 0, policy)?.totals).toMatchObject(totals);
  });

  test('with tax on shipping at the standard rate', () => {
    const order = priced([aLine({ taxCategory: 'zero' })], 495, { taxIncluded: false });
    expect(order?.totals).toMatchObject({ shippingMinor: 495, taxMinor: 99, totalMinor: 1200 + 495 + 99 });
  });

  test('with duties and fees without any tax on them', () => {
    const order = priced([aLine()], 495, { taxIncluded: false }, [aDuty(301), aDuty(50, 'fee-1')]);
    expect(order?.totals).toMatchObject({
      subtotalMinor: 1200,
      taxMinor: 240 + 99,
      totalMinor: 1200 + 495 + 339 + 351,
    });
  });

  test('only if its duties keep the total within the limit', () => {
    expect(priced([aLine({ unitPriceMinor: 1e12 })], 0, {}, [aDuty(0)])?.totals.totalMinor).toBe(1e12);
    expect(priced([aLine({ unitPriceMinor: 1e12 })], 0, {}, [aDuty(1)])).toBeUndefined();
  });

  test.each<[string, Partial<SellableLine>[], boolean]>([
    ['of one line', [{ unitPriceMinor: 1e12, quantity: 1_000_000 }], true],
    ['of all lines together', [{ unitPriceMinor: 6e11 }, { unitPriceMinor: 6e11 }], true],
    ['with tax', [{ unitPriceMinor: 9e11 }], false],
  ])('only if the amount %s is within the limit', (_name, lines, taxIncluded) => {
    expect(priced(lines.map(aLine), 0, { taxIncluded })).toBeUndefined();
  });
});

const requestedLine = fc.record({
  sku: fc.constant('MUG'),
  quantity: fc.integer({ min: 1, max: 1000 }),
  unitPriceMinor: fc.integer({ min: 0, max: 1_000_000 }),
  taxCategory: fc.constantFrom('standard', 'reduced', 'zero', 'other'),
});

describe('a split line', () => {
  test('has parts that sum to the totals, and no negative tax', () => {
    const orders = fc.array(requestedLine, { minLength: 1, maxLength: 5 });
    const cuts = fc.array(fc.integer({ min: 1, max: 999 }), { maxLength: 3 });
    fc.assert(
      fc.property(orders, cuts, fc.integer({ min: 0, max: 5000 }), fc.boolean(), (lines, at, shipping, taxIncluded) => {
        const order = priced(lines, shipping, { taxIncluded });
        const parts = order?.lines.flatMap((line) => splitLine(line, cut(line.quantity, at), taxIncluded, 1)) ?? [];
        const sum = (field: 'taxMinor' | 'totalMinor' | 'discountMinor') =>
          parts.reduce((total, part) => total + part[field], 0);
        const totals = order?.totals;
        const shippingTax = (totals?.taxMinor ?? 0) - sum('taxMinor');
        expect(shippingTax).toBeGreaterThanOrEqual(0);
        expect(Math.min(...parts.map(({ taxMinor }) => taxMinor))).toBeGreaterThanOrEqual(0);
        expect(sum('totalMinor') + shipping + (taxIncluded ? 0 : shippingTax)).toBe(totals?.totalMinor);
        expect(totals?.totalMinor).toBe(
          (totals?.subtotalMinor ?? 0) - sum('discountMinor') + shipping + (taxIncluded ? 0 : (totals?.taxMinor ?? 0)),
        );
        expect(parts.reduce((total, { quantity }) => total + quantity, 0)).toBe(
          lines.reduce((total, { quantity }) => total + quantity, 0),
        );
      }),
    );
  });

  test('costs the same from any warehouses', () => {
    fc.assert(
      fc.property(requestedLine, fc.array(fc.integer({ min: 1, max: 999 }), { maxLength: 4 }), (line, at) => {
        const [requested] = priced([line], 0)?.lines ?? [];
        const parts = requested ? splitLine(requested, cut(line.quantity, at), true, 1) : [];
        expect(parts.reduce((total, { taxMinor }) => total + taxMinor, 0)).toBe(requested?.taxMinor);
        expect(parts.reduce((total, { totalMinor }) => total + totalMinor, 0)).toBe(
          line.quantity * line.unitPriceMinor,
        );
      }),
    );
  });
});

/** Splits a quantity over warehouses at these units. */
function cut(quantity: number, at: number[]) {
  const edges = [0, ...new Set(at.filter((unit) => unit < quantity).sort((a, b) => a - b)), quantity];
  return edges.slice(1).map((edge, index) => ({ warehouse: `w${index}`, units: edge - (edges[index] ?? 0) }));
}
