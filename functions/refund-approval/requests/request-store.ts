import type { Database } from '../../../shared/dynamodb/database.ts';
import type { TablesEnv } from '../refund/env.ts';
import { createPolicyStore } from '../refund/policy-store.ts';
import { createRefundStore } from '../refund/store.ts';
import type { RequestSnapshot } from './decide.ts';
import { createHistoryStore } from './history-store.ts';

/** The refund store, and the snapshot that a decision on a request depends on. */
export function createRequestStore(db: Database, tables: TablesEnv) {
  const refunds = createRefundStore(db, tables);
  const policies = createPolicyStore(db, tables.REFUND_TABLE_NAME);
  const historyOf = createHistoryStore(db, tables);
  return {
    ...refunds,

    /**
     * For a refund in this currency, requested at `now` (ms since the epoch); undefined if there is no such order. `history` is
     * undefined for a guest.
     */
    async requestSnapshot(
      { orderId, refundId, currency }: { orderId: string; refundId: string; currency?: string | undefined },
      now: number,
    ): Promise<RequestSnapshot | undefined> {
      const snapshot = await refunds.snapshot(orderId, refundId, currency);
      if (!snapshot) return undefined;
      const { id: customerId } = snapshot.order.customer;
      const history = customerId === undefined ? undefined : await historyOf(customerId);
      return { ...snapshot, policy: await policies.inForce(now), history };
    },
  };
}
export type RequestStore = ReturnType<typeof createRequestStore>;
