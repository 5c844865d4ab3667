import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { Instant } from '../../names.ts';
import { Problem } from '../problem.ts';

const EndpointId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'An endpoint id has 1 to 64 letters, digits, dashes or underscores');
export const params = z.strictObject({
  endpointId: EndpointId.meta({ description: 'Id of the endpoint, chosen by its channel', example: 'orders-to-erp' }),
});
/** Staff may name the channel. @default the caller's own channel */
export const channelQuery = {
  channel: z.string().min(1).max(64).optional().meta({
    description: 'Channel of the endpoint, for staff. Default: the channel of the caller',
    example: 'storefront',
  }),
};
export const query = z.strictObject(channelQuery);
/** The fields that identify an endpoint in events and requests. */
export const endpointFields = {
  channel: StoredText.meta({ description: 'Channel of the endpoint', example: 'storefront' }),
  endpointId: StoredText.meta({ description: 'Id of the endpoint', example: 'orders-to-erp' }),
};

/** Why an endpoint is disabled. */
export type EndpointReason = 'gone' | 'failing' | 'awaiting-approval';
export const endpointReason = StoredText.optional().meta({
  description: 'Why it is disabled: `gone` (it responded 410), `failing`, or `awaiting-approval`',
  example: 'gone' satisfies EndpointReason,
});

/** Why a delivery is dead. */
export type DeadReason = 'not-accepted-in-time' | 'gone' | 'endpoint-disabled';
export const deadReason = StoredText.meta({
  description:
    'Why the delivery is dead: `not-accepted-in-time`, `gone` (the endpoint responded 410), or `endpoint-disabled`',
  example: 'not-accepted-in-time' satisfies DeadReason,
});

const PendingChange = z
  .object({
    changeId: StoredText.meta({
      description: 'Id of the change, for its decision',
      example: '01KB9ZQ4Y8T4V7C0M3J5R6N8PX',
    }),
    change: z
      .enum(['create', 'redirect', 'rotate-secret'])
      .describe('`create` an endpoint, `redirect` it to another URL, or `rotate-secret`'),
    url: StoredText.meta({
      description: 'Address after the change',
      example: 'https://shop.example/storeworks/events',
    }),
    requestedBy: StoredText.meta({ description: 'Who requested the change', example: 'admin' }),
    requestedAt: Instant.describe('Time of the request'),
    expiresAt: Instant.describe('Until when the change can be approved'),
  })
  .meta({ id: 'WebhookPendingChange' });

export const WebhookEndpointResponse = z
  .object({
    ...endpointFields,
    url: StoredText.meta({
      description: 'Address that receives the events',
      example: 'https://shop.example/storeworks/events',
    }),
    eventTypes: z
      .array(StoredText)
      .max(maxEntries)
      .optional()
      .meta({
        description: 'Names of the delivered order events; absent for every order event',
        example: ['OrderPlaced', 'OrderShipped'],
      }),
    status: z
      .enum(['active', 'disabled', 'pending-verification'])
      .describe(
        '`active`; `pending-verification` until it echoes the challenge; or `disabled`: it responded 410, only failed ' +
          'for three days (PUT enables it), or awaits the approval of its creation',
      ),
    reason: endpointReason,
    disabledAt: Instant.optional().describe('When the endpoint was disabled'),
    failingSince: Instant.optional().describe('First failure since the last accepted event; absent if there is none'),
    lastFailure: StoredText.optional().meta({
      description: 'Error or HTTP status of the last failed attempt since then',
      example: 'timeout',
    }),
    createdAt: Instant.describe('Time of the creation'),
    secret: StoredText.optional().meta({
      description: 'Signing secret (Standard Webhooks), in the response to its creation or rotation only',
      example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    }),
    previousSecretsExpireAt: Instant.optional().describe(
      'Until then, requests are also signed with the secret before; absent if only one secret is valid',
    ),
    pendingChange: PendingChange.optional().describe('A change by staff that awaits the channel or a second person'),
  })
  .meta({ id: 'WebhookEndpoint' });
export type WebhookEndpointResponse = z.infer<typeof WebhookEndpointResponse>;

export const unknownEndpoint = { description: 'The channel has no such endpoint', schema: Problem };
export const notAChannel = {
  description: '`not-a-channel`: the caller is not this channel and may not act for it',
  schema: Problem,
};
