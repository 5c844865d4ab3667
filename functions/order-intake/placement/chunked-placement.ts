import type { Cause } from '../../../shared/contracts/define-event.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { hasHash } from '../../../shared/orders/equal-order.ts';
import { chunksOf, type OpenPlacement } from '../../../shared/orders/placement-item.ts';
import { runAll } from '../../../shared/run-all.ts';
import type { SellingPolicy } from '../../../shared/store.ts';
import type { Decision, Placement } from '../order/decide.ts';
import type { PlacedOrder } from '../order/order-item.ts';
import { loadAndDecide, type PlacementStore } from '../order/placement-store.ts';
import type { ChunkedPlacementStore } from './chunked-placement-store.ts';

/** Below a function's 20 s. The next request for the order continues a placement that is not complete then. */
const usualRetryBudgetMs = 12_000;
/** Longer than any function works on a placement; after it the sweep releases the reserved chunks. */
const abandonedAfterMs = 120_000;
const sweepRetryBudgetMs = 10_000;

type Stores = { placements: Pick<PlacementStore, 'loadAll' | 'loadMore'>; chunkedPlacements: ChunkedPlacementStore };

/**
 * Places an order of more SKUs than one transaction takes: each transaction reserves a chunk, and the last writes the
 * order. An attempt continues the open placement from its current chunk, so that concurrent requests for one order
 * cooperate. If a chunk is refused, it releases all chunks and decides again.
 */
export const placeInChunks = (
  { placements, chunkedPlacements }: Stores,
  placement: Placement,
  policy: SellingPolicy,
  cause: Cause,
  retryBudgetMs = usualRetryBudgetMs,
): Promise<Decision> => {
  const { orderId, contentHash, now, decidedAt = now } = placement;
  let isConsistent = false;
  return retryOnConflict(retryBudgetMs, async () => {
    const open = await chunkedPlacements.find(orderId);
    if (open) {
      isConsistent = true;
      const hasOtherContent = !hasHash(open.contentHash, placement);
      if (hasOtherContent && open.state === 'reserving' && !isAbandoned(open, decidedAt))
        return { kind: 'order-conflict', orderId };
      if (hasOtherContent) await chunkedPlacements.startUndo(open, open.taken);
      const current: OpenPlacement = hasOtherContent ? { ...open, state: 'undoing' } : open;
      const order = await continuePlacement(chunkedPlacements, current, decidedAt);
      return order && { kind: 'accepted', order, reservations: chunksOf(order).flat(), initialState: {} };
    }
    const decision = await loadAndDecide(placements, placement, isConsistent, policy);
    if (decision.kind === 'accepted') {
      const { order, initialState, claims } = decision;
      await chunkedPlacements.begin({ order, initialState, contentHash, cause, claims }, decidedAt);
    } else if (isConsistent || decision.kind === 'already-placed' || decision.kind === 'order-conflict') {
      return decision;
    }
    isConsistent = true;
    return undefined;
  });
};

const isAbandoned = ({ startedAt }: OpenPlacement, now: number) => Date.parse(startedAt) < now - abandonedAfterMs;

/**
 * Reserves the remaining chunks and writes the order, or releases the reserved chunks. Returns the order if this call
 * wrote it. Stops at the first version conflict.
 */
async function continuePlacement(
  store: ChunkedPlacementStore,
  open: OpenPlacement,
  now: number,
): Promise<PlacedOrder | undefined> {
  const plan = await store.plan(open);
  if (!plan) return undefined;
  const chunks = chunksOf(plan.order);
  if (open.state === 'undoing') {
    for (const [index, reservations] of [...chunks.entries()].slice(0, open.taken).toReversed()) {
      if ((await store.releaseChunk(open, index, reservations, now)) === 'version-conflict') return undefined;
    }
    await store.remove(open);
    return undefined;
  }
  for (const [index, reservations] of [...chunks.entries()].slice(open.taken)) {
    if ((await store.reserveChunk(open, index, reservations)) === 'done') continue;
    // If another function reserved this chunk, and stock is not short, the condition of `startUndo` fails.
    await store.startUndo(open, index);
    return undefined;
  }
  if ((await store.complete(open, plan, chunks.length)) === 'done') return plan.order;
  await store.startUndo(open, chunks.length);
  return undefined;
}

const placementsAtOnce = 4;
/** Releases the chunks of abandoned placements; returns the ids of the orders. `now` is in milliseconds. */
export const undoAbandoned = async (store: ChunkedPlacementStore, now: number): Promise<string[]> =>
  runAll(placementsAtOnce, await store.startedBefore(new Date(now - abandonedAfterMs).toISOString()), (orderId) =>
    retryOnConflict(sweepRetryBudgetMs, async () => {
      const open = await store.find(orderId);
      if (!open || !isAbandoned(open, now)) return orderId;
      if (open.state === 'reserving') await store.startUndo(open, open.taken);
      else await continuePlacement(store, open, now);
      return undefined;
    }),
  );
