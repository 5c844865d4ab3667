import { problem } from '../../shared/contracts/problem.ts';
import type { Delivery } from './delivery.ts';

export const notAChannel = problem(403, 'not-a-channel', 'This client is not that channel, nor staff that sees to it.');
export const unknownEndpoint = problem(404, 'unknown-endpoint', 'The channel has no such endpoint.');
export const tooManyEndpoints = problem(409, 'too-many-endpoints', 'A channel has at most 10 endpoints.');
export const endpointDisabled = problem(409, 'endpoint-disabled', 'The endpoint is disabled; PUT it to enable it.');
export const badCursor = problem(400, 'invalid-cursor', 'The cursor is not one of this query.');

/** A delivery as its channel sees it. */
export const deliveryAnswer = ({ eventId, eventType, orderId, state, reason, nextAttemptAt, attempts }: Delivery) => ({
  eventId,
  eventType,
  orderId,
  state,
  reason,
  attempts,
  ...(nextAttemptAt !== undefined && { nextAttemptAt: new Date(nextAttemptAt).toISOString() }),
});
