import { problem } from '../../../shared/contracts/problem.ts';
import type { Delivery } from './delivery.ts';

export const endpointDisabled = problem(409, 'endpoint-disabled', 'The endpoint is disabled; PUT it to enable it.');

/** A delivery as its channel reads it. */
export const deliveryBody = ({ eventId, eventType, orderId, state, reason, nextAttemptAt, attempts }: Delivery) => ({
  eventId,
  eventType,
  orderId,
  state,
  reason,
  attempts,
  ...(nextAttemptAt !== undefined && { nextAttemptAt: new Date(nextAttemptAt).toISOString() }),
});
