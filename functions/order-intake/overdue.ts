import type { Cause } from '../../shared/events/define-event.ts';
import type { ChangeStore } from './change-store.ts';
import { sweep } from './sweep.ts';

const pauseMs = 1000;
const budgetMs = 1000;

export type EndOverdue = (cause: Cause) => Promise<boolean>;

/**
 * Ends holds that are over, so that nobody is refused for stock which only waits for the sweep; tells whether there were
 * any. Where there are none it is one query per shard. Stores whose channels have no time limit have holds that end, too:
 * of exchanges.
 */
export function overdueEnder(store: ChangeStore): EndOverdue {
  const end = sweep(store);
  return async (cause) => (await end({ ...cause, actor: 'storeworks.order-intake' }, budgetMs)).swept > 0;
}

/** At most once a second, as a SKU that is sold out is asked for often. */
export function atMostOnceASecond(endOverdue: EndOverdue): EndOverdue {
  let notBefore = 0;
  return async (cause) => {
    if (performance.now() < notBefore) return false;
    notBefore = performance.now() + pauseMs;
    return endOverdue(cause);
  };
}
