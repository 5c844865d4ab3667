import { businessDays } from '../../shared/business-day.ts';
import { retryOnConflict } from '../../shared/dynamodb/retry-on-conflict.ts';
import type { EventOf } from '../../shared/contracts/define-event.ts';
import type { StockMoved } from '../../shared/contracts/stock/events.ts';
import type { LotStore } from './lot-store.ts';
import { drawLots } from './lots.ts';

const patienceMs = 15_000;

/**
 * Takes what an order shipped out of lots, first expired first out, as the warehouse was told to. A shipment that comes
 * again finds that it was here, also if nothing could be taken then; one of a SKU without lots, or without lots from before
 * it, leaves no trace.
 */
export const shipLots =
  (store: LotStore, timeZone: string, clock: () => number) =>
  async ({ detail: { data, metadata } }: EventOf<typeof StockMoved>): Promise<void> => {
    const { movementId, sku, warehouse, onHandDelta, occurredAt } = data;
    const today = businessDays(timeZone)(Date.parse(occurredAt));
    const { actor, correlationId, eventId: causationId } = metadata;
    const cause = { actor, correlationId, causationId, now: clock() };
    await retryOnConflict(patienceMs, async () => {
      const lots = await store.lotsIn(sku, warehouse);
      const { known, after, drawn } = drawLots(lots, -onHandDelta, today, occurredAt);
      if (known.length === 0 || (await store.isShipped(movementId))) return 'nothing to do';
      const shipped = { movementId, sku, warehouse, lots: drawn };
      return (await store.ship(lots, after, shipped, cause)) === 'done' ? 'done' : undefined;
    });
  };
