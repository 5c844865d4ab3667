import type { Cause } from '../../../shared/contracts/define-event.ts';
import type { ChangeStore } from '../order/change-store.ts';
import { sweep } from './sweep.ts';

const pauseMs = 1000;
const budgetMs = 1000;
/** Shorter than that of whoever waits for it. */
const usualPatienceMs = 2000;

export type EndOverdue = (cause: Cause) => Promise<'all-ended' | 'some-left' | 'not-looked'>;

/**
 * Ends holds that are over, so that nobody is refused for stock which only waits for the sweep. Where there are none it
 * is one query per shard. What was decided before is old then, as somebody else may have ended some: a refusal is certain
 * if it was decided after all had ended. What nobody got hold of in one look, as its stock is not what it should be, is
 * passed over in the next, so that it does not stop all others. Stores whose channels have no time limit have holds that
 * end, too: of exchanges.
 */
export function overdueEnder(store: ChangeStore, patienceMs = usualPatienceMs): EndOverdue {
  const end = sweep(store);
  let passedOver: ReadonlySet<string> = new Set();
  return async (cause) => {
    const limits = { budgetMs, patienceMs, passedOver };
    const { busy, isComplete } = await end({ ...cause, actor: 'storeworks.order-intake' }, limits);
    passedOver = new Set(busy);
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
