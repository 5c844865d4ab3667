import type { Cause } from '../../../shared/contracts/define-event.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { maxActionsPerTransaction } from '../../../shared/dynamodb/transaction-limits.ts';
import { skusPerTransaction } from '../../../shared/orders/placement-item.ts';
import { demandOf } from '../../../shared/stock/allocation.ts';
import type { SellingPolicy } from '../../../shared/store.ts';
import type { Decision, Placement } from '../order/decide.ts';
import { loadAndDecide, type PlacementStore } from '../order/placement-store.ts';
import { placeInChunks } from './chunked-placement.ts';
import type { ChunkedPlacementStore } from './chunked-placement-store.ts';

/** Short: a customer waits, and a cancelled transaction costs its write units. Afterwards the API queues the order. */
const usualRetryBudgetMs = 1500;

export type PlacementStores = {
  placements: Pick<PlacementStore, 'loadAll' | 'loadMore' | 'commit'>;
  chunkedPlacements: ChunkedPlacementStore;
};

/**
 * Decides on an order and writes it. The first read is eventually consistent, which costs half. Before a refusal, and
 * after a version conflict, it reads consistently and decides again; that an order is placed is final in either read.
 */
export const place = (
  stores: PlacementStores,
  placement: Placement,
  policy: SellingPolicy,
  cause: Cause,
  retryBudgetMs?: number,
): Promise<Decision> => {
  if (demandOf(placement.content.lines).size > skusPerTransaction) {
    return placeInChunks(stores, placement, policy, cause, retryBudgetMs);
  }
  let isConsistent = false;
  return retryOnConflict(retryBudgetMs ?? usualRetryBudgetMs, async () => {
    const decision = await loadAndDecide(stores.placements, placement, isConsistent, policy);
    if (decision.kind === 'accepted') {
      const { order, initialState, reservations, claims } = decision;
      if (actionsOf(decision) > maxActionsPerTransaction) {
        return placeInChunks(stores, placement, policy, cause, retryBudgetMs);
      }
      const newOrder = { order, initialState, contentHash: placement.contentHash, cause, claims };
      const outcome = await stores.placements.commit(newOrder, reservations);
      if (outcome === 'done') return decision;
    } else if (isConsistent || decision.kind === 'already-placed' || decision.kind === 'order-conflict') {
      return decision;
    }
    isConsistent = true;
    return undefined;
  });
};

/** The order, its event, and one action for each SKU, counter and code. */
const actionsOf = ({ reservations, claims }: Extract<Decision, { kind: 'accepted' }>): number =>
  2 + reservations.length + (claims ? claims.counters.length + claims.codes.length : 0);
