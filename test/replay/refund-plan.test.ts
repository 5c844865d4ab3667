import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cancellation } from './invoices.ts';
import { planRefunds, type PlacedOrder } from './refund-plan.ts';
import { repetitions } from '../support/repetitions.ts';

type Units = Record<string, number>;

const priceMinor = 100;

/** An order of the customer, on a day of July; every unit costs 1.00. */
const order = (day: number, units: Units, given: Partial<PlacedOrder> = {}): PlacedOrder => ({
  orderId: `order-${day}`,
  customerId: 'ada',
  placedAt: onDay(day),
  totalMinor: Object.values(units).reduce((sum, quantity) => sum + quantity * priceMinor, 0),
  lines: Object.entries(units).map(([sku, quantity]) => ({ lineId: sku, sku, quantity, unitPriceMinor: priceMinor })),
  ...given,
});

/** A cancellation on a day of July, at 1.50 a unit. */
const cancellation = (day: number, units: Units, given: Partial<Cancellation> = {}): Cancellation => ({
  invoiceNumber: `C${day}`,
  customerId: 'ada',
  cancelledAt: onDay(day),
  lines: Object.entries(units).map(([sku, quantity]) => ({ sku, quantity, unitPriceMinor: 150 })),
  ...given,
});

const onDay = (day: number) => `2011-07-${String(day).padStart(2, '0')}T12:00:00+01:00`;

/** Such as `C9 order-1: MUG 2 + 150`. */
const refundsOf = (orders: PlacedOrder[], ...cancellations: Cancellation[]) =>
  planRefunds(orders, cancellations).refunds.map(({ requestId, orderId, lines, goodwillMinor }) => {
    const units = lines.map(({ lineId, quantity }) => `${lineId} ${quantity}`).join(', ');
    return `${requestId} ${orderId}: ${units}${goodwillMinor ? ` + ${goodwillMinor}` : ''}`;
  });

describe('cancelled units', () => {
  it('are refunded from the latest earlier order that has enough units of the SKU', () => {
    const orders = [order(1, { MUG: 5 }), order(2, { MUG: 5 }), order(3, { MUG: 1, CUP: 9 }), order(8, { MUG: 9 })];
    expect(refundsOf(orders, cancellation(5, { MUG: 3 }))).toEqual(['C5 order-2: MUG 3']);
  });

  it('are refunded from several orders, latest first, if no order has enough', () => {
    const orders = [order(1, { MUG: 5 }), order(2, { MUG: 2 }), order(3, { MUG: 2 })];
    expect(refundsOf(orders, cancellation(5, { MUG: 6 }))).toEqual([
      'C5 order-3: MUG 2',
      'C5 order-2: MUG 2',
      'C5 order-1: MUG 2',
    ]);
  });

  it('are refunded once: a second cancellation does not refund the same units', () => {
    const orders = [order(1, { MUG: 5 }), order(2, { MUG: 4 })];
    expect(refundsOf(orders, cancellation(4, { MUG: 3 }), cancellation(5, { MUG: 3 }))).toEqual([
      'C4 order-2: MUG 3',
      'C5 order-1: MUG 3',
    ]);
  });

  it('of several lines of one SKU are refunded together', () => {
    const line = { sku: 'MUG', quantity: 2, unitPriceMinor: priceMinor };
    const lines = [
      { lineId: 'l1', ...line },
      { lineId: 'l2', ...line },
    ];
    const twice = cancellation(5, {}, { lines: [{ ...line, quantity: 1 }, line] });
    expect(refundsOf([order(1, {}, { lines, totalMinor: 400 })], twice)).toEqual(['C5 order-1: l1 2, l2 1']);
  });

  it('are never refunded from orders of other customers', () => {
    const orders = [order(1, { MUG: 5 }, { customerId: 'bob' })];
    const plan = planRefunds(orders, [cancellation(5, { MUG: 1 })]);
    expect(plan).toMatchObject({ refunds: [], matched: 0, goodwill: 0 });
    expect(plan.leftOut).toEqual(new Map([['no earlier order of the customer', 1]]));
  });
});

