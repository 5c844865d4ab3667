import { isRetryableError } from '../../shared/dynamodb/retry-on-conflict.ts';
import type { Action } from '../../shared/dynamodb/database.ts';
import type { StockStore } from './store.ts';

/** DynamoDB's limit for a transaction. */
const actionsAtOnce = 100;

type Outcome = 'done' | 'version-conflict';
type Waiting = { actions: Action[]; settle: (outcome: Promise<Outcome>) => void };

/**
 * Writes plans of many SKUs that are made at once in few transactions: a file's rows are mostly of as many SKUs. SKUs
 * that cannot be written together, since one of them is in somebody's way, are written one by one.
 */
export function writingTogether({ actionsOf, commit }: Pick<StockStore, 'actionsOf' | 'commit'>): StockStore['write'] {
  let waiting: Waiting[] = [];
  let waitingActions = 0;

  function flush(): void {
    const group = waiting;
    [waiting, waitingActions] = [[], 0];
    if (group.length === 0) return;
    const together = commit(group.flatMap(({ actions }) => actions));
    for (const { actions, settle } of group) settle(group.length === 1 ? together : orAlone(together, actions));
  }

  async function orAlone(together: Promise<Outcome>, actions: Action[]): Promise<Outcome> {
    try {
      if ((await together) === 'done') return 'done';
    } catch (error) {
      if (!isRetryableError(error)) throw error;
    }
    return commit(actions);
  }

  return (sku, plan, cause) => {
    const actions = actionsOf(sku, plan, cause);
    if (waitingActions + actions.length > actionsAtOnce) flush();
    if (waiting.length === 0) setImmediate(flush);
    waitingActions += actions.length;
    return new Promise((resolve) => {
      waiting.push({ actions, settle: resolve });
    });
  };
}
