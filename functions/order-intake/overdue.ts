import type { Cause } from '../../shared/events/define-event.ts';
import type { Channels } from '../../shared/store.ts';
import type { ChangeStore } from './change-store.ts';
import { sweep } from './sweep.ts';

const pauseMs = 1000;
const budgetMs = 1000;

/**
 * Ends holds that are over, so that nobody is refused for stock which only waits for the sweep; tells whether there were
 * any. At most once a second, as a SKU that is sold out is asked for often, and never where no channel has a time limit.
 */
export function overdueEnder(store: ChangeStore, channels: Channels): (cause: Cause) => Promise<boolean> {
  const haveLimit = Object.values(channels).some(({ paymentWindowMinutes }) => paymentWindowMinutes !== undefined);
  const end = sweep(store);
  let notBefore = 0;
  return async (cause) => {
    if (!haveLimit || performance.now() < notBefore) return false;
    notBefore = performance.now() + pauseMs;
    const { swept } = await end({ ...cause, actor: 'storeworks.order-intake' }, budgetMs);
    return swept > 0;
  };
}
