import type { Cause } from '../../../shared/contracts/define-event.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import type { payOut } from './payout.ts';
import { statusIndex } from '../refund/refund-keys.ts';
import type { RefundStore } from '../refund/store.ts';

const perPage = 100;
const atOnce = 10;

/**
 * Asks the providers once more about every refund that is on its way, for those whose webhook never comes. Goes on to the
 * end before it throws for those that it could not ask about.
 */
export const sweepPayouts =
  (store: Pick<RefundStore, 'find'>, pay: ReturnType<typeof payOut>) =>
  async (cause: Cause): Promise<void> => {
    const failures: string[] = [];
    let before: string | undefined;
    do {
      const { refunds, last } = await store.find(statusIndex, 'paying', before, perPage);
      await inParallel(atOnce, refunds, ({ refundId }) =>
        pay(refundId, true, cause).catch((error: unknown) => void failures.push(String(error))),
      );
      before = last;
    } while (before !== undefined);
    if (failures.length > 0)
      throw new Error(`${failures.length} payouts are open: ${failures.slice(0, 10).join('; ')}`);
  };
