import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import type { Outcome } from './change.ts';
import type { OrderSnapshot } from './order-snapshot.ts';
import { type RefundLedger, emptyLedger } from './refund-ledger.ts';
import type { RefundItem } from './refund-item.ts';
import type { RefundStore } from './store.ts';

/** Others may change the same refund or its order's account at once, and each of them comes to an end. */
const patienceMs = 10_000;

type Store = Pick<RefundStore, 'refund' | 'account' | 'commit'>;

/**
 * Decides on the refund and its order's account as they are and writes what follows, again and again until nobody
 * interferes. Undefined if there is no such refund.
 */
export const applyChange = async (
  store: Store,
  refundId: string,
  decide: (refund: RefundItem, account: RefundLedger) => Outcome | Promise<Outcome>,
  cause: Cause,
): Promise<Outcome | undefined> => {
  const { outcome } = await retryOnConflict(patienceMs, async () => {
    const refund = await store.refund(refundId);
    if (!refund) return { outcome: undefined };
    const account = await store.account(refund.orderId);
    // Of one moment: else a step that came in between would have changed one of them and not the other.
    if ((await store.refund(refundId))?.version !== refund.version) return undefined;
    const outcome = await decide(refund, account);
    if (outcome.kind !== 'changed') return { outcome };
    return (await store.commit(outcome, { account }, cause)) === 'done' ? { outcome } : undefined;
  });
  return outcome;
};

/** As `apply`, where the order is part of the decision: nothing is written if it has changed since it was read. */
export const applyChangeWithOrder = async (
  store: Store & Pick<RefundStore, 'books'>,
  refundId: string,
  decide: (refund: RefundItem, order: OrderSnapshot, account: RefundLedger) => Outcome,
  cause: Cause,
): Promise<Outcome | undefined> => {
  const { outcome } = await retryOnConflict(patienceMs, async () => {
    const orderId = (await store.refund(refundId))?.orderId;
    const books = orderId === undefined ? undefined : await store.books(orderId, refundId);
    if (!books?.refund) return { outcome: undefined };
    const { refund, order, ledger = emptyLedger(order.orderId) } = books;
    const outcome = decide(refund, order, ledger);
    if (outcome.kind !== 'changed') return { outcome };
    return (await store.commit(outcome, books, cause)) === 'done' ? { outcome } : undefined;
  });
  return outcome;
};
