import { problem } from '../../../shared/contracts/problem.ts';
import type { WebhookEndpointResponse } from '../../../shared/contracts/webhooks/routes.ts';
import type { Endpoint } from './endpoint.ts';

export const notAChannel = problem(403, 'not-a-channel', 'The client is not this channel and may not act for it.');
export const unknownEndpoint = problem(404, 'unknown-endpoint', 'The channel has no such endpoint.');
export const tooManyEndpoints = problem(409, 'too-many-endpoints', 'A channel has at most 10 endpoints.');

export const urlRefused = (refusal: string) =>
  problem(422, 'url-refused', refusal, { errors: [{ pointer: '/url', detail: refusal }] });

/** An endpoint as its channel reads it. Only the response to its creation passes `secret`. */
export const endpointBody = (endpoint: Endpoint, secret?: string): WebhookEndpointResponse => ({
  endpointId: endpoint.endpointId,
  channel: endpoint.channel,
  url: endpoint.url,
  eventTypes: endpoint.eventTypes,
  status: endpoint.status,
  reason: endpoint.reason,
  disabledAt: endpoint.disabledAt,
  lastFailure: endpoint.lastFailure,
  ...(endpoint.failingSince !== undefined && { failingSince: new Date(endpoint.failingSince).toISOString() }),
  createdAt: endpoint.createdAt,
  ...(secret !== undefined && { secret }),
});
