import type { Cause } from '../../../shared/contracts/define-event.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import { statusIndex } from '../refund/refund-keys.ts';
import type { RefundStore } from '../refund/store.ts';
import type { payRefund } from './pay-refund.ts';

const pageSize = 100;
const concurrency = 10;

/**
 * Repeats the payout request of every refund that is being paid, in case its webhook never arrives. Throws after the last
 * page if a payout still has no result.
 */
export const sweepPayouts =
  (store: Pick<RefundStore, 'find'>, pay: ReturnType<typeof payRefund>) =>
  async (cause: Cause): Promise<void> => {
    const failures: string[] = [];
    let before: string | undefined;
    do {
      const { refunds, last } = await store.find(statusIndex, 'paying', before, pageSize);
      await inParallel(concurrency, refunds, ({ refundId }) =>
        pay(refundId, true, cause).catch((error: unknown) => void failures.push(String(error))),
      );
      before = last;
    } while (before !== undefined);
    if (failures.length > 0)
      throw new Error(`${failures.length} refunds have open payouts: ${failures.slice(0, 10).join('; ')}`);
  };