describe('cancelled lines that match no order', () => {
  it('are goodwill of the latest earlier order with enough money', () => {
    const orders = [order(1, { MUG: 5 }), order(2, { MUG: 3 }), order(3, { MUG: 1 })];
    expect(refundsOf(orders, cancellation(5, { D: 2 }))).toEqual(['C5 order-2:  + 300']);
  });

  it('are goodwill of several orders if no order has enough money', () => {
    const orders = [order(1, { MUG: 5 }), order(2, { MUG: 3 })];
    expect(refundsOf(orders, cancellation(5, { D: 5 }))).toEqual(['C5 order-2:  + 300', 'C5 order-1:  + 450']);
  });

  it('share one refund request with goods of the same order', () => {
    expect(refundsOf([order(1, { MUG: 5 })], cancellation(5, { MUG: 1, D: 2 }))).toEqual(['C5 order-1: MUG 1 + 300']);
    expect(refundsOf([order(1, { MUG: 2, CUP: 8 })], cancellation(5, { MUG: 4 }))).toEqual(['C5 order-1: MUG 2 + 300']);
  });

  it('do not use the money of goods that are cancelled later', () => {
    const plan = planRefunds([order(1, { MUG: 3 })], [cancellation(4, { D: 2 }), cancellation(5, { MUG: 2 })]);
    expect(plan.refunds).toMatchObject([{ requestId: 'C5', goodwillMinor: 0 }]);
    expect(plan.leftOut).toEqual(new Map([['more than earlier orders of the customer have left', 1]]));
  });

  it('are left out for guests, and counted by line if other lines of the cancellation are refunded', () => {
    const { customerId: _none, ...guest } = cancellation(5, { MUG: 1 });
    const plan = planRefunds([order(1, { MUG: 3 })], [guest, cancellation(6, { MUG: 1, D: 9 })]);
    expect(plan).toMatchObject({ matched: 1, goodwill: 0, refunds: [{ requestId: 'C6' }] });
    expect(plan.leftOut).toEqual(new Map([['guest customer', 1]]));
    expect(plan.leftOutLines).toEqual(
      new Map([
        ['guest customer', 1],
        ['more than earlier orders of the customer have left', 1],
      ]),
    );
  });
});

it('never refunds more units or money than an order has, and counts every cancellation', () => {
  const units = fc.dictionary(fc.constantFrom('MUG', 'CUP', 'D'), fc.integer({ min: 1, max: 6 }), { minKeys: 1 });
  const customerId = fc.constantFrom('ada', 'bob');
  const day = fc.integer({ min: 1, max: 28 });
  const orders = fc.array(fc.record({ day, units, customerId }), { maxLength: 8 });
  const cancellations = fc.array(fc.record({ day, units, customerId }), { maxLength: 8 });
  fc.assert(
    fc.property(orders, cancellations, (given, back) => {
      const placed = given.map((each, index) =>
        order(each.day, each.units, { customerId: each.customerId, orderId: `o-${index}` }),
      );
      const cancelled = back.map((each, index) =>
        cancellation(each.day, each.units, { customerId: each.customerId, invoiceNumber: `C${index}` }),
      );
      const plan = planRefunds(placed, cancelled);
      for (const { orderId, customerId: owner, lines, totalMinor } of placed) {
        const own = plan.refunds.filter((refund) => refund.orderId === orderId);
        const unitsOf = (lineId: string) =>
          own.flatMap((refund) => refund.lines).reduce((sum, l) => sum + (l.lineId === lineId ? l.quantity : 0), 0);
        for (const { lineId, quantity } of lines) expect(unitsOf(lineId)).toBeLessThanOrEqual(quantity);
        const goods = lines.reduce((sum, { lineId }) => sum + unitsOf(lineId) * priceMinor, 0);
        expect(own.reduce((sum, { goodwillMinor }) => sum + goodwillMinor, goods)).toBeLessThanOrEqual(totalMinor);
        expect(own.every((refund) => refund.customerId === owner)).toBe(true);
      }
      expect(new Set(plan.refunds.map(({ requestId, orderId }) => `${requestId} ${orderId}`)).size).toBe(
        plan.refunds.length,
      );
      const leftOut = [...plan.leftOut.values()].reduce((sum, number) => sum + number, 0);
      expect(plan.matched + plan.goodwill + leftOut).toBe(cancelled.length);
    }),
    { numRuns: repetitions(1000) },
  );
});
