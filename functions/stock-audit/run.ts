import type { EventOf } from '../../shared/contracts/define-event.ts';
import type { StockAuditRequested } from '../../shared/contracts/stock-audit/events.ts';
import type { ReconciliationStore } from '../../shared/stock/reconciliation-store.ts';
import { compareAll } from './compare.ts';
import type { DifferenceList } from './difference-list-store.ts';
import type { AuditStore } from './store.ts';

type Tools = {
  store: AuditStore;
  reconciliation: ReconciliationStore;
  list: DifferenceList;
  clock: () => number;
  pause: (ms: number) => Promise<unknown>;
};

/**
 * Compares all stock with the ledger and the open orders, lists the differences in S3, and records the result with its
 * event. A later delivery of the request finds the result; a concurrent one writes the same result.
 */
export const runAudit =
  ({ store, reconciliation, list, clock, pause }: Tools) =>
  async ({ detail: { data, metadata } }: EventOf<typeof StockAuditRequested>): Promise<void> => {
    const { auditId } = data;
    if ((await store.audit(auditId))?.status === 'completed') return;
    const { skus, differences, notCompared } = await compareAll(reconciliation, pause);
    const file = await list.put(auditId, differences, notCompared);
    const { actor, correlationId, eventId: causationId } = metadata;
    await store.complete(
      { auditId, skus, differences: differences.length, notCompared: notCompared.length, file },
      { actor, correlationId, causationId, now: clock() },
    );
  };
