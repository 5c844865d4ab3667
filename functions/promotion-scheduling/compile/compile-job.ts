import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import { throwAll } from '../../../shared/run-all.ts';
import { setWith } from '../promotion/compile-set.ts';
import { promotionPartition, type PromotionRecord, promotionShards } from '../promotion/promotion-record.ts';
import type { PromotionStore } from '../promotion/promotion-store.ts';
import type { CompileSettings } from '../promotion/save-change.ts';

const retryBudgetMs = 15_000;
const idsPerRead = 1000;
const concurrency = 10;

type CompileStore = Pick<PromotionStore, 'currentSet' | 'categories' | 'putSet' | 'find' | 'partitionKeys'>;
export type Compiled = 'put-in-force' | 'unchanged';

/** Puts the promotions in force with the current tree of categories and its margins. */
export const compileCategories =
  (store: CompileStore, settings: CompileSettings) =>
  (now: number): Promise<Compiled> =>
    compileWith(store, [], settings, now);

/**
 * Compiles all promotions, and puts the result in force if it is another one. A change writes the set in its own
 * transaction, so that this finds nothing but promotions that ended long ago, unless something else changed the table. A
 * promotion that cannot be read keeps what is in force, and fails the job afterwards. `each` is called for every promotion.
 */
export const repairPromotions =
  (
    store: CompileStore,
    settings: CompileSettings,
    each: (record: PromotionRecord) => Promise<unknown> = async () => undefined,
  ) =>
  async (now: number): Promise<{ promotions: number; set: Compiled }> => {
    const { set } = await store.currentSet();
    const ids = new Set(set.promotions.map(({ promotionId }) => promotionId));
    for (const partition of promotionShards.keys) {
      for await (const id of idsOf(store, partition)) ids.add(id);
    }
    const errors: unknown[] = [];
    await inParallel(concurrency, [...ids], async (id) => {
      try {
        const record = await store.find(id);
        if (record) await each(record);
      } catch (error) {
        errors.push(error);
        ids.delete(id);
      }
    });
    const compiled = await compileWith(store, [...ids], settings, now);
    throwAll(errors, ids.size + errors.length);
    return { promotions: ids.size, set: compiled };
  };

async function* idsOf(store: Pick<CompileStore, 'partitionKeys'>, partition: string): AsyncGenerator<string> {
  let after: string | undefined;
  do {
    const keys = await store.partitionKeys(partition, after, idsPerRead);
    yield* keys.map((key) => key.slice(promotionPartition('').length));
    after = keys.length === idsPerRead ? keys.at(-1) : undefined;
  } while (after !== undefined);
}

/** Reads the head before these promotions: if one of them changes meanwhile, so does the head. */
const compileWith = (
  store: CompileStore,
  ids: readonly string[],
  settings: CompileSettings,
  now: number,
): Promise<Compiled> =>
  retryOnConflict(retryBudgetMs, async () => {
    const { head, set } = await store.currentSet();
    const categories = await store.categories();
    const found = await inParallel(concurrency, ids, async (id) => ({ id, record: await store.find(id) }));
    const records = found.flatMap(({ record }) => record ?? []);
    const missing = found.flatMap(({ id, record }) => (record ? [] : [id]));
    const next = setWith(set, records, { ...settings, categories, now }, missing);
    if (!next || (!head && next.promotions.length === 0)) return 'unchanged';
    const outcome = await store.putSet(next, head, now);
    if (outcome === 'too-large') throw new Error('The compiled promotions exceed the limit of the store');
    return outcome === 'done' ? 'put-in-force' : undefined;
  });
