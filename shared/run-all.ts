import { inParallel } from './in-parallel.ts';
import { isOutage } from './lambda/failed-records.ts';

/**
 * Runs `work` on every item, at most `limit` at a time. An error does not stop the others and is returned. An outage is
 * thrown at once and starts no further item.
 */
export async function settleAll<T, R>(
  limit: number,
  items: readonly T[],
  work: (item: T) => Promise<R | undefined>,
): Promise<{ results: R[]; errors: unknown[] }> {
  const errors: unknown[] = [];
  let outage: { error: unknown } | undefined;
  const outcomes = await inParallel(limit, items, async (item) => {
    if (outage) throw outage.error;
    try {
      return await work(item);
    } catch (error) {
      if (isOutage(error)) {
        outage = { error };
        throw error;
      }
      errors.push(error);
      return undefined;
    }
  });
  return { results: outcomes.filter((result) => result !== undefined), errors };
}

/** Does the same, returns the defined results, and throws all errors as one `AggregateError` afterwards. */
export const runAll = <T, R>(
  limit: number,
  items: readonly T[],
  work: (item: T) => Promise<R | undefined>,
): Promise<R[]> => runAllPages(limit, [items], work);

/** Does the same for pages of items, each of which is read when the one before is done. */
export async function runAllPages<T, R>(
  limit: number,
  pages: AsyncIterable<readonly T[]> | Iterable<readonly T[]>,
  work: (item: T) => Promise<R | undefined>,
): Promise<R[]> {
  const results: R[] = [];
  const errors: unknown[] = [];
  let count = 0;
  for await (const items of pages) {
    const settled = await settleAll(limit, items, work);
    count += items.length;
    results.push(...settled.results);
    errors.push(...settled.errors);
  }
  throwAll(errors, count);
  return results;
}

/** Throws the errors of `count` items, if there are any, as one `AggregateError` that names the first. */
export function throwAll(errors: readonly unknown[], count: number): void {
  if (errors.length === 0) return;
  throw new AggregateError(errors, `${errors.length} of ${count} item(s) failed; the first: ${String(errors[0])}`);
}
