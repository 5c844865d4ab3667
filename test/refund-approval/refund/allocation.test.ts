import { describe, expect, test } from 'vitest';
import {
  type RefundLedger,
  reserve,
  settle,
  emptyLedger,
} from '../../../functions/refund-approval/refund/refund-ledger.ts';
import { allocateRefund, type RequestedParts } from '../../../functions/refund-approval/refund/allocation.ts';
import { refundableComponents } from '../../../functions/refund-approval/refund/refundable-components.ts';
import type { OrderSnapshot } from '../../../functions/refund-approval/refund/order-snapshot.ts';
import { aDuty } from '../../support/orders/placed-order.ts';
import { aCapture } from '../../support/builders.ts';
import { anOrderSnapshot } from '../../support/refunds/refund-builders.ts';

/** Three units for 1000, of which 167 are tax, and shipping for 500. */
const order = (given: Partial<OrderSnapshot> = {}, line: Partial<OrderSnapshot['lines'][number]> = {}) =>
  anOrderSnapshot([{ quantity: 3, totalMinor: 1000, taxMinor: 167, ...line }], {
    shippingMinor: 500,
    taxMinor: 250,
    payments: [aCapture(1500)],
    ...given,
  });
/** The same with a duty of 300. */
const dutiable = (given: Partial<OrderSnapshot> = {}, line: Partial<OrderSnapshot['lines'][number]> = {}) =>
  order({ charges: [aDuty(300)], payments: [aCapture(1800)], ...given }, line);
const duty = (amountMinor?: number): RequestedParts => ({ charges: [{ chargeId: 'duty-1', amountMinor }] });
const allocated = (of: OrderSnapshot, requested: RequestedParts, ledger: RefundLedger = emptyLedger('')) => {
  const outcome = allocateRefund(of, ledger, requested);
  if ('shortages' in outcome) throw new Error(JSON.stringify(outcome.shortages));
  return outcome;
};
/** The ledger after these refunds were paid. */
const after = (of: OrderSnapshot, ...refunds: RequestedParts[]): RefundLedger =>
  refunds.reduce((ledger, requested) => {
    const { legs } = allocated(of, requested, ledger);
    return legs.reduce(settle, reserve(ledger, legs));
  }, emptyLedger(of.orderId));
const leftOf = (of: OrderSnapshot, ledger: RefundLedger) =>
  Object.fromEntries(
    [...refundableComponents(of, ledger).goods, ...refundableComponents(of, ledger).payments].map(
      ({ pot, refundable }) => [pot, [refundable.minor, refundable.taxMinor, refundable.quantity]],
    ),
  );
const line = (quantity: number, amountMinor?: number) => ({ lines: [{ lineId: 'line-1', quantity, amountMinor }] });

