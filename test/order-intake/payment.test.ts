import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cancel, endUnpaid } from '../../functions/order-intake/cancellation/cancel.ts';
import { moved } from '../../functions/order-intake/order/change.ts';
import { currentAnswer } from '../../functions/order-intake/order/current-response.ts';
import { balanceOf, expire, record, release } from '../../functions/order-intake/order/payment.ts';
import { isSigned } from '../../functions/order-intake/payments/signature.ts';
import { indexKeys, type OrderItem } from '../../functions/order-intake/order/order-item.ts';
import type { Payment } from '../../shared/payments/payment.ts';
import { aCapture, aCause } from '../support/builders.ts';
import { aPlacedOrder, noon } from '../support/orders/placed-order.ts';

const at = new Date(noon).toISOString();
const aPayment = (given: Partial<Payment> = {}) => aCapture(1495, given);
const after = (order: OrderItem, ...payments: Payment[]): OrderItem =>
  payments.reduce((current, payment) => {
    const outcome = record(current, payment);
    return outcome.kind === 'changed' ? outcome.order : current;
  }, order);

describe('payments of an order', () => {
  test.each<[string, OrderItem['status'], Partial<Payment>, OrderItem['status'], string[] | undefined]>([
    ['all of it', 'payment-pending', {}, 'paid', undefined],
    ['too little', 'placed', { amountMinor: 1 }, 'on-hold', ['underpaid']],
    ['too much', 'placed', { amountMinor: 9999 }, 'on-hold', ['overpaid']],
    ['another currency', 'placed', { currency: 'EUR' }, 'on-hold', ['wrong-currency']],
    ['a chargeback', 'paid', { type: 'chargeback.opened' }, 'on-hold', ['chargeback']],
    ['an authorisation', 'payment-pending', { type: 'payment.authorized' }, 'payment-pending', undefined],
    ['a failure', 'paid', { type: 'payment.failed' }, 'paid', undefined],
    ['nothing', 'payment-pending', { amountMinor: 0 }, 'payment-pending', undefined],
    ['nothing, in another currency', 'placed', { amountMinor: 0, currency: 'EUR' }, 'placed', undefined],
    ['too little after shipping', 'shipped', { amountMinor: 1 }, 'shipped', undefined],
    ['money for an expired order', 'expired', {}, 'expired', undefined],
  ])('%s, while %s', (_name, status, given, expected, reasons) => {
    const paid = after(aPlacedOrder(undefined, { status }), aPayment(given));
    expect([paid.status, paid.holdReasons]).toEqual([expected, reasons]);
  });

  test('lead to the same sums and state in any order, and twice', () => {
    const events = [
      aPayment({ eventId: 'a', type: 'payment.authorized' }),
      aPayment({ eventId: 'b', amountMinor: 1000 }),
      aPayment({ eventId: 'c', amountMinor: 495 }),
      aPayment({ eventId: 'd', type: 'payment.failed' }),
      aPayment({ eventId: 'e', amountMinor: 0 }),
    ];
    const shuffled = fc.shuffledSubarray([...events, ...events], { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(shuffled, (told) => {
        const paid = after(aPlacedOrder(undefined, { status: 'payment-pending', reservedUntil: at }), ...told);
        expect([paid.status, paid.payments?.length, paid.reservedUntil]).toEqual(['paid', 5, null]);
        expect(balanceOf(paid)).toMatchObject({ balance: 'settled', capturedMinor: 1495 });
      }),
    );
  });

  test('of nothing do not hold again what staff let go on', () => {
    const accepted = aPlacedOrder(undefined, { status: 'paid', payments: [aPayment({ amountMinor: 1 })] });
    expect(after(accepted, aPayment({ eventId: 'event-2', amountMinor: 0 })).status).toBe('paid');
  });

  test('do not end a hold that has another reason', () => {
    const held = aPlacedOrder(undefined, { status: 'on-hold', holdReasons: ['risk'] });
    expect(after(held, aPayment())).toMatchObject({ status: 'on-hold', holdReasons: ['risk'] });
    expect(release(held, 'known customer', noon)).toMatchObject({ order: { status: 'placed' } });
  });

  test('are awaited anew when an unpaid order is released', () => {
    const held = aPlacedOrder(undefined, { status: 'on-hold', holdReasons: ['risk'], paymentWindowMinutes: 10 });
    const released = { status: 'payment-pending', reservedUntil: new Date(noon + 600_000).toISOString() };
    expect(release(held, 'known customer', noon)).toMatchObject({ order: released });
  });

  test('in part are awaited in full by an order that was held for another reason, unless staff accepted less', () => {
    const part = { paymentWindowMinutes: 10, payments: [aPayment({ amountMinor: 20 })] };
    const released = (order: OrderItem) => {
      const outcome = release(order, 'known customer', noon);
      if (outcome.kind !== 'changed') throw new Error('It was not released');
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

  test('are not due any more for what expired or was cancelled, swept or not', () => {
    const late = aPayment({ amountMinor: 100 });
    const notDue = { balance: 'overpaid', dueMinor: 0, capturedMinor: 100 };
    const outcome = record(aPlacedOrder(undefined, { status: 'expired' }), late);
    if (outcome.kind !== 'changed') throw new Error('It was not recorded');
    expect(outcome.events.map((tell) => tell(aCause()).detail.data)).toMatchObject([{ order: notDue }]);
    const pending = aPlacedOrder(undefined, { status: 'payment-pending', reservedUntil: at, paymentWindowMinutes: 10 });
    const unpaid = { status: 'expired', payment: { balance: 'settled', dueMinor: 0 } };
    expect(currentAnswer(pending, noon)).toMatchObject(unpaid);
    const credited = currentAnswer({ ...pending, payments: [late] }, noon);
    expect(credited).toMatchObject({ status: 'cancelled', payment: notDue });
  });

  test('end at the very moment that was told, not before', () => {
    const unpaid = aPlacedOrder(undefined, { status: 'payment-pending', reservedUntil: at });
    expect(expire(unpaid, noon - 1)).toMatchObject({ kind: 'already-done' });
    expect(expire(unpaid, noon)).toMatchObject({
      kind: 'changed',
      order: { status: 'expired' },
      stock: { kind: 'release', takes: [{}] },
    });
  });
});

describe('an unpaid order on hold', () => {
  const before = aPlacedOrder(undefined, { status: 'payment-pending', reservedUntil: at, paymentWindowMinutes: 10 });
  const held = moved({ ...before, holdReasons: ['risk'] }, 'on-hold');

  test.each<[string, Payment[], boolean]>([
    ['nothing', [], true],
    ['an authorisation', [aPayment({ type: 'payment.authorized' })], true],
    ['a failure', [aPayment({ type: 'payment.failed' })], true],
    ['a capture of nothing', [aPayment({ amountMinor: 0 })], true],
    ['all of it', [aPayment()], false],
    ['a part', [aPayment({ amountMinor: 1 })], false],
    ['another currency', [aPayment({ currency: 'EUR' })], false],
    ['a chargeback, which came before its capture', [aPayment({ type: 'chargeback.opened' })], false],
  ])('ends with its time for payment when this came: %s', (_name, payments, ends) => {
    const order = after(held, ...payments);
    expect([order.status, order.reservedUntil]).toEqual(['on-hold', ends ? at : null]);
    expect(currentAnswer(order, noon - 1).status).toBe('on-hold');
    expect(currentAnswer(order, noon).status).toBe(ends ? 'expired' : 'on-hold');
    expect(indexKeys(order, '2026-03-05').dueAt).toBe(ends ? at : undefined);
    const given = { order: { status: 'expired', reservedUntil: null }, stock: { kind: 'release' } };
    expect(endUnpaid(order, noon)).toMatchObject(ends ? given : { kind: 'already-done' });
    expect(endUnpaid(order, noon - 1)).toMatchObject({ kind: 'already-done' });
  });

  test('keeps its time when it is held after a capture of nothing', () => {
    const order = moved({ ...after(before, aPayment({ amountMinor: 0 })), holdReasons: ['risk'] }, 'on-hold');
    expect(order.reservedUntil).toBe(at);
  });

  test('does not end when a return paid for a part of it', () => {
    const order = moved({ ...before, payments: [aPayment({ amountMinor: 20 })], holdReasons: ['risk'] }, 'on-hold');
    expect(currentAnswer(order, noon)).toMatchObject({ status: 'on-hold', reservedUntil: null });
  });

  test('keeps its time when units of it are cancelled', () => {
    const two = { ...held, lines: aPlacedOrder([{ quantity: 2, totalMinor: 1000 }]).lines };
    const one = [{ lineId: 'line-1', quantity: 1 }];
    const cancelled = cancel(two, { requestId: 'r', reason: 'x', lines: one }, '');
    expect(cancelled).toMatchObject({ order: { status: 'on-hold', reservedUntil: at } });
  });
});

describe('a signature', () => {
  const body = Buffer.from('{"a":1}');
  const seconds = Math.floor(noon / 1000);
  const v1 = (t: number, secret = 'secret') => createHmac('sha256', secret).update(`${t}.{"a":1}`).digest('hex');
  test.each<[string, string | undefined, boolean]>([
    ['of this secret and now', `t=${seconds},v1=${v1(seconds)}`, true],
    ['beside one of another secret', `t=${seconds},v1=${v1(seconds, 'old')},v1=${v1(seconds)}`, true],
    ['just within five minutes', `t=${seconds - 299},v1=${v1(seconds - 299)}`, true],
    ['older', `t=${seconds - 301},v1=${v1(seconds - 301)}`, false],
    ['of the future', `t=${seconds + 302},v1=${v1(seconds + 302)}`, false],
    ['with another time than the signed one', `t=${seconds},v1=${v1(seconds - 1)}`, false],
    ['of another secret', `t=${seconds},v1=${v1(seconds, 'other')}`, false],
    ['cut short', `t=${seconds},v1=${v1(seconds).slice(0, 10)}`, false],
    ['with two times', `t=${seconds},t=${seconds},v1=${v1(seconds)}`, false],
    ['that is not there', undefined, false],
    ['that is nonsense', 't=now,v1=,=,', false],
  ])('%s', (_name, header, isGood) => {
    expect(isSigned(header, body, 'secret', noon)).toBe(isGood);
  });
});
