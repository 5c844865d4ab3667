import assert from 'node:assert';
import type { DataOf, EventOf } from '../../../shared/contracts/define-event.ts';
import type { ReturnReceived } from '../../../shared/contracts/refunds/events.ts';
import { applyMovements } from '../stock/apply-movements.ts';
import type { SubmittedMovement } from '../stock/submitted-movement.ts';
import type { StockStore } from '../stock/store.ts';

/**
 * Applies the units of a received return as movements, once: a redelivered event has the same movement ids. Throws if a
 * movement is rejected, so that SQS moves the event to the dead-letter queue.
 */
export const postReturn =
  (store: Pick<StockStore, 'read' | 'write'>, clock: () => number) =>
  async ({ detail: { data, metadata } }: EventOf<typeof ReturnReceived>): Promise<void> => {
    const movements = movementsOf(data, metadata.occurredAt);
    if (movements.length === 0) return;
    const { actor, correlationId, eventId: causationId } = metadata;
    const results = await applyMovements(store, movements, { actor, correlationId, causationId, now: clock() });
    const rejected = results.find(({ status }) => status === 'rejected');
    assert(!rejected, `Movement ${rejected?.movementId} of return ${data.rmaId} is rejected: ${rejected?.reason}`);
  };

/** The submission time is when the parcel was received, so that a count after that includes its units. */
const movementsOf = ({ units, reason }: DataOf<typeof ReturnReceived>, submittedAt: string): SubmittedMovement[] =>
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
            submittedAt,
            ...(lot !== undefined && { lot }),
            ...(disposition === 'damaged' && { to: 'damaged' as const }),
          },
        ],
  );
