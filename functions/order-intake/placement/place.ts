import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import type { SellingPolicy } from '../../../shared/store.ts';
import { demandOf } from '../../../shared/stock/allocation.ts';
import { type Decision, decide, type Placement } from '../order/decide.ts';
import type { PlacementStore } from '../order/placement-store.ts';
import { placeInSteps } from './chunked-placement.ts';
import type { ChunkedPlacementStore } from './chunked-placement-store.ts';
import { skusPerTransaction } from '../../../shared/orders/placement-item.ts';

/** The order answers busy when contention has lasted this long: a storefront's customer is waiting. */
const patienceMs = 4000;

export type PlacementStores = {
  placements: Pick<PlacementStore, 'load' | 'commit'>;
  chunkedPlacements: ChunkedPlacementStore;
};

/**
 * Decides on what a cheap read shows and commits it under conditions. That read may be a little old: before anybody is
 * refused, and after a condition failed, everything is read consistently and decided again. An order that exists is
 * known for good, whatever the read. An order of too many SKUs for one transaction is placed in steps.
 */
export const place = (
  stores: PlacementStores,
  placement: Placement,
  policy: SellingPolicy,
  cause: Cause,
): Promise<Decision> => {
  if (demandOf(placement.content.lines).size > skusPerTransaction) {
    return placeInSteps(stores, placement, policy, cause);
  }
  let isConsistent = false;
  return retryOnConflict(patienceMs, async () => {
    const decision = decide(placement, await stores.placements.load(placement, isConsistent), policy);
    if (decision.kind === 'accepted') {
      const { order, opening, takes } = decision;
      const newOrder = { order, opening, contentHash: placement.contentHash, cause };
      const outcome = await stores.placements.commit(newOrder, takes);
      if (outcome === 'done') return decision;
    } else if (isConsistent || decision.kind === 'already-placed' || decision.kind === 'order-conflict') {
      return decision;
    }
    isConsistent = true;
    return undefined;
  });
};
