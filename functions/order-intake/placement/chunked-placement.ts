import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import type { SellingPolicy } from '../../../shared/store.ts';
import { type Decision, decide, type PlacedOrder, type Placement } from '../order/decide.ts';
import { type OpenPlacement, stepsOf } from '../../../shared/orders/placement-item.ts';
import type { ChunkedPlacementStore } from './chunked-placement-store.ts';
import type { PlacementStore } from '../order/placement-store.ts';
import { runAll } from '../../../shared/run-all.ts';

/** A function runs for 20 s; a placement that it leaves open goes on with the client's next try. */
const patienceMs = 12_000;
/** No function works on a placement for so long: its client did not come back, and what it took is given back. */
const abandonedAfterMs = 120_000;
const sweepPatienceMs = 10_000;

type Stores = { placements: Pick<PlacementStore, 'load'>; chunkedPlacements: ChunkedPlacementStore };

/**
 * Places an order that does not fit one transaction: its stock is taken step by step, and the order comes to be with the
 * last. Each try looks where the placement stands and goes on from there, whoever brought it there: two requests for the
 * same order help each other, and one whose step was refused gives everything back and decides again.
 */
export const placeInSteps = (
  { placements, chunkedPlacements }: Stores,
  placement: Placement,
  policy: SellingPolicy,
  cause: Cause,
): Promise<Decision> => {
  const { orderId, contentHash, now, decidedAt = now } = placement;
  let isConsistent = false;
  return retryOnConflict(patienceMs, async () => {
    const open = await chunkedPlacements.find(orderId);
    if (open) {
      isConsistent = true;
      const isOther = open.contentHash !== contentHash;
      if (isOther && open.state === 'reserving' && !isAbandoned(open, decidedAt))
        return { kind: 'order-conflict', orderId };
      if (isOther) await chunkedPlacements.turnBack(open, open.taken);
      const order = await goOn(chunkedPlacements, isOther ? { ...open, state: 'undoing' } : open, decidedAt);
      return order && { kind: 'accepted', order, takes: stepsOf(order).flat(), opening: {} };
    }
    const decision = decide(placement, await placements.load(placement, isConsistent), policy);
    if (decision.kind === 'accepted') {
      await chunkedPlacements.begin(decision.order, decision.opening, contentHash, cause, decidedAt);
    } else if (isConsistent || decision.kind === 'already-placed' || decision.kind === 'order-conflict') {
      return decision;
    }
    isConsistent = true;
    return undefined;
  });
};

const isAbandoned = ({ startedAt }: OpenPlacement, now: number) => Date.parse(startedAt) < now - abandonedAfterMs;

/** Brings a placement to its end, one way or the other; the order if this call placed it. A lost step ends the call. */
async function goOn(placements: ChunkedPlacementStore, open: OpenPlacement, now: number): Promise<PlacedOrder | undefined> {
  const plan = await placements.plan(open);
  if (!plan) return undefined;
  const steps = stepsOf(plan.order);
  if (open.state === 'undoing') {
    for (const [step, takes] of [...steps.entries()].slice(0, open.taken).toReversed()) {
      if ((await placements.giveBack(open, step, takes, now)) === 'version-conflict') return undefined;
    }
    await placements.close(open);
    return undefined;
  }
  for (const [step, takes] of [...steps.entries()].slice(open.taken)) {
    if ((await placements.take(open, step, takes)) === 'done') continue;
    // Either the stock is gone, or somebody else did this step: then the placement does not stand here and stays as it is.
    await placements.turnBack(open, step);
    return undefined;
  }
  if ((await placements.finish(open, plan, steps.length)) === 'done') return plan.order;
  await placements.turnBack(open, steps.length);
  return undefined;
}

/** Gives back what abandoned placements took; the orders that were undone. */
export const undoAbandoned = async (placements: ChunkedPlacementStore, now: number): Promise<string[]> =>
  runAll(await placements.stale(new Date(now - abandonedAfterMs).toISOString()), (orderId) =>
    retryOnConflict(sweepPatienceMs, async () => {
      const open = await placements.find(orderId);
      if (!open || !isAbandoned(open, now)) return orderId;
      if (open.state === 'reserving') await placements.turnBack(open, open.taken);
      else await goOn(placements, open, now);
      return undefined;
    }),
  );