describe('the refundable components', () => {
  test.each<[string, OrderSnapshot, Record<string, number[]>]>([
    [
      'of a paid order are its lines and shipping',
      order(),
      { 'line:line-1': [1000, 167, 3], shipping: [500, 83, 0], overpaid: [0, 0, 0] },
    ],
    ['of shipping include the tax of a net-priced order', order({ taxIncluded: false }), { shipping: [583, 83, 0] }],
    ['of an unpaid order are the same, without payments', order({ payments: [] }), { 'line:line-1': [1000, 167, 3] }],
    [
      'include what was captured above the total as overpaid',
      order({ payments: [aCapture(1600)] }),
      { overpaid: [100, 0, 0] },
    ],
    [
      'count a cancelled unit as overpaid',
      order({ cancelledMinor: 333 }, { cancelledQuantity: 1 }),
      { 'line:line-1': [667, 111, 2], overpaid: [333, 0, 0] },
    ],
    [
      'count a cancelled order as overpaid',
      order({ cancelledMinor: 1500 }, { cancelledQuantity: 3 }),
      { 'line:line-1': [0, 0, 0], shipping: [0, 0, 0], overpaid: [1500, 0, 0] },
    ],
    ['include a duty', dutiable(), { 'charge:duty-1': [300, 0, 0], shipping: [500, 83, 0], overpaid: [0, 0, 0] }],
    [
      'keep the duty when a part was cancelled',
      dutiable({ cancelledMinor: 333 }, { cancelledQuantity: 1 }),
      { 'charge:duty-1': [300, 0, 0], overpaid: [333, 0, 0] },
    ],
    [
      'count the duty of a cancelled order as overpaid',
      dutiable({ cancelledMinor: 1800 }, { cancelledQuantity: 3 }),
      { 'charge:duty-1': [0, 0, 0], overpaid: [1800, 0, 0] },
    ],
    [
      'count the duty of an expired order as overpaid',
      dutiable({ status: 'expired' }),
      { 'charge:duty-1': [0, 0, 0], overpaid: [1800, 0, 0] },
    ],
    [
      'exclude captures in another currency',
      order({ payments: [aCapture(1500), aCapture(9, { currency: 'EUR', paymentId: 'x' })] }),
      { overpaid: [0, 0, 0] },
    ],
  ])('%s', (_name, of, expected) => expect(leftOf(of, emptyLedger(''))).toMatchObject(expected));

  test('do not count units as overpaid that were refunded before their cancellation', () => {
    const ledger = after(order(), line(1));
    const cancelled = order({ cancelledMinor: 1000 }, { cancelledQuantity: 3 });
    expect(leftOf(cancelled, ledger)).toMatchObject({ 'line:line-1': [0, 0, 0], overpaid: [667, 0, 0] });
  });

  test('count everything captured for an expired order as overpaid, less what was refunded', () => {
    const ledger = after(order(), line(1));
    const all = { 'line:line-1': [0, 0, 0], shipping: [0, 0, 0], overpaid: [1167, 0, 0] };
    expect(leftOf(order({ status: 'expired' }), ledger)).toMatchObject(all);
  });

  test('do not count the refunded amount of a removed line as overpaid', () => {
    const second = anOrderSnapshot([{ totalMinor: 1000 }, { totalMinor: 500 }]);
    const ledger = after(second, { lines: [{ lineId: 'line-2', quantity: 1 }] });
    const edited = anOrderSnapshot([{ totalMinor: 1000 }], { payments: second.payments });
    expect(leftOf(edited, ledger)).toMatchObject({ 'line:line-1': [1000, 0, 1], overpaid: [0, 0, 0] });
  });
});

