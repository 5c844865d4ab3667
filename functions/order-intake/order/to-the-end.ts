import { inParallel } from '../../../shared/in-parallel.ts';

const atOnce = 4;

/** Brings what was left unfinished to its end; the results. One that cannot be does not stop the others. */
export async function toTheEnd<T, R>(left: readonly T[], end: (one: T) => Promise<R | undefined>): Promise<R[]> {
  const outcomes = await inParallel(atOnce, left, (one) =>
    end(one).then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    ),
  );
  const errors = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.error] : []));
  if (errors.length > 0) throw new AggregateError(errors, `${errors.length} could not be brought to an end`);
  return outcomes.flatMap((outcome) => ('result' in outcome && outcome.result !== undefined ? [outcome.result] : []));
}
