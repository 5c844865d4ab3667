import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { RefundStore } from '../refund/store.ts';
import { eraseRefund } from './erase-refund.ts';
import type { ErasureStore } from './erasure-store.ts';

const retryBudgetMs = 10_000;

/** Erases the personal data of an order's refunds. A concurrent change, which may have a new event, is a version conflict. */
export const eraseRefundsOf =
  (stores: Pick<RefundStore, 'refund'> & ErasureStore) =>
  async (orderId: string): Promise<void> => {
    for (const refundId of await stores.refundIds(orderId)) {
      await retryOnConflict(retryBudgetMs, async () => {
        const refund = await stores.refund(refundId);
        if (!refund) return 'done';
        await stores.eraseParts(refundId);
        const erased = eraseRefund(refund);
        if (!erased) return 'done';
        return (await stores.write(erased, refund.customerId)) === 'done' ? 'done' : undefined;
      });
    }
  };
