import type { Cause } from '../../../shared/contracts/define-event.ts';
import type { Action } from '../../../shared/dynamodb/database.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { maxActionsPerTransaction } from '../../../shared/dynamodb/transaction-limits.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import { isOutage, isTransient } from '../../../shared/lambda/failed-records.ts';
import type { StoredSku } from './decide.ts';
import type { CatalogStore, Priced, SkuChange } from './sku-store.ts';

/** Two keys of a batch read are those of the price lists and the categories. */
const skusPerRead = 98;
const parallelReads = 4;
/** A file has a longer retry budget than a request. */
const retryBudgetMs = 120_000;

/** What is planned for a SKU: its next version, if it changes, and the result for the caller. */
type SkuPlan<R> = { result: R; write?: { next: StoredSku; change: SkuChange } };
export type PlanSku<R> = (priced: Priced) => SkuPlan<R>;
type Store = Pick<CatalogStore, 'load' | 'actions' | 'commit'>;

/**
 * Plans and writes changes of many SKUs, several in one transaction. A SKU whose transaction fails is planned and written
 * alone; `failed` gives its result if that fails too. Throws errors that concern all SKUs, such as of a store that is down.
 */
export async function saveMany<R>(
  store: Store,
  plans: ReadonlyMap<string, PlanSku<R>>,
  cause: Cause,
  failed: (error: unknown) => R,
): Promise<Map<string, R>> {
  const results = new Map<string, R>();
  const all = [...plans];
  const chunks = Array.from({ length: Math.ceil(all.length / skusPerRead) }, (_, index) =>
    all.slice(index * skusPerRead, (index + 1) * skusPerRead),
  );
  const alone = async (sku: string, plan: PlanSku<R>) => {
    try {
      const result = await retryOnConflict(retryBudgetMs, async () => {
        const planned = plan(await store.load([sku]));
        if (!planned.write) return { of: planned.result };
        const { next, change } = planned.write;
        const outcome = await store.commit(store.actions(next, cause, change));
        return outcome === 'done' ? { of: planned.result } : undefined;
      });
      results.set(sku, result.of);
    } catch (error) {
      if (isTransient(error)) throw error;
      results.set(sku, failed(error));
    }
  };
  await inParallel(parallelReads, chunks, async (chunk) => {
    const priced = await store.load(chunk.map(([sku]) => sku));
    const writes: { sku: string; plan: PlanSku<R>; result: R; actions: Action[] }[] = [];
    for (const [sku, plan] of chunk) {
      const { result, write } = plan(priced);
      if (write) writes.push({ sku, plan, result, actions: store.actions(write.next, cause, write.change) });
      else results.set(sku, result);
    }
    for (const group of grouped(writes)) {
      if (
        await isWritten(
          store,
          group.flatMap(({ actions }) => actions),
        )
      ) {
        for (const { sku, result } of group) results.set(sku, result);
      } else for (const { sku, plan } of group) await alone(sku, plan);
    }
  });
  return results;
}

/** Whether the transaction was written. A conflict or an error may be that of one SKU of several. */
async function isWritten(store: Store, actions: Action[]): Promise<boolean> {
  try {
    return (await store.commit(actions)) === 'done';
  } catch (error) {
    if (isOutage(error)) throw error;
    return false;
  }
}

/** The writes in groups that fit into a transaction. */
function grouped<W extends { actions: Action[] }>(writes: readonly W[]): W[][] {
  const groups: W[][] = [];
  let size = maxActionsPerTransaction;
  for (const write of writes) {
    const own = write.actions.length;
    if (size + own > maxActionsPerTransaction) {
      groups.push([]);
      size = 0;
    }
    groups.at(-1)?.push(write);
    size += own;
  }
  return groups;
}
