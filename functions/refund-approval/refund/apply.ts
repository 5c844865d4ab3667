import type { Cause } from '../../../shared/contracts/define-event.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Outcome } from './change.ts';
import type { OrderSnapshot } from './order-snapshot.ts';
import type { RefundItem } from './refund-item.ts';
import { emptyLedger, type RefundLedger } from './refund-ledger.ts';
import type { RefundStore } from './store.ts';

/** Half of the 20 s that a function runs. */
export const changeRetryBudgetMs = 10_000;

type Store = Pick<RefundStore, 'refund' | 'ledger' | 'commit'>;

/**
 * Decides on the current refund and its order's ledger and writes the change; after a version conflict, it reads and
 * decides again. Returns undefined if the refund does not exist, and throws a retryable error after
 * `changeRetryBudgetMs`.
 */
export const applyChange = async (
  store: Store,
  refundId: string,
  decide: (refund: RefundItem, ledger: RefundLedger) => Outcome | Promise<Outcome>,
  cause: Cause,
): Promise<Outcome | undefined> => {
  const { outcome } = await retryOnConflict(changeRetryBudgetMs, async () => {
    const refund = await store.refund(refundId);
    if (!refund) return { outcome: undefined };
    const ledger = await store.ledger(refund.orderId, refund.ledgerCurrency);
    // The second read proves that refund and ledger belong to the same moment.
    if ((await store.refund(refundId))?.version !== refund.version) return undefined;
    const outcome = await decide(refund, ledger);
    if (outcome.kind !== 'changed') return { outcome };
    return (await store.commit(outcome, { ledger }, cause)) === 'done' ? { outcome } : undefined;
  });
  return outcome;
};

/** Like `applyChange`, for decisions that depend on the order: a changed order is a version conflict too. */
export const applyChangeWithOrder = async (
  store: Store & Pick<RefundStore, 'snapshot'>,
  refundId: string,
  decide: (refund: RefundItem, order: OrderSnapshot, ledger: RefundLedger) => Outcome,
  cause: Cause,
): Promise<Outcome | undefined> => {
  const { outcome } = await retryOnConflict(changeRetryBudgetMs, async () => {
    const found = await store.refund(refundId);
    const snapshot = found && (await store.snapshot(found.orderId, refundId, found.ledgerCurrency));
    if (!snapshot?.refund) return { outcome: undefined };
    const { refund, order, ledger = emptyLedger(order.orderId) } = snapshot;
    const outcome = decide(refund, order, ledger);
    if (outcome.kind !== 'changed') return { outcome };
    return (await store.commit(outcome, snapshot, cause)) === 'done' ? { outcome } : undefined;
  });
  return outcome;
};
