import { patiently } from '../../shared/contention.ts';
import type { Cause } from '../../shared/events/define-event.ts';
import type { Movement, MovementResult } from '../../shared/http/stock.ts';
import { contentHash } from '../../shared/ids.ts';
import { applied, decide, stockAnswer } from './decide.ts';
import type { Books, StockStore } from './store.ts';

/** A request that meets contention for this long answers busy; what it applied so far stays, and is told when repeated. */
const patienceMs = 10_000;
const skusAtOnce = 8;

/** Applies movements, those of one SKU in the order given, and tells what became of each. */
export async function postAll(
  store: Pick<StockStore, 'read' | 'write'>,
  movements: readonly Movement[],
  cause: Cause,
): Promise<MovementResult[]> {
  const deadline = performance.now() + patienceMs;
  const books = await store.read(
    movements.map(({ sku }) => sku),
    movements.map(({ movementId }) => movementId),
  );
  const results = new Map<Movement, MovementResult>();
  await inParallel(chainsOf(movements), skusAtOnce, async (chain) => {
    for (const movement of chain) {
      const remainingMs = Math.max(0, deadline - performance.now());
      results.set(movement, await post(store, books, movement, cause, remainingMs));
    }
  });
  return movements.flatMap((movement) => results.get(movement) ?? []);
}

/** Movements that must not overtake each other: those of one SKU, and those under one id. */
function chainsOf(movements: readonly Movement[]): Movement[][] {
  const skuOfId = new Map<string, string>();
  const chains = new Map<string, Movement[]>();
  for (const movement of movements) {
    const sku = skuOfId.get(movement.movementId) ?? movement.sku;
    skuOfId.set(movement.movementId, sku);
    chains.set(sku, [...(chains.get(sku) ?? []), movement]);
  }
  return [...chains.values()];
}

/** Decides on the books as they are known, and again on books just read before it refuses or when it lost a race. */
function post(
  store: Pick<StockStore, 'read' | 'write'>,
  books: Books,
  movement: Movement,
  cause: Cause,
  budgetMs: number,
): Promise<MovementResult> {
  const { movementId, sku } = movement;
  const hash = contentHash(movement);
  let isFresh = false;
  const readAgain = async () => {
    replace(books, await store.read([sku], [movementId]), movement);
    isFresh = true;
    return undefined;
  };
  return patiently(budgetMs, async (): Promise<MovementResult | undefined> => {
    const isInCatalogue = books.catalogue.has(sku);
    const stock = books.stock.get(sku);
    const known = { isInCatalogue, appliedHash: books.appliedHashes.get(movementId), stock };
    const decision = decide(movement, hash, known, cause.now);
    const current = isInCatalogue ? { stock: stockAnswer(sku, stock) } : {};
    if (decision.kind === 'already-applied') return { movementId, status: 'already-applied', ...current };
    if (decision.kind === 'rejected') {
      return isFresh ? { movementId, status: 'rejected', reason: decision.reason, ...current } : readAgain();
    }
    if ((await store.write(decision.change, hash, cause)) === 'lost') return readAgain();
    const after = applied(stock, decision.change);
    books.stock.set(sku, after);
    books.appliedHashes.set(movementId, hash);
    return { movementId, status: 'applied', stock: stockAnswer(sku, after) };
  });
}

function replace(books: Books, read: Books, { sku, movementId }: Movement): void {
  const stock = read.stock.get(sku);
  const appliedHash = read.appliedHashes.get(movementId);
  if (stock) books.stock.set(sku, stock);
  if (appliedHash !== undefined) books.appliedHashes.set(movementId, appliedHash);
  if (read.catalogue.has(sku)) books.catalogue.add(sku);
  else books.catalogue.delete(sku);
}

/** Runs a task for each item, at most so many at once. After a failure no other is begun, and it ends when all have. */
async function inParallel<T>(items: readonly T[], atOnce: number, task: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    try {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await task(item);
    } catch (error) {
      queue.length = 0;
      throw error;
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: atOnce }, worker));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}
