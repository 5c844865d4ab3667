import type { Cause } from '../../../shared/contracts/define-event.ts';
import type { MovementResult } from '../../../shared/contracts/stock/routes.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import { isTransient } from '../../../shared/lambda/failed-records.ts';
import { applyMovements, chainsOf, type Limits } from '../stock/apply-movements.ts';
import type { StockStore } from '../stock/store.ts';
import type { SubmittedMovement } from '../stock/submitted-movement.ts';

type Store = Pick<StockStore, 'read' | 'write'>;
/** A movement that failed, or follows a failed one of its SKU, has no result. `failure` is the first error. */
type AppliedRows = { results: Map<SubmittedMovement, MovementResult>; failure?: unknown };

/**
 * Applies the movements of rows. If an error may concern one of them only, they are applied one by one: what was applied
 * before is found by its id. Throws errors that concern all rows, such as of a store that is down.
 */
export async function applyRows(
  store: Store,
  movements: readonly SubmittedMovement[],
  cause: Cause,
  limits: Limits,
): Promise<AppliedRows> {
  const apply = (own: readonly SubmittedMovement[]) => applyMovements(store, own, cause, limits);
  const results = new Map<SubmittedMovement, MovementResult>();
  const add = (own: readonly SubmittedMovement[], applied: readonly MovementResult[]) => {
    for (const [index, movement] of own.entries()) {
      const result = applied[index];
      if (result) results.set(movement, result);
    }
  };
  try {
    add(movements, await apply(movements));
    return { results };
  } catch (error) {
    if (isTransient(error)) throw error;
  }
  let failure: unknown;
  await inParallel(limits.skusAtOnce, chainsOf(movements), async (chain) => {
    try {
      for (const movement of chain) add([movement], await apply([movement]));
    } catch (error) {
      if (isTransient(error)) throw error;
      failure ??= error;
    }
  });
  return { results, failure };
}
