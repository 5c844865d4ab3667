import type { Cause } from '../../../shared/contracts/define-event.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Outcome } from './change.ts';
import { expireUnpaid, isOverdue } from './deadlines.ts';
import type { OrderItem } from './order-item.ts';
import type { OrderStore } from './order-store.ts';

/** Half of the 20 s that a function runs. */
export const changeRetryBudgetMs = 10_000;

type Store = Pick<OrderStore, 'current' | 'commit'>;
/** A decision on an order. It may read more data. */
export type Decide = (order: OrderItem) => Outcome | Promise<Outcome>;

/**
 * Decides on the current order and writes the change; after a version conflict, it reads and decides again. Returns
 * undefined if the order does not exist, and throws a retryable error after `retryBudgetMs`.
 */
export const applyChange = async (
  store: Store,
  orderId: string,
  decide: Decide,
  cause: Cause,
  retryBudgetMs = changeRetryBudgetMs,
): Promise<Outcome | undefined> => {
  const { outcome } = await retryOnConflict(retryBudgetMs, async () => {
    const { order } = await store.current(orderId);
    return order ? attemptChange(store, order, decide, cause) : { outcome: undefined };
  });
  return outcome;
};

/**
 * One attempt; undefined after a version conflict. It expires an overdue order instead, so that no command sees an order
 * whose reservation has ended; the next attempt decides on the expired order.
 */
export async function attemptChange(
  store: Store,
  order: OrderItem,
  decide: Decide,
  cause: Cause,
): Promise<{ outcome: Outcome } | undefined> {
  const isExpiring = isOverdue(order, cause.now);
  const outcome = isExpiring ? expireUnpaid(order, cause.now) : await decide(order);
  if (outcome.kind !== 'changed') return { outcome };
  const isDone = (await store.commit(order, outcome, cause)) === 'done';
  return isDone && !isExpiring ? { outcome } : undefined;
}
