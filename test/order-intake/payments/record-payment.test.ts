import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cancel } from '../../../functions/order-intake/cancellation/cancel.ts';
import { expireUnpaid } from '../../../functions/order-intake/order/deadlines.ts';
import { withStatus } from '../../../functions/order-intake/order/change.ts';
import { currentOrderBody } from '../../../functions/order-intake/order/responses.ts';
import { balanceOf } from '../../../functions/order-intake/order/payment.ts';
import { record } from '../../../functions/order-intake/payments/record-payment.ts';
import { release } from '../../../functions/order-intake/risk/review.ts';
import { indexKeys, type OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import type { Payment } from '../../../shared/payments/payment.ts';
import { aCapture, aCause } from '../../support/builders.ts';
import { aPlacedOrder, noon } from '../../support/orders/placed-order.ts';

const at = new Date(noon).toISOString();
const aPayment = (given: Partial<Payment> = {}) => aCapture(1495, given);
const after = (order: OrderItem, ...payments: Payment[]): OrderItem =>
  payments.reduce((current, payment) => {
    const outcome = record(current, payment);
    return outcome.kind === 'changed' ? outcome.order : current;
  }, order);

describe('payment events of an order', () => {
  test.each<[string, OrderItem['status'], Partial<Payment>, OrderItem['status'], string[] | undefined]>([
    ['the full amount', 'payment-pending', {}, 'paid', undefined],
    ['too little', 'placed', { amountMinor: 1 }, 'on-hold', ['underpaid']],
    ['too much', 'placed', { amountMinor: 9999 }, 'on-hold', ['overpaid']],
    ['another currency', 'placed', { currency: 'EUR' }, 'on-hold', ['wrong-currency']],
    ['a chargeback', 'paid', { type: 'chargeback.opened' }, 'on-hold', ['chargeback']],
    ['a lost chargeback', 'paid', { type: 'chargeback.lost' }, 'on-hold', ['chargeback']],
    ['a won chargeback', 'paid', { type: 'chargeback.won' }, 'paid', undefined],
    ['an authorisation', 'payment-pending', { type: 'payment.authorized' }, 'payment-pending', undefined],
    ['a failure', 'paid', { type: 'payment.failed' }, 'paid', undefined],
    ['a capture of 0', 'payment-pending', { amountMinor: 0 }, 'payment-pending', undefined],
    ['a capture of 0 in another currency', 'placed', { amountMinor: 0, currency: 'EUR' }, 'placed', undefined],
    ['too little after shipping', 'shipped', { amountMinor: 1 }, 'shipped', undefined],
    ['a capture for an expired order', 'expired', {}, 'expired', undefined],
  ])('%s, while %s', (_name, status, given, expected, reasons) => {
    const paid = after(aPlacedOrder(undefined, { status }), aPayment(given));
    expect([paid.status, paid.holdReasons]).toEqual([expected, reasons]);
  });

  test('give the same amounts and status in any order, also if delivered twice', () => {
    const events = [
      aPayment({ eventId: 'a', type: 'payment.authorized' }),
      aPayment({ eventId: 'b', amountMinor: 1000 }),
      aPayment({ eventId: 'c', amountMinor: 495 }),
      aPayment({ eventId: 'd', type: 'payment.failed' }),
      aPayment({ eventId: 'e', amountMinor: 0 }),
    ];
    const shuffled = fc.shuffledSubarray([...events, ...events], { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(shuffled, (delivered) => {
        const paid = after(aPlacedOrder(undefined, { status: 'payment-pending', reservedUntil: at }), ...delivered);
        expect([paid.status, paid.payments?.length, paid.reservedUntil]).toEqual(['paid', 5, null]);
        expect(balanceOf(paid)).toMatchObject({ balance: 'settled', capturedMinor: 1495 });
      }),
    );
  });

  test('of 0 do not hold an order again that staff released', () => {
    const accepted = aPlacedOrder(undefined, { status: 'paid', payments: [aPayment({ amountMinor: 1 })] });
    expect(after(accepted, aPayment({ eventId: 'event-2', amountMinor: 0 })).status).toBe('paid');
  });

  test('do not end a hold with another reason', () => {
    const held = aPlacedOrder(undefined, { status: 'on-hold', holdReasons: ['risk'] });
    expect(after(held, aPayment())).toMatchObject({ status: 'on-hold', holdReasons: ['risk'] });
    expect(release(held, 'known customer', noon)).toMatchObject({ order: { status: 'placed' } });
  });

  test('are awaited in a new window when an unpaid order is released', () => {
    const held = aPlacedOrder(undefined, { status: 'on-hold', holdReasons: ['risk'], paymentWindowMinutes: 10 });
    const released = { status: 'payment-pending', reservedUntil: new Date(noon + 600_000).toISOString() };
    expect(release(held, 'known customer', noon)).toMatchObject({ order: released });
  });

  test('below the due amount leave the rest awaited after a release, unless staff accepted the difference', () => {
    const part = { paymentWindowMinutes: 10, payments: [aPayment({ amountMinor: 20 })] };
    const released = (order: OrderItem) => {
      const outcome = release(order, 'known customer', noon);
      if (outcome.kind !== 'changed') throw new Error('Not released');
      return outcome.order;
    };
    const risky = aPlacedOrder(undefined, { ...part, status: 'on-hold', holdReasons: ['risk'] });
    expect(released(risky)).toMatchObject({ status: 'payment-pending', reservedUntil: expect.any(String) });
    const accepted = released({ ...risky, holdReasons: ['risk', 'underpaid'] });
    expect(accepted).toMatchObject({ status: 'paid', reservedUntil: null });
    const disputed = after(accepted, aPayment({ eventId: 'event-2', type: 'chargeback.opened' }));
    expect([disputed.holdReasons, released(disputed).status]).toEqual([['chargeback'], 'paid']);
    const withoutWindow = { ...risky, paymentWindowMinutes: undefined };
    expect(released(withoutWindow).status).toBe('paid');
  });

  test('are no longer due on an expired or cancelled order, also before the expiry job has run', () => {
    const late = aPayment({ amountMinor: 100 });
    const notDue = { balance: 'overpaid', dueMinor: 0, capturedMinor: 100 };
    const outcome = record(aPlacedOrder(undefined, { status: 'expired' }), late);
    if (outcome.kind !== 'changed') throw new Error('Not recorded');
    expect(outcome.events.map((draft) => draft(aCause()).detail.data)).toMatchObject([{ order: notDue }]);
    const pending = aPlacedOrder(undefined, { status: 'payment-pending', reservedUntil: at, paymentWindowMinutes: 10 });
    const unpaid = { status: 'expired', payment: { balance: 'settled', dueMinor: 0 } };
    expect(currentOrderBody(pending, noon)).toMatchObject(unpaid);
    const credited = currentOrderBody({ ...pending, payments: [late] }, noon);
    expect(credited).toMatchObject({ status: 'cancelled', payment: notDue });
  });

  test('are awaited until the published deadline, not a millisecond less', () => {
    const unpaid = aPlacedOrder(undefined, { status: 'payment-pending', reservedUntil: at });
    expect(expireUnpaid(unpaid, noon - 1)).toMatchObject({ kind: 'already-done' });
    expect(expireUnpaid(unpaid, noon)).toMatchObject({
      kind: 'changed',
      order: { status: 'expired' },
      stock: { kind: 'release', reservations: [{}] },
    });
  });
});

describe('an unpaid order on hold', () => {
  const before = aPlacedOrder(undefined, { status: 'payment-pending', reservedUntil: at, paymentWindowMinutes: 10 });
  const held = withStatus({ ...before, holdReasons: ['risk'] }, 'on-hold');

  test.each<[string, Payment[], boolean]>([
    ['no payment event', [], true],
    ['an authorisation', [aPayment({ type: 'payment.authorized' })], true],
    ['a failure', [aPayment({ type: 'payment.failed' })], true],
    ['a capture of 0', [aPayment({ amountMinor: 0 })], true],
    ['the full amount', [aPayment()], false],
    ['a part of the amount', [aPayment({ amountMinor: 1 })], false],
    ['another currency', [aPayment({ currency: 'EUR' })], false],
    ['a chargeback before its capture', [aPayment({ type: 'chargeback.opened' })], false],
  ])('expires with its payment window unless money was received: %s', (_name, payments, ends) => {
    const order = after(held, ...payments);
    expect([order.status, order.reservedUntil]).toEqual(['on-hold', ends ? at : null]);
    expect(currentOrderBody(order, noon - 1).status).toBe('on-hold');
    expect(currentOrderBody(order, noon).status).toBe(ends ? 'expired' : 'on-hold');
    expect(indexKeys(order, '2026-03-05').dueAt).toBe(ends ? at : undefined);
    const given = { order: { status: 'expired', reservedUntil: null }, stock: { kind: 'release' } };
    expect(expireUnpaid(order, noon)).toMatchObject(ends ? given : { kind: 'already-done' });
    expect(expireUnpaid(order, noon - 1)).toMatchObject({ kind: 'already-done' });
  });

  test('keeps its deadline when it is held after a capture of 0', () => {
    const order = withStatus({ ...after(before, aPayment({ amountMinor: 0 })), holdReasons: ['risk'] }, 'on-hold');
    expect(order.reservedUntil).toBe(at);
  });

  test('does not expire if a return paid for a part of it', () => {
    const order = withStatus(
      { ...before, payments: [aPayment({ amountMinor: 20 })], holdReasons: ['risk'] },
      'on-hold',
    );
    expect(currentOrderBody(order, noon)).toMatchObject({ status: 'on-hold', reservedUntil: null });
  });

  test('keeps its deadline when units of it are cancelled', () => {
    const two = { ...held, lines: aPlacedOrder([{ quantity: 2, totalMinor: 1000 }]).lines };
    const one = [{ lineId: 'line-1', quantity: 1 }];
    const cancelled = cancel(two, { requestId: 'r', reason: 'x', lines: one }, '');
    expect(cancelled).toMatchObject({ order: { status: 'on-hold', reservedUntil: at } });
  });
});
