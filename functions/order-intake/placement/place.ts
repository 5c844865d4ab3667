import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import type { SellingPolicy } from '../../../shared/store.ts';
import { demandOf } from './allocation.ts';
import { type Decision, decide, type Placement } from './decide.ts';
import { placeInSteps } from './chunked-placement.ts';
import { skusPerTransaction } from '../../../shared/orders/placement-item.ts';
import type { OrderStore } from './store.ts';

/** The order answers busy when contention has lasted this long: a storefront's customer is waiting. */
const patienceMs = 4000;

/**
 * Decides on what a cheap read shows and commits it under conditions. That read may be a little old: before anybody is
 * refused, and after a condition failed, everything is read consistently and decided again. An order that exists is
 * known for good, whatever the read. An order of too many SKUs for one transaction is placed in steps.
 */
export const place = (
  store: Pick<OrderStore, 'load' | 'commit' | 'placements'>,
  placement: Placement,
  policy: SellingPolicy,
  cause: Cause,
): Promise<Decision> => {
  if (demandOf(placement.content.lines).size > skusPerTransaction) {
    return placeInSteps(store, placement, policy, cause);
  }
  let isConsistent = false;
  return retryOnConflict(patienceMs, async () => {
    const decision = decide(placement, await store.load(placement, isConsistent), policy);
    if (decision.kind === 'accepted') {
      const outcome = await store.commit(
        decision.order,
        decision.takes,
        placement.contentHash,
        cause,
        decision.opening,
      );
      if (outcome === 'done') return decision;
    } else if (isConsistent || decision.kind === 'already-placed' || decision.kind === 'order-conflict') {
      return decision;
    }
    isConsistent = true;
    return undefined;
  });
};
