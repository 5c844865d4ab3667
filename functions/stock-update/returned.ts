import assert from 'node:assert';
import type { DataOf, EventOf } from '../../shared/contracts/define-event.ts';
import type { ReturnReceived } from '../../shared/contracts/refunds/events.ts';
import { postAll } from './post.ts';
import type { SentMovement } from './sent-movement.ts';
import type { StockStore } from './store.ts';

/**
 * Books what came back with a return, once: an event that comes again names the same movements. A refused movement is
 * nobody's to repeat, so it throws, and the event is kept until somebody has looked.
 */
export const bookReturned =
  (store: Pick<StockStore, 'read' | 'write'>, clock: () => number) =>
  async ({ detail: { data, metadata } }: EventOf<typeof ReturnReceived>): Promise<void> => {
    const movements = movementsOf(data, metadata.occurredAt);
    if (movements.length === 0) return;
    const { actor, correlationId, eventId: causationId } = metadata;
    const results = await postAll(store, movements, { actor, correlationId, causationId, now: clock() });
    const refused = results.find(({ status }) => status === 'rejected');
    assert(!refused, `Stock refuses ${refused?.movementId} of ${data.rmaId}: ${refused?.reason}`);
  };

/** Of when the parcel was received: a count that was made before the event came has its units already. */
const movementsOf = ({ units, reason }: DataOf<typeof ReturnReceived>, sentAt: string): SentMovement[] =>
  units.flatMap(({ movementId, sku, warehouse, quantity, lot, disposition }) =>
    movementId === undefined
      ? []
      : [
          {
            movementId,
            sku,
            warehouse,
            type: 'return',
            quantity,
            reason,
            sentAt,
            ...(lot !== undefined && { lot }),
            ...(disposition === 'damaged' && { to: 'damaged' as const }),
          },
        ],
  );
