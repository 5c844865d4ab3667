import { problem } from '../../../shared/contracts/problem.ts';
import type { WebhookEndpointResponse } from '../../../shared/contracts/webhooks/endpoint.ts';
import type { DeliveryAttempt } from '../../../shared/contracts/webhooks/delivery-routes.ts';
import { type Endpoint, statusOf } from './endpoint.ts';
import { previousSecretsExpireAt } from './secrets.ts';

export const notAChannel = problem(403, 'not-a-channel', 'The client is not this channel and may not act for it.');
export const unknownEndpoint = problem(404, 'unknown-endpoint', 'The channel has no such endpoint.');
export const tooManyEndpoints = problem(409, 'too-many-endpoints', 'A channel has at most 10 endpoints.');

export const urlRefused = (refusal: string) =>
  problem(422, 'url-refused', refusal, { errors: [{ pointer: '/url', detail: refusal }] });

export const tooManySecrets = problem(
  409,
  'too-many-secrets',
  'Five secrets are valid. Wait until one expires, or revoke them with previousExpiresAfterSeconds 0.',
);
export const creationNotApproved = problem(
  409,
  'awaiting-approval',
  'The creation of the endpoint is not approved. The approval shows its secret.',
);
export const noSuchChange = problem(409, 'no-such-change', 'The change was decided, replaced or has expired.');
export const secondPersonNeeded = problem(
  403,
  'second-person-needed',
  'The channel itself or another person of the staff has to approve this change.',
);
export const tooManyAttempts = problem(
  429,
  'too-many-attempts',
  'The endpoint was challenged less than 15 seconds ago, or is paused after failures.',
  {},
  { 'retry-after': '15' },
);

/** `attempt` is a failed challenge. */
export function verificationFailed({ status, error }: Pick<DeliveryAttempt, 'status' | 'error'>) {
  const answer =
    error === 'challenge-not-echoed' ? `status ${status}, without the challenge` : (error ?? `status ${status}`);
  return problem(
    409,
    'verification-failed',
    `The endpoint must answer the challenge with a 2xx status and {"challenge": "<data.challenge of the request>"}; it answered: ${answer}.`,
  );
}

/** An endpoint as its channel reads it at `now`. Only the response to a creation or rotation passes `secret`. */
export const endpointBody = (endpoint: Endpoint, now: number, secret?: string): WebhookEndpointResponse => ({
  endpointId: endpoint.endpointId,
  channel: endpoint.channel,
  url: endpoint.url,
  eventTypes: endpoint.eventTypes,
  status: statusOf(endpoint),
  reason: endpoint.reason,
  disabledAt: endpoint.disabledAt,
  lastFailure: endpoint.lastFailure,
  failingSince: instantOf(endpoint.failingSince),
  createdAt: endpoint.createdAt,
  ...(secret !== undefined && { secret }),
  previousSecretsExpireAt: instantOf(previousSecretsExpireAt(endpoint, now)),
  pendingChange: pendingBody(endpoint, now),
});

function pendingBody({ pendingChange }: Endpoint, now: number): WebhookEndpointResponse['pendingChange'] {
  if (!pendingChange || pendingChange.expiresAt <= now) return undefined;
  const { changeId, change, url, requestedBy, requestedAt, expiresAt } = pendingChange;
  const times = { requestedAt: new Date(requestedAt).toISOString(), expiresAt: new Date(expiresAt).toISOString() };
  return { changeId, change, url, requestedBy, ...times };
}

const instantOf = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());
