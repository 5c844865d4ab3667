import { describe, expect, test } from 'vitest';
import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import { balanceOf } from '../../../functions/order-intake/order/payment.ts';
import { record } from '../../../functions/order-intake/payments/record-payment.ts';
import { decideDuplicate } from '../../../functions/order-intake/payments/suspected-duplicate.ts';
import type { Payment } from '../../../shared/payments/payment.ts';
import { aCapture, aCause } from '../../support/builders.ts';
import { aPlacedOrder } from '../../support/orders/placed-order.ts';

const aPayment = (given: Partial<Payment> = {}) => aCapture(1495, given);
const recorded = (order: OrderItem, payment: Payment) => {
  const outcome = record(order, payment);
  if (outcome.kind !== 'changed') throw new Error(`The payment is ${outcome.kind}`);
  return { order: outcome.order, types: outcome.events.map((draft) => draft(aCause())['detail-type']) };
};
const paid = recorded(aPlacedOrder(undefined, { status: 'payment-pending' }), aPayment()).order;

describe('a payment that another provider reported before', () => {
  test.each<[string, Partial<Payment>, Partial<Payment>]>([
    ['with the same bytes', {}, {}],
    ['with another event id', {}, { eventId: 'other' }],
    ['with another time', {}, { occurredAt: '2026-03-01T00:00:00Z' }],
    ['with another card', {}, { cardFingerprint: 'card' }],
    ['as a chargeback', { type: 'chargeback.opened' }, {}],
    ['as a refund', { type: 'refund.succeeded', refundId: 'ref-1' }, { refundId: 'ref-2' }],
    ['as an authorization', { type: 'payment.authorized' }, { eventId: 'other' }],
    ['with a larger amount', {}, { eventId: 'other', amountMinor: 99_000 }],
    ['with a smaller amount', {}, { eventId: 'other', amountMinor: 2 }],
    ['refunded', {}, { eventId: 'other', type: 'refund.succeeded', refundId: 'ref-1', amountMinor: 700 }],
    ['with a refund that failed', {}, { eventId: 'other', type: 'refund.failed', refundId: 'ref-1' }],
    ['charged back', {}, { eventId: 'other', type: 'chargeback.opened', chargebackId: 'dp_1' }],
    ['captured after its refund', { type: 'refund.succeeded' }, { eventId: 'other', type: 'payment.captured' }],
    ['captured after its chargeback', { type: 'chargeback.lost' }, { eventId: 'other', type: 'payment.captured' }],
  ])('%s does not count, and raises an alarm once', (_name, first, second) => {
    const before = recorded(aPlacedOrder(), aPayment(first)).order;
    const copy = aPayment({ ...first, provider: 'acme-b', ...second });
    const { order, types } = recorded(before, copy);
    expect(types).toEqual(['DuplicatePaymentSuspected']);
    expect([order.payments, balanceOf(order), order.status]).toEqual([
      before.payments,
      balanceOf(before),
      before.status,
    ]);
    expect(record(order, copy).kind).toBe('already-done');
    expect(record(order, { ...copy, amountMinor: 1 })).toMatchObject({ type: 'payment-conflict' });
  });

  test.each<[string, Partial<Payment>]>([
    ['another payment id', { provider: 'giftcard', paymentId: 'gift-1' }],
    ['another currency', { provider: 'giftcard', currency: 'EUR' }],
    ['an authorization', { provider: 'giftcard', type: 'payment.authorized' }],
    ['a failure', { provider: 'giftcard', type: 'payment.failed' }],
    ['the same provider', { eventId: 'second-parcel' }],
  ])('is not one with %s', (_name, given) => {
    const { order, types } = recorded(paid, aPayment({ eventId: 'event-2', ...given }));
    expect([order.payments?.length, types[0]]).toEqual([2, 'PaymentRecorded']);
  });

  const meant = { provider: 'acme-b', eventId: aPayment().eventId, reason: 'asked acme-b' };
  const suspected = recorded(paid, aPayment({ provider: 'acme-b' })).order;
  test.each([
    ['count', ['DuplicatePaymentDecided', 'PaymentRecorded', 'OrderHeld'], 2990, 'on-hold'],
    ['dismiss', ['DuplicatePaymentDecided'], 1495, 'paid'],
  ] as const)('is decided once: %s', (decision, types, capturedMinor, status) => {
    const outcome = decideDuplicate(suspected, { ...meant, decision });
    if (outcome.kind !== 'changed') throw new Error(`The decision is ${outcome.kind}`);
    const { order, events } = outcome;
    expect(events.map((draft) => draft(aCause())['detail-type'])).toEqual(types);
    expect([balanceOf(order).capturedMinor, order.status]).toEqual([capturedMinor, status]);
    expect(decideDuplicate(order, { ...meant, decision }).kind).toBe('already-done');
    const opposite = decision === 'count' ? 'dismiss' : 'count';
    expect(decideDuplicate(order, { ...meant, decision: opposite })).toMatchObject({ type: 'already-decided' });
    expect(record(order, aPayment({ provider: 'acme-b' })).kind).toBe('already-done');
  });

  test.each([{ provider: 'giftcard' }, { provider: 'acme' }, { eventId: 'other' }])(
    'cannot be decided as %j',
    (other) => {
      expect(decideDuplicate(suspected, { ...meant, ...other, decision: 'count' }).kind).toBe('unknown');
    },
  );

  /** The types of the events of later payments of the suspected one, after a decision on it. */
  const laterTypes = (order: OrderItem, given: Partial<Payment>) =>
    recorded(order, aPayment({ provider: 'acme-b', eventId: 'later', ...given })).types[0];
  const decided = (decision: 'count' | 'dismiss') => {
    const outcome = decideDuplicate(suspected, { ...meant, decision });
    return outcome.kind === 'changed' ? outcome.order : suspected;
  };
  const laterEvents: [string, Partial<Payment>][] = [
    ['an equal event', {}],
    ['another amount', { amountMinor: 5 }],
    ['a refund', { type: 'refund.succeeded', refundId: 'ref-1' }],
    ['a chargeback', { type: 'chargeback.opened' }],
    ['a chargeback that was lost', { type: 'chargeback.lost' }],
    ['an authorization', { type: 'payment.authorized', amountMinor: 5 }],
    ['another currency', { currency: 'EUR' }],
  ];
  test.each(laterEvents)('does not count later either, undecided or dismissed: %s', (_name, given) => {
    expect(laterTypes(suspected, given)).toBe('DuplicatePaymentSuspected');
    expect(laterTypes(decided('dismiss'), given)).toBe('DuplicatePaymentSuspected');
  });
  test.each(laterEvents)('counts later if it counts, as does that of the first provider: %s', (_name, given) => {
    expect(laterTypes(decided('count'), given)).toBe('PaymentRecorded');
    expect(laterTypes(decided('count'), { ...given, provider: 'acme' })).toBe('PaymentRecorded');
  });

  test('that tried the payment and failed does not stop another provider', () => {
    for (const type of ['payment.failed', 'payment.authorized'] as const) {
      const tried = recorded(aPlacedOrder(undefined, { status: 'payment-pending' }), aPayment({ type })).order;
      expect(recorded(tried, aPayment({ provider: 'acme-b' })).order.status).toBe('paid');
    }
  });
});
