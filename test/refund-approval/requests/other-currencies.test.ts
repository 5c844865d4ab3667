import { describe, expect, test } from 'vitest';
import { applyProviderResult, blockedBy, startPayout } from '../../../functions/refund-approval/payouts/decide.ts';
import { inCurrency, type OrderSnapshot } from '../../../functions/refund-approval/refund/order-snapshot.ts';
import { emptyLedger, type RefundLedger } from '../../../functions/refund-approval/refund/refund-ledger.ts';
import { refundableComponents } from '../../../functions/refund-approval/refund/refundable-components.ts';
import { request } from '../../../functions/refund-approval/requests/decide.ts';
import { refundableResponse } from '../../../functions/refund-approval/requests/refundable-response.ts';
import type { Payment } from '../../../shared/payments/payment.ts';
import { aCapture, noon } from '../../support/builders.ts';
import { anOrderSnapshot, aRefundRequest, changeOf, known } from '../../support/refunds/refund-builders.ts';

const euros = (amountMinor: number, given: Partial<Payment> = {}) =>
  aCapture(amountMinor, { currency: 'EUR', paymentId: 'euro-1', eventId: `euro-${amountMinor}`, ...given });
/** An order of 10.00 pounds, for which 12.00 euros were captured too. */
const order = anOrderSnapshot([{ totalMinor: 1000 }], { payments: [aCapture(1000), euros(1200)] });
const inEuros = (of: OrderSnapshot = order, ledger: RefundLedger = emptyLedger(of.orderId, 'EUR')) =>
  known(inCurrency(of, 'EUR'), { ledger });
type Content = NonNullable<Parameters<typeof aRefundRequest>[0]>;
const euroRequest = (content: Content) => aRefundRequest({ currency: 'EUR', ...content });

describe('a refund of a capture in another currency than the order’s', () => {
  test.each<[string, OrderSnapshot, number, [paymentId: string, amountMinor: number][]]>([
    ['pays back the whole capture', order, 1200, [['euro-1', 1200]]],
    ['pays back a part', order, 1, [['euro-1', 1]]],
    [
      'goes to several captures, the newest first',
      { ...order, payments: [euros(700), euros(500, { paymentId: 'euro-2', occurredAt: '2026-03-06T00:00:00Z' })] },
      1200,
      [
        ['euro-2', 500],
        ['euro-1', 700],
      ],
    ],
    [
      'leaves the capture of the same payment in the order’s currency',
      { ...order, payments: [aCapture(1000, { paymentId: 'euro-1' }), euros(1200)] },
      1200,
      [['euro-1', 1200]],
    ],
    [
      'is possible for a cancelled order',
      { ...order, status: 'cancelled', cancelledMinor: 1000 },
      1200,
      [['euro-1', 1200]],
    ],
    ['is possible for an expired order', { ...order, status: 'expired' }, 1200, [['euro-1', 1200]]],
  ])('%s', (_name, of, overpaidMinor, legs) => {
    const { refund, ledger = emptyLedger('') } = changeOf(request(euroRequest({ overpaidMinor }), inEuros(of)));
    expect(refund).toMatchObject({ currency: 'EUR', ledgerCurrency: 'EUR', amountMinor: overpaidMinor });
    expect(refund.payouts.map(({ paymentId, amountMinor }) => [paymentId, amountMinor])).toEqual(legs);
    // The amounts are in a ledger of their own.
    expect(ledger.currency).toBe('EUR');
    const sent = changeOf(startPayout(refund)).refund;
    const paid = changeOf(applyProviderResult(sent, ledger, 0, 1, { kind: 'succeeded' }));
    const { goods, payments } = refundableComponents(inCurrency(of, 'EUR'), paid.ledger ?? ledger);
    const capturedMinor = payments.reduce((sum, { captured }) => sum + captured.minor, 0);
    expect(goods.find(({ pot }) => pot === 'overpaid')?.refundable.minor).toBe(capturedMinor - overpaidMinor);
  });

  test.each<[string, Content, OrderSnapshot, object]>([
    ['more than was captured', { overpaidMinor: 1201 }, order, { kind: 'not-refundable' }],
    ['nothing', { overpaidMinor: 0 }, order, { kind: 'invalid' }],
    [
      'units of lines',
      { lines: [{ lineId: 'line-1', quantity: 1 }] },
      order,
      { errors: [{ pointer: '/currency' }, {}] },
    ],
    ['shipping', { shippingMinor: 1, overpaidMinor: 1 }, order, { errors: [{ pointer: '/currency' }] }],
    ['goodwill', { goodwillMinor: 1 }, order, { errors: [{ pointer: '/currency' }] }],
    [
      'a currency in which nothing was captured',
      { overpaidMinor: 1 },
      anOrderSnapshot(),
      { errors: [{ pointer: '/currency', detail: 'Nothing was captured in EUR' }] },
    ],
    ['a capture after a lost chargeback', { overpaidMinor: 1 }, withDispute('lost'), { kind: 'not-refundable' }],
    ['a capture during a chargeback', { overpaidMinor: 1 }, withDispute('opened'), { kind: 'chargeback-open' }],
  ])('is refused for %s', (_name, content, of, expected) => {
    expect(request(euroRequest(content), inEuros(of))).toMatchObject(expected);
  });

  test('is blocked by a chargeback that is lost before the payout, and possible after one that is won', () => {
    const { refund, ledger } = changeOf(request(euroRequest({ overpaidMinor: 1200 }), inEuros()));
    const blockOf = (of: OrderSnapshot) => blockedBy(refund, inCurrency(of, 'EUR'), ledger ?? emptyLedger(''));
    const blocks = (['opened', 'lost', 'won'] as const).map((type) => blockOf(withDispute(type)));
    expect(blocks).toEqual(['chargeback-open', 'chargeback-lost', undefined]);
  });

  test('keeps its currency when it is amended', () => {
    expect(request(aRefundRequest({ currency: 'USD', overpaidMinor: 1 }), inEuros())).toMatchObject({
      errors: [{ pointer: '/currency', detail: 'The currency of this refund is EUR, and stays so' }],
    });
  });

  test('does not change what is refundable in the order’s currency', () => {
    const { ledger } = changeOf(request(euroRequest({ overpaidMinor: 200 }), inEuros()));
    const response = refundableResponse(known(order), [inEuros(order, ledger)], noon);
    expect(response).toMatchObject({ capturedMinor: 1000, pendingMinor: 0, refundableMinor: 1000 });
    expect(response.payments).toMatchObject([{ paymentId: 'payment-1', captured: { minor: 1000 } }]);
    const payment = { paymentId: 'euro-1', captured: { minor: 1200 }, pending: { minor: 200 } };
    expect(response.otherCurrencies).toMatchObject([{ currency: 'EUR', refundableMinor: 1000, payments: [payment] }]);
    expect(refundableResponse(known(), [], noon)).not.toHaveProperty('otherCurrencies');
  });
});

function withDispute(type: 'opened' | 'won' | 'lost'): OrderSnapshot {
  const dispute = euros(1200, { type: `chargeback.${type}`, eventId: 'dispute' });
  return { ...order, payments: [...order.payments, dispute] };
}
