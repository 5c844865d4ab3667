import { inParallel } from './in-parallel.ts';

const itemsAtOnce = 4;

/**
 * Runs `work` on every item and returns the defined results. An error does not stop the others; afterwards all errors are
 * thrown as one `AggregateError`.
 */
export async function runAll<T, R>(items: readonly T[], work: (item: T) => Promise<R | undefined>): Promise<R[]> {
  const outcomes = await inParallel(itemsAtOnce, items, (item) =>
    work(item).then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    ),
  );
  const errors = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.error] : []));
  if (errors.length > 0) throw new AggregateError(errors, `${errors.length} of ${items.length} item(s) failed`);
  return outcomes.flatMap((outcome) => ('result' in outcome && outcome.result !== undefined ? [outcome.result] : []));
}
