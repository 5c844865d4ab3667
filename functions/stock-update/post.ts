import { retryOnConflict } from '../../shared/dynamodb/retry-on-conflict.ts';
import type { Cause } from '../../shared/contracts/define-event.ts';
import type { MovementResult, RejectionReason } from '../../shared/contracts/stock/routes.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { stockAnswer } from './answers.ts';
import { countedAsOf } from './counts.ts';
import { type Books, planOf } from './plan.ts';
import type { SentMovement } from './sent-movement.ts';
import type { StockStore } from './store.ts';

/** A request that meets contention for this long answers busy; what it applied so far stays, and is told when repeated. */
const forRequest = { patienceMs: 10_000, skusAtOnce: 8 };
/**
 * Movements of a SKU that one transaction applies: it may have 100 items, and a movement has an identity, an event, a lot
 * and a transit beside the SKU's one stock item. Fewer keep its expression below 4 KB, whatever their warehouses.
 */
const movementsAtOnce = 20;

type Store = Pick<StockStore, 'read' | 'write'>;

/**
 * Applies movements, those of one SKU in the order given and in few transactions, and tells what became of each. Throws
 * what `isRetryableError` recognises when others are in the way for too long.
 */
export async function postAll(
  store: Store,
  movements: readonly SentMovement[],
  cause: Cause,
  limits = forRequest,
): Promise<MovementResult[]> {
  const results = await postInOrder(store, movements, cause, new Set(), limits);
  return movements.flatMap((movement) => results.get(movement) ?? []);
}

/**
 * As `postAll`, for a message that may come again: a movement that is refused for one of the reasons `waitsFor` holds up
 * those of its SKU behind it, which have no result then. Nor has one that was refused before for the same cause.
 */
export async function postInOrder(
  store: Store,
  movements: readonly SentMovement[],
  cause: Cause,
  waitsFor: ReadonlySet<RejectionReason>,
  { patienceMs, skusAtOnce } = forRequest,
): Promise<Map<SentMovement, MovementResult>> {
  const books = await store.read(movements);
  const deadline = performance.now() + patienceMs;
  const results = new Map<SentMovement, MovementResult>();
  const begun = new Set<string>();
  let isGivenUp = false;
  await inParallel(skusAtOnce, chainsOf(movements), async (chain) => {
    for (const group of groupsOf(chain)) {
      // Others that are under way end in their own time; no other is begun once one has failed.
      if (isGivenUp) return;
      try {
        const budgetMs = Math.max(0, deadline - performance.now());
        const posted = await postGroup(store, books, { group, begun, waitsFor, budgetMs }, cause);
        for (const [movement, result] of posted) results.set(movement, result);
        if (posted.some(([, { reason }]) => reason !== undefined && waitsFor.has(reason))) return;
      } catch (error) {
        isGivenUp = true;
        throw error;
      }
    }
  });
  return results;
}

/** Movements that must not overtake each other: those of one SKU, and those under one id. */
function chainsOf(movements: readonly SentMovement[]): SentMovement[][] {
  const skuOfId = new Map<string, string>();
  const chains = new Map<string, SentMovement[]>();
  for (const movement of movements) {
    const sku = skuOfId.get(movement.movementId) ?? movement.sku;
    skuOfId.set(movement.movementId, sku);
    const chain = chains.get(sku);
    if (chain) chain.push(movement);
    else chains.set(sku, [movement]);
  }
  return [...chains.values()];
}

/** Neighbours in a chain that fit a transaction: of one SKU. */
function groupsOf(chain: readonly SentMovement[]): SentMovement[][] {
  const groups: SentMovement[][] = [];
  for (const movement of chain) {
    const last = groups.at(-1);
    if (last?.[0]?.sku === movement.sku && last.length < movementsAtOnce) last.push(movement);
    else groups.push([movement]);
  }
  return groups;
}

/**
 * Decides on the books as they are known, and on books just read before it refuses or when it lost a race; and where a
 * count of an earlier time comes behind other groups of its SKU, as what the ledger said is of before those.
 */
function postGroup(
  store: Store,
  books: Books,
  {
    group,
    begun,
    waitsFor,
    budgetMs,
  }: { group: readonly SentMovement[]; begun: Set<string>; waitsFor: ReadonlySet<RejectionReason>; budgetMs: number },
  cause: Cause,
) {
  const sku = group[0]?.sku ?? '';
  const isStale = begun.has(sku) && group.some((movement) => countedAsOf(movement) !== undefined);
  begun.add(sku);
  let isFresh = false;
  const readAgain = async () => {
    replace(books, await store.read(group), sku);
    isFresh = true;
  };
  const planned = () => {
    const open = group.filter(({ movementId }) => !books.refusedFor.get(movementId)?.has(cause.causationId));
    const whole = planOf(sku, open, books, cause.now);
    const waiting = whole.outcomes.findIndex((each) => each.status === 'rejected' && waitsFor.has(each.reason));
    return waiting === -1 ? whole : planOf(sku, open.slice(0, waiting + 1), books, cause.now);
  };
  const decided = async () => {
    if (isStale && !isFresh) await readAgain();
    const known = planned();
    if (isFresh || known.outcomes.every(({ status }) => status !== 'rejected')) return known;
    await readAgain();
    return planned();
  };
  return retryOnConflict(budgetMs, async (): Promise<[SentMovement, MovementResult][] | undefined> => {
    const { plan, outcomes } = await decided();
    if (plan.changes.length > 0 && (await store.write(sku, plan, cause)) === 'version-conflict') {
      await readAgain();
      return undefined;
    }
    books.shelves.set(sku, plan.after);
    for (const { change, hash } of plan.changes) books.appliedHashes.set(change.moved.movementId, hash);
    const isInCatalogue = books.catalogue.has(sku);
    return outcomes.map(({ movement, stock, ...outcome }) => [
      movement,
      { movementId: movement.movementId, ...outcome, ...(isInCatalogue && { stock: stockAnswer(sku, stock) }) },
    ]);
  });
}

function replace(books: Books, read: Books, sku: string): void {
  const shelf = read.shelves.get(sku);
  if (shelf) books.shelves.set(sku, shelf);
  for (const [movementId, hash] of read.appliedHashes) books.appliedHashes.set(movementId, hash);
  for (const [movementId, causes] of read.refusedFor) books.refusedFor.set(movementId, causes);
  for (const [count, moved] of read.movedSince) books.movedSince.set(count, moved);
  if (read.catalogue.has(sku)) books.catalogue.add(sku);
  else books.catalogue.delete(sku);
}