describe('an allocation', () => {
  test.each<[string, RequestedParts, number, Record<string, number[]>]>([
    ['one of three units', line(1), 333, { 'line:line-1': [667, 112, 2] }],
    ['all units', line(3), 1000, { 'line:line-1': [0, 0, 0] }],
    ['a part of the price without units', line(0, 100), 100, { 'line:line-1': [900, 151, 3] }],
    ['shipping', { shippingMinor: 200 }, 200, { shipping: [300, 50, 0] }],
    [
      'tax alone, from every component that has some',
      { taxMinor: 250 },
      250,
      { 'line:line-1': [833, 0, 3], shipping: [417, 0, 0] },
    ],
    [
      'goodwill, from the payment only',
      { goodwillMinor: 70 },
      70,
      { 'line:line-1': [1000, 167, 3], 'payment:acme/payment-1': [1430, 0, 0] },
    ],
    ['lines less a deduction', { ...line(3), deductionMinor: 400 }, 600, { 'line:line-1': [400, 67, 0] }],
    [
      'lines less a deduction above their price',
      { ...line(1), shippingMinor: 1, deductionMinor: 4000 },
      1,
      { 'line:line-1': [1000, 167, 2] },
    ],
  ])('of %s', (_name, requested, amountMinor, left) => {
    expect(allocated(order(), requested).amountMinor).toBe(amountMinor);
    expect(leftOf(order(), after(order(), requested))).toMatchObject(left);
  });

  test.each<[string, RequestedParts[], number[]]>([
    ['as a whole', [duty()], [300]],
    ['in part and then the rest', [duty(120), duty()], [120, 180]],
  ])('of a duty %s leaves 0 of it and does not change other components', (_name, steps, amounts) => {
    const given = steps.map(
      (requested, at) => allocated(dutiable(), requested, after(dutiable(), ...steps.slice(0, at))).amountMinor,
    );
    expect(given).toEqual(amounts);
    expect(leftOf(dutiable(), after(dutiable(), ...steps))).toMatchObject({
      'charge:duty-1': [0, 0, 0],
      'line:line-1': [1000, 167, 3],
      'payment:acme/payment-1': [1500, 0, 0],
    });
  });

  test.each<[string, OrderSnapshot, RequestedParts[], object]>([
    ['was ordered', dutiable(), [duty(301)], { requestedMinor: 301, refundableMinor: 300 }],
    ['is left', dutiable(), [duty(), duty()], { requestedMinor: 300, refundableMinor: 0 }],
    [
      'a cancelled order has',
      dutiable({ cancelledMinor: 1800 }, { cancelledQuantity: 3 }),
      [duty()],
      { requestedMinor: 300, refundableMinor: 0 },
    ],
  ])('of more duty than %s is refused', (_name, of, requests, shortage) => {
    const before = after(of, ...requests.slice(0, -1));
    expect(allocateRefund(of, before, requests.at(-1) ?? {})).toMatchObject({
      shortages: [{ pot: 'charge:duty-1', ...shortage }],
    });
  });

  test('of units one by one sums to the line; the last unit gets the rest of the rounding', () => {
    const steps = [line(1), line(1), line(1)];
    const amounts = steps.map(
      (requested, index) => allocated(order(), requested, after(order(), ...steps.slice(0, index))).amountMinor,
    );
    expect(amounts).toEqual([333, 333, 334]);
    expect(leftOf(order(), after(order(), ...steps))).toMatchObject({ 'line:line-1': [0, 0, 0] });
  });

  test.each<[string, RequestedParts[], object[]]>([
    [
      'units',
      [line(2), line(2)],
      [{ pot: 'line:line-1', requestedMinor: 666, refundableMinor: 334, requestedQuantity: 2, refundableQuantity: 1 }],
    ],
    ['the price', [line(1, 1001)], [{ pot: 'line:line-1', requestedMinor: 1001, refundableMinor: 1000 }]],
    ['shipping', [{ shippingMinor: 501 }], [{ pot: 'shipping', requestedMinor: 501, refundableMinor: 500 }]],
    ['the overpaid amount', [{ overpaidMinor: 1 }], [{ pot: 'overpaid', requestedMinor: 1, refundableMinor: 0 }]],
    ['tax', [{ taxMinor: 200 }, { taxMinor: 51 }], [{ pot: 'tax', requestedMinor: 51, refundableMinor: 50 }]],
    [
      'the captured amount',
      [{ goodwillMinor: 1501 }],
      [{ pot: 'payments', requestedMinor: 1501, refundableMinor: 1500 }],
    ],
    [
      'the captured amount after goodwill',
      [{ goodwillMinor: 600 }, line(3)],
      [{ pot: 'payments', requestedMinor: 1000, refundableMinor: 900 }],
    ],
    ['several components at once', [{ ...line(4), shippingMinor: 501 }], [{ pot: 'line:line-1' }, { pot: 'shipping' }]],
  ])('is refused above %s', (_name, requests, shortages) => {
    const last = requests.at(-1) ?? {};
    expect(allocateRefund(order(), after(order(), ...requests.slice(0, -1)), last)).toMatchObject({ shortages });
  });

  test('uses the newest payment first and returns the parts of each payment', () => {
    const payments = [
      aCapture(600, { paymentId: 'old', occurredAt: '2026-03-01T00:00:00Z' }),
      aCapture(700, { paymentId: 'new', occurredAt: '2026-03-03T01:00:00+02:00' }),
      aCapture(200, { paymentId: 'middle', occurredAt: '2026-03-02T00:00:00Z' }),
    ];
    const { legs } = allocated(order({ payments }), { ...line(3), shippingMinor: 100 });
    expect(legs.map(({ paymentId, amountMinor }) => [paymentId, amountMinor])).toEqual([
      ['new', 700],
      ['middle', 200],
      ['old', 200],
    ]);
    expect(legs[0]?.draws).toEqual([{ pot: 'line:line-1', minor: 700, taxMinor: 116, quantity: 3 }]);
    expect(legs[2]?.draws).toEqual([
      { pot: 'line:line-1', minor: 100, taxMinor: 17, quantity: 0 },
      { pot: 'shipping', minor: 100, taxMinor: 16, quantity: 0 },
    ]);
  });

  test('keeps units with a price of 0, also when a payment is used up just before them', () => {
    const free = anOrderSnapshot([{ totalMinor: 100 }, { totalMinor: 0 }], {
      payments: [aCapture(60, { paymentId: 'b' }), aCapture(40, { paymentId: 'a' }), aCapture(60, { paymentId: 'c' })],
    });
    const lines = ['line-1', 'line-2'].map((lineId) => ({ lineId, quantity: 1 }));
    const { legs } = allocated(free, { lines });
    expect(legs.flatMap(({ draws }) => draws).filter(({ pot }) => pot === 'line:line-2')).toHaveLength(1);
  });
});

test('no more can be released from a component than was reserved', () => {
  const { legs } = allocated(order(), line(1));
  expect(() => legs.reduce(settle, emptyLedger(''))).toThrow('More was released');
});
