import type { Cause } from '../../../shared/contracts/define-event.ts';
import { conflictError, isRetryableError, retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import { codeRefused } from '../../../shared/pricing/promotions/code-refusal.ts';
import { demandOf } from '../../../shared/stock/allocation.ts';
import type { SellingPolicy } from '../../../shared/store.ts';
import type { Decision, Placement } from '../order/decide.ts';
import type { ExpireHolds } from '../order/hold-expiry-job.ts';
import type { PlacementStore } from '../order/placement-store.ts';
import { type Group, type Grouping, groupPlacements, isTooLargeForGroup, skusPerGroupedOrder } from './group.ts';
import type { QueuedOrder } from './intake-item.ts';
import type { IntakeStore } from './intake-store.ts';
import { causeOf, placementOf, refuseAll, type RefusalStores, type Undecided } from './refuse-queued.ts';

/** Half of the function's minute. Orders of runs that have not started by then are retried by the queue. */
const usualBudgetMs = 30_000;
const usualRetryBudgetMs = 15_000;
/** As many orders of one SKU as fit a transaction. Halved after each version conflict. */
const maxOrdersPerGroup = 49;
const chainsAtOnce = 8;
/** Each read is for promotions that apply instead of others whose limit is reached. */
const maxReads = 10;

type Stores = RefusalStores & {
  placements: Pick<PlacementStore, 'loadAll' | 'loadMore' | 'commitGroup'>;
  intakes: Pick<IntakeStore, 'records' | 'refuse' | 'countDecided'>;
};
type Dependencies = {
  stores: Stores;
  /** Places one order, in chunks if it has too many SKUs for one transaction. */
  place: (placement: Placement, cause: Cause) => Promise<Decision>;
  policy: SellingPolicy;
  /** Time of refusals and start of payment windows, in milliseconds. */
  now: number;
  report: (message: string, error: unknown) => void;
  expireHolds: ExpireHolds;
  /** @default 30_000 */
  budgetMs?: number;
  /** @default 15_000 */
  retryBudgetMs?: number;
};
type Batch = Omit<Dependencies, 'expireHolds'> & {
  expiry: ReturnType<typeof batchExpiry>;
  /** Ids of orders that an earlier delivery of their message placed. */
  placedBefore: Set<string>;
};
type Decided = { queued: QueuedOrder; decision: Decision };

/**
 * Decides queued orders in the order of arrival. Returns the messages of undecided orders, which the queue retries. Orders
 * that are decided already stay unchanged.
 */
export async function placeQueued(given: Dependencies, queued: readonly QueuedOrder[]): Promise<QueuedOrder[]> {
  const batch = { ...given, expiry: batchExpiry(given), placedBefore: new Set<string>() };
  const arrived = queued.toSorted((a, b) => (a.attemptId < b.attemptId ? -1 : 1));
  const distinct = [...new Map(arrived.map((each) => [each.orderId + each.attemptId, each])).values()];
  const deadline = performance.now() + (given.budgetMs ?? usualBudgetMs);
  const failed: QueuedOrder[] = [];
  const open = await undecided(batch.stores.intakes, distinct);
  for (const run of runsOf(open)) {
    if (performance.now() > deadline) failed.push(...run);
    else failed.push(...(await placeRun(batch, run)));
  }
  const failedIds = new Set(failed.map(({ orderId }) => orderId));
  await countDecided(
    batch,
    open.filter(({ orderId }) => !failedIds.has(orderId) && !batch.placedBefore.has(orderId)),
  );
  return queued.filter(({ orderId }) => failedIds.has(orderId));
}

/** Removes decided orders from their channel's quota. A failure changes no order: the count ends with its hour. */
async function countDecided({ stores, report }: Batch, decided: readonly QueuedOrder[]): Promise<void> {
  const counters = Map.groupBy(decided, ({ channel, countedIn }) => `${channel.channel} ${countedIn}`);
  await inParallel(chainsAtOnce, [...counters.values()], async (orders) => {
    const [{ channel: { channel }, countedIn: counter } = noOrder] = orders;
    if (counter === undefined) return;
    await stores.intakes.countDecided({ channel, counter }, orders.length).catch((error: unknown) => {
      report('decided orders not counted', error);
    });
  });
}
const noOrder = { channel: { channel: '' }, countedIn: undefined };

/**
 * Drops messages that SQS delivered twice, and messages of earlier attempts: a refused order may be sent again. `decide`
 * finds orders that are placed already.
 */
async function undecided(
  intakes: Pick<IntakeStore, 'records'>,
  queued: readonly QueuedOrder[],
): Promise<QueuedOrder[]> {
  const records = await intakes.records([...new Set(queued.map(({ orderId }) => orderId))]);
  return queued.filter(({ orderId, attemptId }) => {
    const record = records.get(orderId);
    return !record || (record.status === 'accepted' && record.attemptId === attemptId);
  });
}

/** Runs of small orders, with each large order as its own run between them, so that the order of arrival is kept. */
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

/** Returns the orders of the run that are not decided. */
async function placeRun(batch: Batch, run: QueuedOrder[]): Promise<QueuedOrder[]> {
  const open: Undecided = new Map(run.map((each) => [each.orderId, each]));
  const failed: QueuedOrder[] = [];
  const [first] = run;
  try {
    if (first && run.length === 1) await placeSingle(batch, first, open);
    else await placeInGroups(batch, open, failed);
  } catch (error) {
    batch.report('orders not decided', error);
  }
  return [...open.values(), ...failed];
}

async function placeSingle(batch: Batch, queued: QueuedOrder, open: Undecided): Promise<void> {
  const { place, now, expiry, retryBudgetMs = usualRetryBudgetMs } = batch;
  const decision = await retryOnConflict(retryBudgetMs, async () => {
    const decided = await place(placementOf(queued, now), causeOf(queued));
    if (expiry.isComplete() || decided.kind !== 'out-of-stock') return decided;
    await expiry.run(queued);
    return undefined;
  });
  await recordDecisions(batch, open, [{ queued, decision }]);
}

/**
 * Places a run in groups. After a version conflict, the group and the groups behind it are decided again on the current
 * stock, in smaller groups, so that only orders without stock are refused.
 */
function placeInGroups(batch: Batch, open: Undecided, failed: QueuedOrder[]): Promise<'done'> {
  const { stores, policy, now, expiry, retryBudgetMs = usualRetryBudgetMs } = batch;
  let maxOrders = maxOrdersPerGroup;
  return retryOnConflict(retryBudgetMs, async () => {
    const placements = [...open.values()].map((queued) => placementOf(queued, now));
    const { chains, notAccepted } = await grouped(stores, placements, policy, maxOrders);
    const failures: ('version-conflict' | 'retryable')[] = [];
    await inParallel(chainsAtOnce, chains, async (chain) => {
      for (const orders of chain) {
        const outcome = await placeGroup(batch, orders, open);
        const [only] = orders;
        if (outcome === 'done') continue;
        failures.push(outcome === 'retryable' ? 'retryable' : 'version-conflict');
        if (outcome !== 'failed' || !only || orders.length > 1) return;
        moveToFailed(only.placement.orderId, open, failed);
      }
    });
    const decided = notAccepted.flatMap(({ placement: { orderId }, decision }) => {
      const queued = open.get(orderId);
      return queued ? [{ queued, decision }] : [];
    });
    // A lack of stock is final only if all earlier orders are placed and no overdue reservation is left.
    const areAllPlaced = failures.length === 0;
    const isFinal = areAllPlaced && expiry.isComplete();
    await recordDecisions(
      batch,
      open,
      decided.filter(({ decision }) =>
        decision.kind === 'out-of-stock' ? isFinal : areAllPlaced || !dependsOnLimits(decision),
      ),
    );
    const [short] = open.values();
    if (!short) return 'done';
    if (failures.length === 0) await expiry.run(short);
    else if (failures.includes('version-conflict')) maxOrders = Math.max(1, Math.floor(maxOrders / 2));
    else throw conflictError('Other transactions changed the same stock');
    return undefined;
  });
}

/** Groups placements; reads more where decisions need it, such as counters of promotions. */
async function grouped(
  { placements: store }: Stores,
  placements: readonly Placement[],
  policy: SellingPolicy,
  maxOrders: number,
): Promise<Grouping> {
  let states = await store.loadAll(placements, true);
  for (let reads = 1; ; reads += 1) {
    const grouping = groupPlacements(placements, states, policy, maxOrders);
    if (grouping.needs.size === 0) return grouping;
    if (reads === maxReads) throw conflictError('The limits of promotions kept changing');
    states = await store.loadMore(placements, states, grouping.needs);
  }
}

/** Whether the refusal may be due to what earlier orders of the batch claim. */
const dependsOnLimits = (decision: Decision) =>
  decision.kind === 'invalid' && (decision.type === codeRefused || decision.type === 'price-changed');

function moveToFailed(orderId: string, open: Undecided, failed: QueuedOrder[]): void {
  const queued = open.get(orderId);
  if (queued) failed.push(queued);
  open.delete(orderId);
}

async function placeGroup(batch: Batch, orders: Group, open: Undecided) {
  const { stores, report } = batch;
  try {
    const [only] = orders;
    if (only && orders.length === 1 && isTooLargeForGroup(only)) return await placeInChunks(batch, only, open);
    const outcome = await stores.placements.commitGroup(
      orders.flatMap(({ order, initialState, claims, placement: { contentHash, orderId } }) => {
        const queued = open.get(orderId);
        return queued ? [{ order, initialState, contentHash, claims, cause: causeOf(queued) }] : [];
      }),
    );
    if (outcome === 'done') for (const { placement } of orders) open.delete(placement.orderId);
    return outcome;
  } catch (error) {
    if (isRetryableError(error)) return 'retryable';
    report('a group of orders failed', error);
    return 'failed';
  }
}

/** A refusal differs from the decision of the group, so that the order is decided again. */
async function placeInChunks({ place, now }: Batch, { placement: { orderId } }: Group[number], open: Undecided) {
  const queued = open.get(orderId);
  if (!queued) return 'done';
  const { kind } = await place(placementOf(queued, now), causeOf(queued));
  if (kind !== 'accepted' && kind !== 'already-placed') return 'version-conflict';
  open.delete(orderId);
  return 'done';
}

/**
 * Expires overdue reservations until all are expired, once per batch: a flash sale refuses thousands of orders. Until it
 * is complete, and if it fails, no order is refused for stock.
 */
function batchExpiry({ expireHolds, now }: Dependencies) {
  let isComplete = false;
  return {
    isComplete: () => isComplete,
    async run({ cause }: QueuedOrder): Promise<void> {
      isComplete = (await expireHolds({ ...cause, now })) === 'all-expired';
    },
  };
}

/** Writes the refusals and removes the decided orders from `open`. */
async function recordDecisions(batch: Batch, open: Undecided, decided: Decided[]): Promise<void> {
  const { stores, now, placedBefore } = batch;
  const refused = decided.filter(({ decision: { kind } }) => kind !== 'accepted' && kind !== 'already-placed');
  await refuseAll(stores, refused, now);
  for (const { queued, decision } of decided) {
    if (decision.kind === 'already-placed') placedBefore.add(queued.orderId);
    open.delete(queued.orderId);
  }
}
