import * as z from 'zod';
import { Instant } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';

const EndpointId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'An endpoint id has 1 to 64 letters, digits, dashes or underscores');
const params = z.strictObject({ endpointId: EndpointId });
/** Staff may name the channel. @default the caller's own channel */
const channelQuery = { channel: z.string().min(1).max(64).optional() };
const query = z.strictObject(channelQuery);
const paging = {
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.string().max(1000).optional(),
};

const WebhookEndpointContent = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .refine((url) => !URL.canParse(url) || new URL(url).username + new URL(url).password === '', {
        message: 'A URL must not contain a user name or password; the signature authenticates the caller',
      }),
    /** Names of order events such as `OrderPlaced`; every order event if left out. */
    eventTypes: z
      .array(z.string().regex(/^[A-Z][A-Za-z]{1,63}$/))
      .min(1)
      .max(50)
      .optional(),
  })
  .meta({ id: 'WebhookEndpointContent' });

const WebhookEndpointResponse = z
  .object({
    endpointId: z.string(),
    channel: z.string(),
    url: z.string(),
    eventTypes: z.array(z.string()).optional(),
    status: z.enum(['active', 'disabled']),
    /** Why it is disabled. */
    reason: z.string().optional(),
    createdAt: Instant,
    /** Signing secret (Standard Webhooks), in the response to the creation only. */
    secret: z.string().optional(),
  })
  .meta({ id: 'WebhookEndpoint' });
export type WebhookEndpointResponse = z.infer<typeof WebhookEndpointResponse>;

const unknownEndpoint = { description: 'The channel has no such endpoint', schema: Problem };
const notAChannel = {
  description: '`not-a-channel`: the caller is not this channel and may not act for it',
  schema: Problem,
};

export const putWebhookEndpoint = defineRoute({
  method: 'PUT',
  path: '/webhooks/endpoints/{endpointId}',
  tag: 'Webhooks',
  summary: "Create, change or re-enable an endpoint for a channel's order events",
  scope: 'orders.write',
  params,
  query,
  body: WebhookEndpointContent,
  responses: {
    200: { description: 'Changed and active; the secret is unchanged', schema: WebhookEndpointResponse },
    201: { description: 'Created; the only response with the secret', schema: WebhookEndpointResponse },
    403: notAChannel,
    409: { description: '`too-many-endpoints`', schema: Problem },
    422: { description: 'Invalid content, or `url-refused`: not https, or not a public address', schema: Problem },
  },
});

export const listWebhookEndpoints = defineRoute({
  method: 'GET',
  path: '/webhooks/endpoints',
  tag: 'Webhooks',
  summary: 'List the endpoints of a channel',
  scope: 'orders.write',
  query,
  responses: {
    200: { description: 'All endpoints', schema: z.object({ endpoints: z.array(WebhookEndpointResponse) }) },
    403: notAChannel,
  },
});

export const getWebhookEndpoint = defineRoute({
  method: 'GET',
  path: '/webhooks/endpoints/{endpointId}',
  tag: 'Webhooks',
  summary: 'Read an endpoint',
  scope: 'orders.write',
  params,
  query,
  responses: {
    200: { description: 'The endpoint', schema: WebhookEndpointResponse },
    403: notAChannel,
    404: unknownEndpoint,
  },
});

export const deleteWebhookEndpoint = defineRoute({
  method: 'DELETE',
  path: '/webhooks/endpoints/{endpointId}',
  tag: 'Webhooks',
  summary: 'Delete an endpoint and drop its pending deliveries',
  scope: 'orders.write',
  params,
  query,
  responses: { 204: { description: 'Deleted, or unknown' }, 403: notAChannel },
});

export const DeliveryAttempt = z
  .object({
    at: Instant,
    milliseconds: z.int().nonnegative(),
    /** Status of the response, if there was one. */
    status: z.int().optional(),
    error: z.string().optional(),
  })
  .meta({ id: 'WebhookAttempt' });
export type DeliveryAttempt = z.infer<typeof DeliveryAttempt>;

const WebhookDelivery = z
  .object({
    eventId: z.string(),
    eventType: z.string(),
    orderId: z.string(),
    state: z.enum(['pending', 'delivered', 'dead']),
    reason: z.string().optional(),
    nextAttemptAt: Instant.optional(),
    attempts: z.array(DeliveryAttempt),
  })
  .meta({ id: 'WebhookDelivery' });

export const listWebhookDeliveries = defineRoute({
  method: 'GET',
  path: '/webhooks/endpoints/{endpointId}/deliveries',
  tag: 'Webhooks',
  summary: 'List the deliveries of the last 30 days, newest first: all, or the dead ones',
  scope: 'orders.write',
  params,
  query: z.strictObject({ ...channelQuery, ...paging, state: z.enum(['all', 'dead']).default('all') }),
  responses: {
    200: {
      description: 'A page',
      schema: z.object({ deliveries: z.array(WebhookDelivery), cursor: z.string().optional() }),
    },
    403: notAChannel,
    404: unknownEndpoint,
  },
});

export const postWebhookReplay = defineRoute({
  method: 'POST',
  path: '/webhooks/endpoints/{endpointId}/replays',
  tag: 'Webhooks',
  summary: 'Deliver the events of a period again: the dead deliveries, or all',
  scope: 'orders.write',
  params,
  query,
  body: z
    .strictObject({
      from: Instant,
      to: Instant,
      /** Also replay delivered and pending deliveries. */
      includeDelivered: z.boolean().default(false),
      /** Of the previous response, if the period has more deliveries than one call replays. */
      cursor: z.string().max(1000).optional(),
    })
    .refine(({ from, to }) => Date.parse(from) < Date.parse(to), {
      path: ['to'],
      message: '`to` must be after `from`',
    }),
  responses: {
    202: {
      description: 'Queued; with a cursor there are more deliveries to replay',
      schema: z.object({ replayed: z.int(), cursor: z.string().optional() }),
    },
    403: notAChannel,
    404: unknownEndpoint,
    409: { description: '`endpoint-disabled`: enable it with PUT first', schema: Problem },
  },
});
