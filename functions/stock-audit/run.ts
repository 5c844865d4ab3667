import type { EventOf } from '../../shared/contracts/define-event.ts';
import type { StockAuditRequested } from '../../shared/contracts/stock-audit/events.ts';
import type { Books } from '../../shared/stock/books.ts';
import { compareAll } from './compare.ts';
import type { DifferenceList } from './difference-list.ts';
import type { AuditStore } from './store.ts';

type Tools = {
  store: AuditStore;
  books: Books;
  list: DifferenceList;
  clock: () => number;
  pause: (ms: number) => Promise<unknown>;
};

/**
 * Compares all stock with ledger and open orders, lists what differs in S3, and records the result with its event.
 * Another delivery of the same request finds the result; one that comes while it runs writes the same again.
 */
export const runAudit =
  ({ store, books, list, clock, pause }: Tools) =>
  async ({ detail: { data, metadata } }: EventOf<typeof StockAuditRequested>): Promise<void> => {
    const { auditId } = data;
    if ((await store.audit(auditId))?.status === 'completed') return;
    const { skus, differences, notCompared } = await compareAll(books, pause);
    const file = await list.put(auditId, differences, notCompared);
    const { actor, correlationId, eventId: causationId } = metadata;
    await store.complete(
      { auditId, skus, differences: differences.length, notCompared: notCompared.length, file },
      { actor, correlationId, causationId, now: clock() },
    );
  };
