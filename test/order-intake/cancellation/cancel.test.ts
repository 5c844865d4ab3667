import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cancel } from '../../../functions/order-intake/cancellation/cancel.ts';
import { allOpenUnits, openUnits } from '../../../functions/order-intake/order/line-units.ts';
import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import { release } from '../../../functions/order-intake/risk/review.ts';
import { ship } from '../../../functions/order-intake/fulfilment/shipping.ts';
import { aCapture } from '../../support/builders.ts';
import { aDuty, aPlacedOrder, noon } from '../../support/orders/placed-order.ts';

const amounts = fc.array(
  fc.record({ quantity: fc.integer({ min: 1, max: 9 }), totalMinor: fc.integer({ min: 0, max: 100_000 }) }),
  { minLength: 1, maxLength: 4 },
);
const steps = fc.array(fc.record({ line: fc.nat(3), quantity: fc.integer({ min: 1, max: 9 }), ships: fc.boolean() }), {
  maxLength: 30,
});

describe('cancelling and shipping units', () => {
  test('releases or ships each unit once, and cancels exactly the total of the cancelled units', () => {
    fc.assert(
      fc.property(amounts, steps, (lines, wanted) => {
        const placed = aPlacedOrder(lines);
        let order = placed;
        const movedUnits = { release: 0, ship: 0, exchange: 0 };
        for (const [index, { line, quantity, ships }] of wanted.entries()) {
          const units = [{ lineId: `line-${line + 1}`, quantity }];
          const outcome = ships
            ? ship(order, { shipmentId: `${index}`, lines: units }, '', noon)
            : cancel(order, { requestId: `${index}`, reason: 'x', lines: units }, '');
          if (outcome.kind !== 'changed') continue;
          order = outcome.order;
          const { kind, reservations } = outcome.stock ?? { kind: 'release', reservations: [] };
          movedUnits[kind] += reservations.flatMap(({ from }) => from).reduce((sum, part) => sum + part.units, 0);
        }
        const sum = (counter: 'cancelledQuantity' | 'shippedQuantity') =>
          order.lines.reduce((total, line) => total + (line[counter] ?? 0), 0);
        expect(movedUnits).toEqual({ exchange: 0, release: sum('cancelledQuantity'), ship: sum('shippedQuantity') });
        for (const line of order.lines) expect(openUnits(line)).toBeGreaterThanOrEqual(0);
        // The ordered lines and total are unchanged.
        expect(order.lines).toMatchObject(placed.lines);
        expect(order.totalMinor).toBe(placed.totalMinor);

        const cancelledMinor = order.cancelledMinor ?? 0;
        expect(cancelledMinor).toBeLessThanOrEqual(placed.totalMinor);
        expect(cancelledMinor === placed.totalMinor).toBe(order.status === 'cancelled');
        const isOpen = allOpenUnits(order).length > 0;
        expect(['placed', 'partly-shipped'].includes(order.status)).toBe(isOpen);
      }),
    );
  });

  test('keeps the charges due until the last unit is cancelled', () => {
    const lines = [{ quantity: 2, totalMinor: 200 }];
    const order = aPlacedOrder(lines, { shippingMinor: 0, charges: [aDuty(70)], totalMinor: 270 });
    const unit = (requestId: string) => ({ requestId, reason: 'x', lines: [{ lineId: 'line-1', quantity: 1 }] });
    const first = cancel(order, unit('first'), '');
    if (first.kind !== 'changed') throw new Error('Not cancelled');
    expect(first.order).toMatchObject({ cancelledMinor: 100, charges: [aDuty(70)] });
    expect(cancel(first.order, unit('last'), '')).toMatchObject({
      order: { status: 'cancelled', cancelledMinor: 270 },
    });
  });

  describe('payment state after cancelling a line', () => {
    const lines = [
      { quantity: 1, totalMinor: 70 },
      { quantity: 1, totalMinor: 30 },
    ];
    const held = { status: 'on-hold' as const, shippingMinor: 0, totalMinor: 100, paymentWindowMinutes: 10 };
    const underpaid = { ...held, holdReasons: ['underpaid'], payments: [aCapture(70)] };
    const until = new Date(noon).toISOString();
    const pending = { ...held, status: 'payment-pending' as const, reservedUntil: until };
    test.each<[string, Partial<OrderItem>, OrderItem['status'], string[] | undefined]>([
      ['an underpaid order is paid if the captured amount covers the rest', underpaid, 'paid', undefined],
      [
        'an excess does not hold the order, as it is refunded',
        { ...underpaid, payments: [aCapture(90)] },
        'paid',
        undefined,
      ],
      [
        'an order that is still underpaid stays held',
        { ...underpaid, payments: [aCapture(69)] },
        'on-hold',
        ['underpaid'],
      ],
      ['another hold reason remains', { ...underpaid, holdReasons: ['risk', 'underpaid'] }, 'on-hold', ['risk']],
      [
        'an overpaid order stays held',
        { ...held, holdReasons: ['overpaid'], payments: [aCapture(101)] },
        'on-hold',
        ['overpaid'],
      ],
      ['a paid order stays paid', { ...held, status: 'paid', payments: [aCapture(100)] }, 'paid', undefined],
      ['an unpaid order stays pending', pending, 'payment-pending', undefined],
      ['an order without a due amount is paid', { ...pending, totalMinor: 30 }, 'paid', undefined],
    ])('%s', (_name, given, status, holdReasons) => {
      const order = aPlacedOrder(lines, given);
      const content = { requestId: 'r', reason: 'x', lines: [{ lineId: 'line-2', quantity: 1 }] };
      const reservedUntil = status === 'payment-pending' ? until : null;
      expect(cancel(order, content, '')).toMatchObject({ order: { status, holdReasons, reservedUntil } });
    });

    test('a release awaits no payment if nothing is due', () => {
      const order = aPlacedOrder(lines, { ...held, holdReasons: ['risk'], cancelledMinor: 100 });
      expect(release(order, 'known customer', noon)).toMatchObject({ order: { status: 'paid', reservedUntil: null } });
    });
  });

  test('is applied once per request id', () => {
    const order = aPlacedOrder([{ quantity: 2, totalMinor: 200 }]);
    const content = { requestId: 'r', reason: 'x' };
    const first = cancel(order, content, 'hash');
    if (first.kind !== 'changed') throw new Error('Not cancelled');
    expect(cancel(first.order, content, 'hash')).toMatchObject({ kind: 'already-done' });
    expect(cancel(first.order, content, 'other')).toMatchObject({ kind: 'conflict', type: 'cancellation-conflict' });
  });
});

