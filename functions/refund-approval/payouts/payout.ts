import type { Cause } from '../../../shared/contracts/define-event.ts';
import { applyChange, applyChangeWithOrder } from '../refund/apply.ts';
import { isExchangeOpen, startExchange } from '../exchanges/exchange.ts';
import { isDisputed } from '../refund/order-snapshot.ts';
import { blockPayout, hear, payoutReference, type ProviderWord, startPayout } from './paying.ts';
import type { RefundLedger } from '../refund/refund-ledger.ts';
import type { ProviderAnswer, Repay } from './provider.ts';
import type { Payout, RefundItem } from '../refund/refund-item.ts';
import type { RefundStore } from '../refund/store.ts';

type Parts = {
  store: Pick<RefundStore, 'refund' | 'account' | 'books' | 'commit'>;
  /** What pays through a provider; undefined for one that is paid through by hand. */
  providerOf: (name: string) => Promise<Repay | undefined>;
};

/**
 * Takes a refund one step further. Of an approved one it records the intent to pay, whose event brings it here again; then
 * it asks the provider of each leg and records the answer. Crashed or timed out anywhere, it is to be called again; it
 * throws while a provider has not answered.
 */
export const payOut =
  (parts: Parts) =>
  async (refundId: string, isLate: boolean, cause: Cause): Promise<void> => {
    const started = await applyChangeWithOrder(
      parts.store,
      refundId,
      (refund, order, account) => {
        if (isDisputed(order)) return blockPayout(refund, account);
        return isExchangeOpen(refund) ? startExchange(refund) : startPayout(refund);
      },
      cause,
    );
    if (!started) throw new Error(`There is no refund ${refundId}`);
    // Whether the provider was asked already, nobody knows: an operator must look.
    if (started.kind === 'illegal' && started.status === 'paying') {
      throw new Error(`A chargeback was opened while ${refundId} was being paid`);
    }
    // Just begun or blocked; or decided otherwise, or paid, in the meantime.
    if (started.kind !== 'already-done') return;

    const { refund } = started;
    const open = [...refund.payouts.entries()].filter(([, { state }]) => state === 'sent');
    const results = await Promise.allSettled(
      open.map(([index, leg]) => payLeg(parts, refund, index, leg, isLate, cause)),
    );
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));
    if (failures.length > 0) throw new Error(`Of ${refundId} it is open what was paid: ${failures.join('; ')}`);
  };

/** Asks the provider, and records its answer unless it told more by webhook since it was asked. */
async function payLeg(
  { store, providerOf }: Parts,
  { refundId, currency }: RefundItem,
  index: number,
  { provider, paymentId, amountMinor, attempt }: Payout,
  isLate: boolean,
  cause: Cause,
): Promise<void> {
  const repay = await providerOf(provider);
  if (!repay) return;
  const reference = payoutReference(refundId, index, attempt);
  const answer = await repay({ reference, refundId, paymentId, amountMinor, currency, isLate });
  if (answer.kind === 'pending') return;
  const word = timed(answer);
  const decide = (refund: RefundItem, account: RefundLedger) =>
    refund.payouts[index]?.state === 'sent'
      ? hear(refund, account, index, attempt, word)
      : { kind: 'already-done' as const, refund };
  await applyChange(store, refundId, decide, cause);
}

/**
 * An answer has no time of its provider's. What failed does not succeed any more in the same attempt: a success that is
 * told late was before it. What succeeded may fail at any time.
 */
const timed = (answer: Exclude<ProviderAnswer, { kind: 'pending' }>): ProviderWord =>
  answer.kind === 'failed' ? { ...answer, saidAt: new Date(Date.now()).toISOString() } : answer;
