import type { Cause } from '../../../shared/contracts/define-event.ts';
import type { Payment } from '../../../shared/payments/payment.ts';
import { applyChange } from '../refund/apply.ts';
import { failedSince, hear, parseReference, type ProviderWord } from './paying.ts';
import type { Payout, RefundItem } from '../refund/refund-item.ts';
import { orderIndex } from '../refund/refund-keys.ts';
import type { RefundStore } from '../refund/store.ts';

type Store = Pick<RefundStore, 'refund' | 'account' | 'commit' | 'find'>;
/** What a provider told of money that it sent back, or did not. */
type Told = { orderId: string; payment: Payment };

/** Refunds of one order that are looked through for the one that a provider means without naming it. */
const mostRefunds = 100;

/**
 * Takes a provider's word by webhook, once and in the order of its own times. Throws, and so ends in front of an operator,
 * if it fits no payout of ours: money went where the books do not say.
 */
export const hearProvider =
  (store: Store) =>
  async (told: Told, cause: Cause): Promise<void> => {
    const named = told.payment.refundId;
    const { refundId, ...place } =
      named === undefined ? { refundId: await onlyRefundOf(store, told) } : parseReference(named);
    const outcome = await applyChange(
      store,
      refundId,
      (refund, account) => {
        const { index, leg } = legOf(refund, told, place);
        return hear(refund, account, index, leg.attempt, wordOf(told.payment));
      },
      cause,
    );
    if (!outcome) throw unmatched(told, 'there is no such refund');
  };

/** The payout that is meant; its attempt is the one that runs now. */
function legOf(refund: RefundItem, told: Told, { index, attempt }: Place): { index: number; leg: Payout } {
  const { provider, paymentId, amountMinor, currency, type, occurredAt } = told.payment;
  const found = [...refund.payouts.entries()].find(
    ([each, leg]) => leg.provider === provider && leg.paymentId === paymentId && each === (index ?? each),
  );
  // A payment may be known to its provider by another order: the one whose return paid for this one.
  if (!found) throw unmatched(told, 'the refund gives this payment nothing back');
  const [at, leg] = found;
  if (leg.amountMinor !== amountMinor || refund.currency !== currency) {
    throw unmatched(told, `${amountMinor} ${currency} instead of ${leg.amountMinor} ${refund.currency}`);
  }
  if (leg.attempt === 0) throw unmatched(told, 'it was not to be paid yet');
  if (attempt === undefined && leg.attempt > 1) throw unmatched(told, 'which attempt is meant is not said');
  const isEarlier = attempt !== undefined && attempt !== leg.attempt;
  if (isEarlier && type === 'refund.succeeded' && !failedSince(leg, attempt, occurredAt)) {
    throw unmatched(told, `attempt ${leg.attempt} runs, which pays again`);
  }
  return { index: at, leg: { ...leg, attempt: attempt ?? leg.attempt } };
}
type Place = { index?: number; attempt?: number };

/** The only refund of the order that could be meant by a word that names none. */
async function onlyRefundOf(store: Store, told: Told): Promise<string> {
  const { provider, paymentId, amountMinor } = told.payment;
  const { refunds } = await store.find(orderIndex, told.orderId, undefined, mostRefunds);
  const fitting = refunds.filter(({ payouts }) =>
    payouts.some((leg) => leg.provider === provider && leg.paymentId === paymentId && leg.amountMinor === amountMinor),
  );
  const [only, ...others] = fitting;
  if (!only || others.length > 0) throw unmatched(told, `${fitting.length} refunds could be meant`);
  return only.refundId;
}

const wordOf = ({ type, occurredAt }: Payment): ProviderWord =>
  type === 'refund.succeeded'
    ? { kind: 'succeeded', saidAt: occurredAt }
    : { kind: 'failed', failure: 'failed at the provider', saidAt: occurredAt };

const unmatched = ({ orderId, payment: { provider, paymentId, refundId, type } }: Told, why: string) =>
  new Error(`${provider} told of ${type} of ${paymentId} (${refundId ?? 'no refund'}) of ${orderId}: ${why}`);
