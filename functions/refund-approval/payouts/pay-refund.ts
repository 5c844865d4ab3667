import type { Cause } from '../../../shared/contracts/define-event.ts';
import { applyChange, applyChangeWithOrder } from '../refund/apply.ts';
import { isExchangeOpen, type Payout, payoutReference, type RefundItem } from '../refund/refund-item.ts';
import type { RefundLedger } from '../refund/refund-ledger.ts';
import type { RefundStore } from '../refund/store.ts';
import {
  applyProviderResult,
  blockedBy,
  blockPayout,
  type ProviderResult,
  startExchange,
  startPayout,
} from './decide.ts';
import type { ProviderResponse, SendPayout } from './provider.ts';

type Dependencies = {
  store: Pick<RefundStore, 'refund' | 'ledger' | 'snapshot' | 'commit'>;
  /** Returns undefined for a provider that staff pay manually. */
  providerOf: (name: string) => Promise<SendPayout | undefined>;
  /** Milliseconds since the epoch. */
  clock: () => number;
};

/**
 * Takes a refund one step further. The first call records the intent to pay; its event causes the second call, which
 * sends the open payouts to their providers and records the results. Every call is safe to repeat. Throws while a payout
 * has no result.
 */
export const payRefund =
  (dependencies: Dependencies) =>
  async (refundId: string, isRepeated: boolean, cause: Cause): Promise<void> => {
    const started = await applyChangeWithOrder(
      dependencies.store,
      refundId,
      (refund, order, ledger) => {
        const block = blockedBy(refund, order, ledger);
        if (block) return blockPayout(refund, ledger, block);
        return isExchangeOpen(refund) ? startExchange(refund) : startPayout(refund);
      },
      cause,
    );
    if (!started) throw new Error(`There is no refund ${refundId}`);
    // The provider may already have the request, so an operator must check it.
    if (started.kind === 'illegal' && started.status === 'paying') {
      throw new Error(`A chargeback was opened while ${refundId} was being paid`);
    }
    if (started.kind !== 'already-done') return;

    const { refund } = started;
    const open = [...refund.payouts.entries()].filter(([, { state }]) => state === 'sent');
    const results = await Promise.allSettled(
      open.map(([index, payout]) => sendPayout(dependencies, refund, index, payout, isRepeated, cause)),
    );
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));
    if (failures.length > 0) throw new Error(`Payouts of ${refundId} have no result: ${failures.join('; ')}`);
  };

/** Sends one payout and records the response, unless a webhook reported a result in the meantime. */
async function sendPayout(
  { store, providerOf, clock }: Dependencies,
  { refundId, currency }: RefundItem,
  index: number,
  { provider, paymentId, amountMinor, attempt }: Payout,
  isRepeated: boolean,
  cause: Cause,
): Promise<void> {
  const send = await providerOf(provider);
  if (!send) return;
  const reference = payoutReference(refundId, index, attempt);
  const response = await send({ reference, refundId, paymentId, amountMinor, currency, isRepeated });
  if (response.kind === 'pending') return;
  const result = withTime(response, clock());
  const decide = (refund: RefundItem, ledger: RefundLedger) =>
    refund.payouts[index]?.state === 'sent'
      ? applyProviderResult(refund, ledger, index, attempt, result)
      : { kind: 'already-done' as const, refund };
  await applyChange(store, refundId, decide, cause);
}

/**
 * A response has no provider time. A failed attempt cannot succeed later, so a failure gets the current time and wins
 * over late notifications of success. A success can still fail, so it gets no time.
 */
const withTime = (response: Exclude<ProviderResponse, { kind: 'pending' }>, now: number): ProviderResult =>
  response.kind === 'failed' ? { ...response, reportedAt: new Date(now).toISOString() } : response;
