import type { Cause } from '../../shared/events/define-event.ts';
import type { ChangeStore } from './change-store.ts';
import { sweep } from './sweep.ts';

const pauseMs = 1000;
const budgetMs = 1000;

export type EndOverdue = (cause: Cause) => Promise<'all-ended' | 'some-left' | 'not-looked'>;

/**
 * Ends holds that are over, so that nobody is refused for stock which only waits for the sweep. Where there are none it
 * is one query per shard. What was decided before is old then, as somebody else may have ended some: a refusal is certain
 * if it was decided after all had ended. Stores whose channels have no time limit have holds that end, too: of exchanges.
 */
export function overdueEnder(store: ChangeStore): EndOverdue {
  const end = sweep(store);
  return async (cause) => {
    const { isComplete } = await end({ ...cause, actor: 'storeworks.order-intake' }, budgetMs);
    return isComplete ? 'all-ended' : 'some-left';
  };
}

/** At most once a second, as a SKU that is sold out is asked for often. */
export function atMostOnceASecond(endOverdue: EndOverdue): EndOverdue {
  let notBefore = 0;
  return async (cause) => {
    if (performance.now() < notBefore) return 'not-looked';
    notBefore = performance.now() + pauseMs;
    return endOverdue(cause);
  };
}
