import { conflictError, isRetryableError, retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import type { SellingPolicy } from '../../../shared/store.ts';
import { demandOf } from '../../../shared/stock/allocation.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import type { Decision, Placement } from '../order/decide.ts';
import { type Group, group, skusPerGroupedOrder } from './group.ts';
import type { QueuedOrder } from './intake-item.ts';
import type { ExpireHolds } from '../order/hold-expiry-job.ts';
import { causeOf, placementOf, refuseAll, type RefusalStores, type Undecided } from './refuse-queued.ts';
import type { PlacementStore } from '../order/placement-store.ts';
import type { IntakeStore } from './intake-store.ts';

/** A function runs for a minute; what is not begun by now comes again. */
const budgetMs = 30_000;
const patienceMs = 15_000;
/** As many as fit a transaction; fewer after each time that one of them was refused. */
const largestGroup = 49;
const chainsAtOnce = 8;

type Stores = RefusalStores & {
  placements: Pick<PlacementStore, 'loadAll' | 'commitGroup'>;
  intakes: Pick<IntakeStore, 'records' | 'refuse'>;
};
type Placing = {
  stores: Stores;
  /** Places one order, also one of too many SKUs for a transaction. */
  place: (placement: Placement, cause: Cause) => Promise<Decision>;
  policy: SellingPolicy;
  /** Milliseconds since the epoch: when refusals happen, and the time for payment begins. */
  now: number;
  report: (message: string, error: unknown) => void;
  expireHolds: ExpireHolds;
};
type Batch = Omit<Placing, 'expireHolds'> & { holds: ReturnType<typeof holdsEndedBy> };
type Decided = { queued: QueuedOrder; decision: Decision };

/**
 * Decides queued orders in the order of their arrival. Gives back those that could not be decided now and are to come
 * again. An order that was decided before, by whomever, is left as it is.
 */
export async function placeQueued(given: Placing, queued: readonly QueuedOrder[]): Promise<QueuedOrder[]> {
  const batch = { ...given, holds: holdsEndedBy(given) };
  const arrived = queued.toSorted((a, b) => (a.attemptId < b.attemptId ? -1 : 1));
  const distinct = [...new Map(arrived.map((each) => [each.orderId + each.attemptId, each])).values()];
  const deadline = performance.now() + budgetMs;
  const failed: QueuedOrder[] = [];
  for (const run of runsOf(await undecided(batch.stores, distinct))) {
    if (performance.now() > deadline) failed.push(...run);
    else failed.push(...(await placeRun(batch, run)));
  }
  const failedIds = new Set(failed.map(({ orderId }) => orderId));
  return queued.filter(({ orderId }) => failedIds.has(orderId));
}

/**
 * A message can come twice, or after its order was refused and sent again: only the latest attempt counts, and once. That
 * an order is placed already is seen when it is decided.
 */
async function undecided({ intakes: store }: Pick<Stores, 'intakes'>, queued: readonly QueuedOrder[]): Promise<QueuedOrder[]> {
  const intakes = await store.records([...new Set(queued.map(({ orderId }) => orderId))]);
  return queued.filter(({ orderId, attemptId }) => {
    const intake = intakes.get(orderId);
    return !intake || (intake.status === 'accepted' && intake.attemptId === attemptId);
  });
}

/** Orders with few SKUs in runs; those with more, each by itself between them, so that none overtakes. */
function runsOf(queued: readonly QueuedOrder[]): QueuedOrder[][] {
  const runs: QueuedOrder[][] = [];
  let isOpen = false;
  for (const each of queued) {
    const isSmall = demandOf(each.content.lines).size <= skusPerGroupedOrder;
    if (isSmall && isOpen) runs.at(-1)?.push(each);
    else runs.push([each]);
    isOpen = isSmall;
  }
  return runs;
}

/** Those of a run that could not be decided. */
async function placeRun(batch: Batch, run: QueuedOrder[]): Promise<QueuedOrder[]> {
  const open: Undecided = new Map(run.map((each) => [each.orderId, each]));
  const failed: QueuedOrder[] = [];
  const [first] = run;
  try {
    if (first && run.length === 1) await placeAlone(batch, first, open);
    else await placeTogether(batch, open, failed);
  } catch (error) {
    batch.report('orders not decided', error);
  }
  return [...open.values(), ...failed];
}

async function placeAlone(batch: Batch, queued: QueuedOrder, open: Undecided): Promise<void> {
  const { place, now, holds } = batch;
  const decision = await retryOnConflict(patienceMs, async () => {
    const decided = await place(placementOf(queued, now), causeOf(queued));
    if (holds.areEnded() || decided.kind !== 'out-of-stock') return decided;
    await holds.endFor(queued);
    return undefined;
  });
  await settle(batch, open, [{ queued, decision }]);
}

/**
 * Places a run in groups. A group whose condition fails, and all that stood behind it, is decided again on what is left
 * now, in smaller groups: so only those are refused that cannot be served.
 */
function placeTogether(batch: Batch, open: Undecided, failed: QueuedOrder[]): Promise<'done'> {
  const { stores, policy, now, holds } = batch;
  let maxOrders = largestGroup;
  return retryOnConflict(patienceMs, async () => {
    const placements = [...open.values()].map((queued) => placementOf(queued, now));
    const { chains, others } = group(placements, await stores.placements.loadAll(placements), policy, maxOrders);
    const lost: ('version-conflict' | 'busy')[] = [];
    await inParallel(chainsAtOnce, chains, async (chain) => {
      for (const orders of chain) {
        const outcome = await placeGroup(batch, orders, open);
        const [only] = orders;
        if (outcome === 'done') continue;
        lost.push(outcome === 'busy' ? 'busy' : 'version-conflict');
        if (outcome !== 'failed' || !only || orders.length > 1) return;
        park(only.placement.orderId, open, failed);
      }
    });
    const decided = others.flatMap(({ placement: { orderId }, decision }) => {
      const queued = open.get(orderId);
      return queued ? [{ queued, decision }] : [];
    });
    // What stock there is for them is certain only when all before them have theirs, and no hold that is over has any.
    const isCertain = lost.length === 0 && holds.areEnded();
    await settle(
      batch,
      open,
      decided.filter(({ decision: { kind } }) => isCertain || kind !== 'out-of-stock'),
    );
    const [short] = open.values();
    if (!short) return 'done';
    if (lost.length === 0) await holds.endFor(short);
    else if (lost.includes('version-conflict')) maxOrders = Math.max(1, Math.floor(maxOrders / 2));
    else throw conflictError('Others changed the same stock');
    return undefined;
  });
}

function park(orderId: string, open: Undecided, failed: QueuedOrder[]): void {
  const queued = open.get(orderId);
  if (queued) failed.push(queued);
  open.delete(orderId);
}

async function placeGroup({ stores, report }: Batch, orders: Group, open: Undecided) {
  try {
    const outcome = await stores.placements.commitGroup(
      orders.flatMap(({ order, opening, placement: { contentHash, orderId } }) => {
        const queued = open.get(orderId);
        return queued ? [{ order, opening, contentHash, cause: causeOf(queued) }] : [];
      }),
    );
    if (outcome === 'done') for (const { placement } of orders) open.delete(placement.orderId);
    return outcome;
  } catch (error) {
    if (isRetryableError(error)) return 'busy';
    report('a group of orders failed', error);
    return 'failed';
  }
}

/**
 * Ends holds that are over, for a whole batch, as a flash sale refuses thousands: its runs come one after the other, and
 * what is decided after all have ended needs no more looks. Until then, or when looking fails, nobody is refused.
 */
function holdsEndedBy({ expireHolds, now }: Placing) {
  let areEnded = false;
  return {
    areEnded: () => areEnded,
    async endFor({ cause }: QueuedOrder): Promise<void> {
      areEnded = (await expireHolds({ ...cause, now })) === 'all-expired';
    },
  };
}

/** Writes down what became of orders that were not placed in a group. */
async function settle({ stores, now }: Batch, open: Undecided, decided: Decided[]): Promise<void> {
  const refused = decided.filter(({ decision: { kind } }) => kind !== 'accepted' && kind !== 'already-placed');
  await refuseAll(stores, refused, now);
  for (const { queued } of decided) open.delete(queued.orderId);
}
