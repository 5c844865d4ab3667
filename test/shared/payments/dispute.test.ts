import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { balanceOf } from '../../../functions/order-intake/order/payment.ts';
import { record } from '../../../functions/order-intake/payments/record-payment.ts';
import { OrderSnapshot } from '../../../functions/refund-approval/refund/order-snapshot.ts';
import { emptyLedger, reserve } from '../../../functions/refund-approval/refund/refund-ledger.ts';
import { refundableComponents } from '../../../functions/refund-approval/refund/refundable-components.ts';
import { disputesOf, hasOpenDispute } from '../../../shared/payments/dispute.ts';
import type { Payment } from '../../../shared/payments/payment.ts';
import { aCapture, noon } from '../../support/builders.ts';
import { aPlacedOrder } from '../../support/orders/placed-order.ts';

const minute = (minutes: number) => new Date(noon + minutes * 60_000).toISOString();
const event = (type: 'opened' | 'won' | 'lost', minutes: number, given: Partial<Payment> = {}) =>
  aCapture(given.amountMinor ?? 1495, {
    eventId: `${type}-${minutes}`,
    type: `chargeback.${type}`,
    occurredAt: minute(minutes),
    ...given,
  });
const one = { chargebackId: 'cb-1' };
const two = { chargebackId: 'cb-2' };

const cases: [string, Payment[], string[], number][] = [
  ['opened', [event('opened', 1)], ['open'], 1495],
  ['opened and won', [event('opened', 1), event('won', 2)], ['won'], 0],
  ['opened and lost', [event('opened', 1), event('lost', 2)], ['lost'], 1495],
  ['lost in part', [event('opened', 1), event('lost', 2, { amountMinor: 500 })], ['lost'], 500],
  ['won by a clock that is slow', [event('opened', 2), event('won', 1)], ['won'], 0],
  ['won, then opened again', [event('opened', 1), event('won', 2), event('opened', 3)], ['won', 'open'], 1495],
  ['won twice', [event('opened', 1), event('won', 2), event('opened', 3), event('won', 4)], ['won', 'won'], 0],
  ['lost without an opening', [event('lost', 1)], ['lost'], 1495],
  [
    'first won, then lost after all, by its id',
    [event('opened', 1, one), event('won', 2, one), event('lost', 3, one)],
    ['lost'],
    1495,
  ],
  [
    'two by id, the second won',
    [event('opened', 1, one), event('opened', 2, two), event('won', 3, two)],
    ['won', 'open'],
    1495,
  ],
  ['opened before ids were recorded', [event('opened', 1), event('won', 2, one)], ['won'], 0],
  ['opened and won by id', [event('opened', 1, one), event('won', 2, { ...one, eventId: 'again' })], ['won'], 0],
  ['of another payment', [event('opened', 1), event('won', 2, { paymentId: 'other' })], ['open', 'won'], 1495],
];

describe('chargebacks', () => {
  test.each(cases)('%s', (_name, events, states, chargedBackMinor) => {
    const shuffled = fc.shuffledSubarray([...events, ...events], {
      minLength: events.length * 2,
      maxLength: events.length * 2,
    });
    fc.assert(
      fc.property(shuffled, (delivered) => {
        let order = aPlacedOrder(undefined, { status: 'paid', payments: [aCapture(1495)] });
        for (const payment of delivered) {
          const outcome = record(order, payment);
          order = outcome.kind === 'changed' ? outcome.order : order;
        }
        const payments = order.payments ?? [];
        expect(
          disputesOf(payments)
            .map(({ state }) => state)
            .toSorted(),
        ).toEqual(states.toSorted());
        expect(balanceOf(order)).toMatchObject({ balance: 'settled', capturedMinor: 1495, chargedBackMinor });
        const isHeld = states.some((state) => state !== 'won');
        expect([order.status, order.holdReasons]).toEqual(isHeld ? ['on-hold', ['chargeback']] : ['paid', undefined]);
      }),
      { numRuns: 30 },
    );
  });

  test('refundable, refunded and lost amounts of a payment never exceed the captured one', () => {
    const types = fc.constantFrom('opened' as const, 'won' as const, 'lost' as const);
    const events = fc.array(fc.tuple(types, fc.nat(9), fc.integer({ min: 1, max: 2000 })), { maxLength: 6 });
    fc.assert(
      fc.property(events, fc.integer({ min: 0, max: 1495 }), (given, refundedMinor) => {
        const disputes = given.map(([type, at, amountMinor], index) =>
          event(type, at, { amountMinor, eventId: `${index}` }),
        );
        const captured = aCapture(1495);
        const order = OrderSnapshot.parse(aPlacedOrder(undefined, { payments: [captured, ...disputes] }));
        const leg = {
          provider: captured.provider,
          paymentId: captured.paymentId,
          amountMinor: refundedMinor,
          draws: [],
        };
        const ledger = refundedMinor > 0 ? reserve(emptyLedger(order.orderId), [leg]) : emptyLedger(order.orderId);
        const [payment] = refundableComponents(order, ledger).payments;
        const { refundable, pending, lostMinor = 0 } = payment ?? { refundable: { minor: -1 }, pending: { minor: 0 } };
        expect(refundable.minor).toBe(Math.max(0, 1495 - lostMinor - pending.minor));
        expect(lostMinor).toBeLessThanOrEqual(1495);
        expect(hasOpenDispute(order.payments)).toBe(disputesOf(disputes).some(({ state }) => state === 'open'));
      }),
    );
  });
});
