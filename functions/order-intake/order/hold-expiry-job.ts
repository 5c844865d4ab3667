import type { Cause } from '../../../shared/contracts/define-event.ts';
import { isRetryableError } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import { applyChange } from './apply.ts';
import { complete, expireUnpaid } from './deadlines.ts';
import type { OrderItem } from './order-item.ts';
import type { OrderStore } from './order-store.ts';

const ordersAtOnce = 16;
const ordersPerShard = 100;

type Store = Pick<OrderStore, 'due' | 'current' | 'commit'>;
type Limits = { budgetMs: number; retryBudgetMs?: number; skippedIds?: ReadonlySet<string> };
/**
 * `changed` counts orders. `conflictedIds`: orders that other functions kept changing. `isComplete`: no order is left that
 * is due and can be changed.
 */
type Processed = { changed: number; conflictedIds: string[]; failures: unknown[]; isComplete: boolean };

/**
 * Applies the deadlines passed by `cause.now`: expires unpaid orders and completes delivered ones. Stops when no order is
 * due or after `budgetMs`; retries a conflicting order for `retryBudgetMs`. An error on one order does not stop the
 * others and is returned in `failures`. Orders in `skippedIds` are not changed.
 */
export const processDueOrders =
  (store: Store) =>
  async (cause: Cause, { budgetMs, retryBudgetMs, skippedIds = new Set() }: Limits): Promise<Processed> => {
    const deadline = performance.now() + budgetMs;
    const decide = (order: OrderItem) =>
      order.status === 'delivered' ? complete(order, cause.now) : expireUnpaid(order, cause.now);
    let changed = 0;
    const conflictedIds: string[] = [];
    const failures: unknown[] = [];
    // The index is eventually consistent: it may list orders that this run has changed.
    const seen = new Set(skippedIds);
    for (;;) {
      const listed = await store.due(cause.now, ordersPerShard);
      const ids = listed.filter((id) => !seen.has(id));
      if (ids.length === 0) {
        // A page of changed orders may hide due ones behind it.
        const unchanged = failures.length + listed.filter((id) => skippedIds.has(id)).length;
        const isLastPage = listed.length - unchanged < ordersPerShard;
        return { changed, conflictedIds, failures, isComplete: isLastPage && conflictedIds.length === 0 };
      }
      await inParallel(ordersAtOnce, ids, async (id) => {
        seen.add(id);
        try {
          const outcome = await applyChange(store, id, decide, cause, retryBudgetMs);
          // `illegal`: this attempt or another function applied the deadline first.
          if (outcome?.kind === 'changed' || outcome?.kind === 'illegal') changed += 1;
        } catch (error) {
          if (isRetryableError(error)) conflictedIds.push(id);
          else failures.push(error);
        }
      });
      if (performance.now() > deadline) return { changed, conflictedIds, failures, isComplete: false };
    }
  };

/** A buyer waits for it. */
const expiryBudgetMs = 1000;
/** Below the retry budget of a change, 10 s. */
const expiryRetryBudgetMs = 2000;
const pauseMs = 1000;

/** `all-expired`: stock read from now on includes every overdue reservation. `skipped`: nothing was read. */
export type ExpireHolds = (cause: Cause) => Promise<'all-expired' | 'some-left' | 'skipped'>;

/**
 * Expires overdue reservations before an order is refused for stock. Without overdue orders it costs one query per shard.
 * A call skips the orders that conflicted in the call before, so that an order whose stock is inconsistent does not block
 * the others. It is needed without payment windows too: replacements of returned goods have one in every store.
 */
export function createHoldExpiry(
  store: Store,
  { budgetMs = expiryBudgetMs, retryBudgetMs = expiryRetryBudgetMs }: Partial<Limits> = {},
): ExpireHolds {
  const processDue = processDueOrders(store);
  let skippedIds: ReadonlySet<string> = new Set();
  return async (cause) => {
    const limits = { budgetMs, retryBudgetMs, skippedIds };
    const { conflictedIds, isComplete } = await processDue({ ...cause, actor: 'storeworks.order-intake' }, limits);
    skippedIds = new Set(conflictedIds);
    return isComplete ? 'all-expired' : 'some-left';
  };
}

/** Limits the rate: during a flash sale, many orders of one sold-out SKU arrive per second. */
export function oncePerSecond(expireHolds: ExpireHolds): ExpireHolds {
  let notBefore = 0;
  return async (cause) => {
    if (performance.now() < notBefore) return 'skipped';
    notBefore = performance.now() + pauseMs;
    return expireHolds(cause);
  };
}
