import { retryOnConflict, startRetryBudget } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import type { MovementResult, RejectionReason } from '../../../shared/contracts/stock/routes.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import { stockResponse } from './responses.ts';
import { countedAsOf } from './counts.ts';
import { type MovementState, planMovements } from './write-plan.ts';
import type { SubmittedMovement } from './submitted-movement.ts';
import type { StockStore } from './store.ts';

/** When the budget is used up the response is `busy`. Movements applied so far remain; a repeated request reports them. */
const requestLimits = { retryBudgetMs: 10_000, skusAtOnce: 8 };
export type Limits = typeof requestLimits;
/**
 * A transaction has at most 100 items, and a movement writes an identity, an event, a lot and a transit beside the stock
 * item. 20 keep the update expression below 4 KB even if each movement has its own warehouse.
 */
const maxMovementsPerTransaction = 20;

type Store = Pick<StockStore, 'read' | 'write'>;

/**
 * Applies movements and returns a result for each. Movements of one SKU are applied in the given order, up to 20 in a
 * transaction. Throws an error that `isRetryableError` recognises when conflicts use up the retry budget.
 */
export async function applyMovements(
  store: Store,
  movements: readonly SubmittedMovement[],
  cause: Cause,
  limits = requestLimits,
): Promise<MovementResult[]> {
  const results = await applyInOrder(store, movements, cause, new Set(), limits);
  return movements.flatMap((movement) => results.get(movement) ?? []);
}

/**
 * Like `applyMovements`, for a message that may be redelivered. A movement rejected for one of `retryableReasons` blocks
 * the later ones of its SKU: these have no result. Nor has one that was already rejected for the same cause.
 */
export async function applyInOrder(
  store: Store,
  movements: readonly SubmittedMovement[],
  cause: Cause,
  retryableReasons: ReadonlySet<RejectionReason>,
  { retryBudgetMs, skusAtOnce } = requestLimits,
): Promise<Map<SubmittedMovement, MovementResult>> {
  const state = await store.read(movements);
  const remainingBudgetMs = startRetryBudget(retryBudgetMs);
  const results = new Map<SubmittedMovement, MovementResult>();
  const startedSkus = new Set<string>();
  let hasFailed = false;
  await inParallel(skusAtOnce, chainsOf(movements), async (chain) => {
    for (const group of transactionGroupsOf(chain)) {
      // Groups in progress complete; no new group starts after a failure.
      if (hasFailed) return;
      try {
        const applied = await applyGroup(
          store,
          state,
          { group, startedSkus, retryableReasons, retryBudgetMs: remainingBudgetMs() },
          cause,
        );
        for (const [movement, result] of applied) results.set(movement, result);
        if (applied.some(([, { reason }]) => reason !== undefined && retryableReasons.has(reason))) return;
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  });
  return results;
}

/** Movements whose order must be kept: those of one SKU, and those with one id. */
export function chainsOf(movements: readonly SubmittedMovement[]): SubmittedMovement[][] {
  const skuOfId = new Map<string, string>();
  const chains = new Map<string, SubmittedMovement[]>();
  for (const movement of movements) {
    const sku = skuOfId.get(movement.movementId) ?? movement.sku;
    skuOfId.set(movement.movementId, sku);
    const chain = chains.get(sku);
    if (chain) chain.push(movement);
    else chains.set(sku, [movement]);
  }
  return [...chains.values()];
}

/** Consecutive movements of one SKU that fit in a transaction. */
function transactionGroupsOf(chain: readonly SubmittedMovement[]): SubmittedMovement[][] {
  const groups: SubmittedMovement[][] = [];
  for (const movement of chain) {
    const last = groups.at(-1);
    if (last?.[0]?.sku === movement.sku && last.length < maxMovementsPerTransaction) last.push(movement);
    else groups.push([movement]);
  }
  return groups;
}

/**
 * Decides on the loaded state. Reloads it before a rejection and after a version conflict, and for a count of an earlier
 * time that follows other groups of its SKU, because its ledger rows were read before those were written.
 */
function applyGroup(
  store: Store,
  state: MovementState,
  {
    group,
    startedSkus,
    retryableReasons,
    retryBudgetMs,
  }: {
    group: readonly SubmittedMovement[];
    startedSkus: Set<string>;
    retryableReasons: ReadonlySet<RejectionReason>;
    retryBudgetMs: number;
  },
  cause: Cause,
) {
  const sku = group[0]?.sku ?? '';
  const isStale = startedSkus.has(sku) && group.some((movement) => countedAsOf(movement) !== undefined);
  startedSkus.add(sku);
  let isFresh = false;
  const reload = async () => {
    replaceState(state, await store.read(group), sku);
    isFresh = true;
  };
  const plan = () => {
    const open = group.filter(({ movementId }) => !state.rejectedFor.get(movementId)?.has(cause.causationId));
    const whole = planMovements(sku, open, state, cause.now);
    const blocking = whole.outcomes.findIndex(
      (each) => each.status === 'rejected' && retryableReasons.has(each.reason),
    );
    return blocking === -1 ? whole : planMovements(sku, open.slice(0, blocking + 1), state, cause.now);
  };
  const planOnFreshState = async () => {
    if (isStale && !isFresh) await reload();
    const first = plan();
    if (isFresh || first.outcomes.every(({ status }) => status !== 'rejected')) return first;
    await reload();
    return plan();
  };
  return retryOnConflict(retryBudgetMs, async (): Promise<[SubmittedMovement, MovementResult][] | undefined> => {
    const { plan: writePlan, outcomes } = await planOnFreshState();
    if (writePlan.changes.length > 0 && (await store.write(sku, writePlan, cause)) === 'version-conflict') {
      await reload();
      return undefined;
    }
    state.snapshots.set(sku, writePlan.after);
    for (const { change, hash } of writePlan.changes) state.appliedHashes.set(change.moved.movementId, hash);
    const isInCatalogue = state.catalogue.has(sku);
    return outcomes.map(({ movement, stock, ...outcome }) => [
      movement,
      { movementId: movement.movementId, ...outcome, ...(isInCatalogue && { stock: stockResponse(sku, stock) }) },
    ]);
  });
}

function replaceState(state: MovementState, read: MovementState, sku: string): void {
  const snapshot = read.snapshots.get(sku);
  if (snapshot) state.snapshots.set(sku, snapshot);
  for (const [movementId, hash] of read.appliedHashes) state.appliedHashes.set(movementId, hash);
  for (const [movementId, causes] of read.rejectedFor) state.rejectedFor.set(movementId, causes);
  for (const [count, moved] of read.movedSince) state.movedSince.set(count, moved);
  if (read.catalogue.has(sku)) state.catalogue.add(sku);
  else state.catalogue.delete(sku);
}
