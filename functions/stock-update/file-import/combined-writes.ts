import type { Action } from '../../../shared/dynamodb/database.ts';
import { maxActionsPerTransaction } from '../../../shared/dynamodb/transaction-limits.ts';
import { isOutage, isTransient } from '../../../shared/lambda/failed-records.ts';
import type { StockStore } from '../stock/store.ts';

type Outcome = 'done' | 'version-conflict';
type PendingWrite = { actions: Action[]; resolve: (outcome: Promise<Outcome>) => void };

/**
 * Combines concurrent writes of several SKUs in one transaction, because most rows of a file have different SKUs. If that
 * transaction fails, each SKU is written in its own, except in an outage. `report` gets an error of which the combination,
 * and not one of its SKUs, may be the cause.
 */
export function combineWrites(
  { actionsOf, commit }: Pick<StockStore, 'actionsOf' | 'commit'>,
  report: (error: unknown) => void,
): StockStore['write'] {
  let pending: PendingWrite[] = [];
  let pendingActions = 0;

  function flush(): void {
    const group = pending;
    [pending, pendingActions] = [[], 0];
    if (group.length === 0) return;
    const combined = commit(group.flatMap(({ actions }) => actions));
    if (group.length > 1) combined.catch(reportDefect);
    for (const { actions, resolve } of group) {
      resolve(group.length === 1 ? combined : orSeparately(combined, actions));
    }
  }

  async function orSeparately(combined: Promise<Outcome>, actions: Action[]): Promise<Outcome> {
    const outcome = await combined.catch((error: unknown) => {
      if (isOutage(error)) throw error;
      // It may be that of another SKU.
      return 'failed' as const;
    });
    return outcome === 'done' ? outcome : commit(actions);
  }

  const reportDefect = (error: unknown) => {
    if (!isTransient(error)) report(error);
  };

  return (sku, plan, cause) => {
    const actions = actionsOf(sku, plan, cause);
    if (pendingActions + actions.length > maxActionsPerTransaction) flush();
    if (pending.length === 0) setImmediate(flush);
    pendingActions += actions.length;
    return new Promise((resolve) => {
      pending.push({ actions, resolve });
    });
  };
}