describe('a cancellation with a list of reasons', () => {
  const order = aPlacedOrder([{ quantity: 2, totalMinor: 200 }]);
  const reasons = ['ordered-twice', 'late'];
  const cancelled = (reason: string, given: readonly string[] | undefined = reasons) =>
    cancel(order, { requestId: 'c-1', reason }, 'hash', given);

  test.each(reasons)('accepts %s', (reason) => expect(cancelled(reason).kind).toBe('changed'));

  test.each([
    ['latte', 'Did you mean late?'],
    ['Late', 'Did you mean late?'],
    ['ordered twice', 'Did you mean ordered-twice?'],
    ['constructor', 'Valid values: ordered-twice, late'],
    ['something else', 'Valid values: ordered-twice, late'],
  ])('refuses "%s" and names the closest: %s', (reason, detail) => {
    const errors = [{ pointer: '/reason', detail: expect.stringContaining(detail) }];
    expect(cancelled(reason)).toMatchObject({ kind: 'invalid', type: 'invalid-content', errors });
  });

  test('accepts a repeated request whose reason has left the list', () => {
    const first = cancelled('late');
    const after = first.kind === 'changed' ? first.order : order;
    expect(cancel(after, { requestId: 'c-1', reason: 'late' }, 'hash', ['other']).kind).toBe('already-done');
  });

  test('accepts any text without a list', () => {
    expect(cancel(order, { requestId: 'c-1', reason: 'something else' }, 'hash').kind).toBe('changed');
  });
});
