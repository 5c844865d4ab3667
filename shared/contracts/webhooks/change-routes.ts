import * as z from 'zod';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';
import { notAChannel, params, query, unknownEndpoint, WebhookEndpointResponse } from './endpoint.ts';

export const postWebhookVerification = defineRoute({
  method: 'POST',
  path: '/webhooks/endpoints/{endpointId}/verification',
  tag: 'Webhooks',
  summary: 'Send the challenge to an endpoint, which must echo it before it gets events',
  scope: 'orders.write',
  params,
  query,
  responses: {
    200: { description: 'The endpoint echoed the challenge, now or before', schema: WebhookEndpointResponse },
    403: notAChannel,
    404: unknownEndpoint,
    409: { description: '`verification-failed`: what the endpoint answered instead', schema: Problem },
    429: { description: '`too-many-attempts`: one attempt in 15 s', schema: Problem },
  },
});

export const postWebhookSecretRotation = defineRoute({
  method: 'POST',
  path: '/webhooks/endpoints/{endpointId}/secret-rotations',
  tag: 'Webhooks',
  summary: 'Replace the secret; requests are signed with both secrets until the previous one expires',
  scope: 'orders.write',
  params,
  query,
  body: z
    .strictObject({
      previousExpiresAfterSeconds: z
        .int()
        .min(0)
        .max(7 * 86_400)
        .default(86_400)
        .meta({
          description: 'Seconds until the previous secrets expire; 0 revokes them at once. Default: a day',
          example: 86_400,
        }),
    })
    .default({ previousExpiresAfterSeconds: 86_400 }),
  responses: {
    201: { description: 'Rotated; the response has the new secret', schema: WebhookEndpointResponse },
    202: {
      description: 'Requested by staff: it awaits the channel or a second person',
      schema: WebhookEndpointResponse,
    },
    403: notAChannel,
    404: unknownEndpoint,
    409: {
      description:
        '`too-many-secrets`: five are valid; wait or revoke. `awaiting-approval`: the creation is not approved',
      schema: Problem,
    },
  },
});

export const postWebhookChangeDecision = defineRoute({
  method: 'POST',
  path: '/webhooks/endpoints/{endpointId}/decisions',
  tag: 'Webhooks',
  summary: 'Approve or reject a change that staff requested: by the channel itself, or by a second person',
  scope: 'orders.write',
  params,
  query,
  body: z.strictObject({
    changeId: z
      .string()
      .max(64)
      .meta({ description: '`pendingChange.changeId`', example: '01KB9ZQ4Y8T4V7C0M3J5R6N8PX' }),
    decision: z.enum(['approve', 'reject']).describe('The requester may reject, but not approve'),
  }),
  responses: {
    200: {
      description: 'Decided; the approval of a creation or rotation has the new secret',
      schema: WebhookEndpointResponse,
    },
    403: { description: '`not-a-channel`, or `second-person-needed`', schema: Problem },
    404: unknownEndpoint,
    409: {
      description: '`no-such-change`: decided, replaced or expired; `too-many-secrets`; or `awaiting-approval`',
      schema: Problem,
    },
  },
});
