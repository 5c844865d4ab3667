import type { Cause } from '../../../shared/contracts/define-event.ts';
import type { Payment } from '../../../shared/payments/payment.ts';
import { applyChange } from '../refund/apply.ts';
import type { Payout, RefundItem } from '../refund/refund-item.ts';
import { orderIndex } from '../refund/refund-keys.ts';
import { importedProvider } from '../refund/order-snapshot.ts';
import type { RefundStore } from '../refund/store.ts';
import { applyProviderResult, failedAfterSuccess, parsePayoutReference, type ProviderResult } from './decide.ts';

type Store = Pick<RefundStore, 'refund' | 'ledger' | 'commit' | 'find'>;

/** A provider notification of a payout that succeeded or failed. */
type Notification = { orderId: string; payment: Payment };

/** Refunds of one order that are searched when a notification names no refund. */
const maxRefundsSearched = 100;

/**
 * Records a provider notification once, in the order of the provider's times. Throws if it matches no payout: the message
 * then moves to the dead-letter queue for an operator.
 */
export const recordProviderNotification =
  (store: Store) =>
  async (notification: Notification, cause: Cause): Promise<void> => {
    const reference = notification.payment.refundId;
    const { refundId, ...position } =
      reference === undefined
        ? { refundId: await findOnlyRefund(store, notification) }
        : parsePayoutReference(reference);
    const outcome = await applyChange(
      store,
      refundId,
      (refund, ledger) => {
        const { index, attempt } = matchPayout(refund, notification, position);
        return applyProviderResult(refund, ledger, index, attempt, resultOf(notification.payment));
      },
      cause,
    );
    if (!outcome) throw unmatched(notification, 'there is no such refund');
  };

/** Finds the payout and the attempt of a notification. Without an attempt it is the current one. */
function matchPayout(
  refund: RefundItem,
  notification: Notification,
  { index: position, attempt }: { index?: number; attempt?: number },
): { index: number; attempt: number } {
  const { amountMinor, currency, type, occurredAt } = notification.payment;
  // The provider may name another order: a replacement is paid with a payment of the exchanged order.
  const found = [...refund.payouts.entries()].find(
    ([index, payout]) => isOfPayment(payout, notification) && index === (position ?? index),
  );
  if (!found) throw unmatched(notification, 'the refund has no payout to this payment');
  const [index, payout] = found;
  if (payout.amountMinor !== amountMinor || refund.currency !== currency) {
    throw unmatched(notification, `${amountMinor} ${currency} instead of ${payout.amountMinor} ${refund.currency}`);
  }
  if (payout.attempt === 0) throw unmatched(notification, 'the payout has not started');
  if (attempt === undefined && payout.attempt > 1) throw unmatched(notification, 'the attempt is not stated');
  const isEarlier = attempt !== undefined && attempt !== payout.attempt;
  if (isEarlier && type === 'refund.succeeded' && !failedAfterSuccess(payout, attempt, occurredAt)) {
    throw unmatched(notification, `attempt ${payout.attempt} also pays this amount`);
  }
  return { index, attempt: attempt ?? payout.attempt };
}

/** Finds the only refund of the order with a payout of this amount to this payment. */
async function findOnlyRefund(store: Store, notification: Notification): Promise<string> {
  const { refunds } = await store.find(orderIndex, notification.orderId, undefined, maxRefundsSearched);
  const matching = refunds.filter(({ payouts }) =>
    payouts.some(
      (payout) => isOfPayment(payout, notification) && payout.amountMinor === notification.payment.amountMinor,
    ),
  );
  const [only, ...others] = matching;
  if (!only || others.length > 0) throw unmatched(notification, `it matches ${matching.length} refunds`);
  return only.refundId;
}

/** Any provider of the store may pay a refund of an imported order: that of the payment is not known. */
const isOfPayment = (payout: Payout, { payment }: Notification): boolean =>
  payout.provider === importedProvider ||
  (payout.provider === payment.provider && payout.paymentId === payment.paymentId);

const resultOf = ({ type, occurredAt }: Payment): ProviderResult =>
  type === 'refund.succeeded'
    ? { kind: 'succeeded', reportedAt: occurredAt }
    : { kind: 'failed', failure: 'failed at the provider', reportedAt: occurredAt };

const unmatched = ({ orderId, payment: { provider, paymentId, refundId, type } }: Notification, reason: string) =>
  new Error(`${provider} reported ${type} of ${paymentId} (${refundId ?? 'no refund'}) of ${orderId}: ${reason}`);
