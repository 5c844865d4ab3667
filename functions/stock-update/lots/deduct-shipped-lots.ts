import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { EventOf } from '../../../shared/contracts/define-event.ts';
import type { StockMoved } from '../../../shared/contracts/stock/events.ts';
import { withExpiredUnits } from '../stock/lot-changes.ts';
import type { LotStore } from './lot-store.ts';
import { deductLots } from './lots.ts';

const retryBudgetMs = 15_000;

/**
 * Deducts shipped units from lots in the order that `GET /stock/{sku}/lots` suggests, once per shipment. Writes nothing if
 * no lot was present at the time of the shipment.
 */
export const deductShippedLots =
  (store: LotStore, cutoffAt: (now: number) => string, clock: () => number) =>
  async ({ detail: { data, metadata } }: EventOf<typeof StockMoved>): Promise<void> => {
    const { movementId, sku, warehouse, onHandDelta, occurredAt } = data;
    const cutoff = cutoffAt(Date.parse(occurredAt));
    const { actor, correlationId, eventId: causationId } = metadata;
    const cause = { actor, correlationId, causationId, now: clock() };
    await retryOnConflict(retryBudgetMs, async () => {
      const lots = await store.lotsIn(sku, warehouse);
      const { present, after, deducted } = deductLots(lots, -onHandDelta, cutoff, occurredAt);
      if (present.length === 0 || (await store.isDeducted(movementId))) return 'done';
      const shipped = { movementId, sku, warehouse, lots: deducted };
      const changes = after.map(({ before, lot }) =>
        Object.assign({ before }, withExpiredUnits(before, lot, cutoffAt(cause.now))),
      );
      return (await store.deduct(changes, shipped, cause)) === 'done' ? 'done' : undefined;
    });
  };
