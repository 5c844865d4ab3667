import { patiently } from '../../shared/contention.ts';
import type { Cause } from '../../shared/events/define-event.ts';
import type { Outcome } from './change.ts';
import type { Ordered } from './ordered.ts';
import { type Account, untouched } from './pots.ts';
import type { RefundItem } from './refund-item.ts';
import type { RefundStore } from './store.ts';

/** Others may change the same refund or its order's account at once, and each of them comes to an end. */
const patienceMs = 10_000;

type Store = Pick<RefundStore, 'refund' | 'account' | 'commit'>;

/**
 * Decides on the refund and its order's account as they are and writes what follows, again and again until nobody
 * interferes. Undefined if there is no such refund.
 */
export const apply = async (
  store: Store,
  refundId: string,
  decide: (refund: RefundItem, account: Account) => Outcome | Promise<Outcome>,
  cause: Cause,
): Promise<Outcome | undefined> => {
  const { outcome } = await patiently(patienceMs, async () => {
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
export const applyToOrder = async (
  store: Store & Pick<RefundStore, 'books'>,
  refundId: string,
  decide: (refund: RefundItem, order: Ordered, account: Account) => Outcome,
  cause: Cause,
): Promise<Outcome | undefined> => {
  const { outcome } = await patiently(patienceMs, async () => {
    const before = await store.refund(refundId);
    if (!before) return { outcome: undefined };
    const books = await store.books(before.orderId, refundId);
    if (!books?.refund) return { outcome: undefined };
    // A batch read is of no one moment either.
    if ((await store.refund(refundId))?.version !== before.version) return undefined;
    const { refund, order, account = untouched(order.orderId) } = books;
    const outcome = decide(refund, order, account);
    if (outcome.kind !== 'changed') return { outcome };
    return (await store.commit(outcome, books, cause)) === 'done' ? { outcome } : undefined;
  });
  return outcome;
};
