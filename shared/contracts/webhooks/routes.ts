import * as z from 'zod';
import { Instant } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';
import { webhookEventTypes } from './event-types.ts';

const EndpointId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'An endpoint id has 1 to 64 letters, digits, dashes or underscores');
const params = z.strictObject({
  endpointId: EndpointId.meta({ description: 'Id of the endpoint, chosen by its channel', example: 'orders-to-erp' }),
});
/** Staff may name the channel. @default the caller's own channel */
const channelQuery = {
  channel: z.string().min(1).max(64).optional().meta({
    description: 'Channel of the endpoint, for staff. Default: the channel of the caller',
    example: 'storefront',
  }),
};
const query = z.strictObject(channelQuery);
const paging = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(50)
    .meta({ description: 'Largest number of deliveries of a page', example: 50 }),
  cursor: z
    .string()
    .max(1000)
    .optional()
    .meta({ description: '`cursor` of the previous page', example: 'eyJwayI6IkVORFBPSU5UIn0' }),
};

const WebhookEndpointContent = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .refine((url) => !URL.canParse(url) || new URL(url).username + new URL(url).password === '', {
        message: 'A URL must not contain a user name or password; the signature authenticates the caller',
      })
      .meta({
        description: 'Address that receives the events by POST: https, and public',
        example: 'https://shop.example/storeworks/events',
      }),
    eventTypes: z
      .array(z.enum(webhookEventTypes))
      .min(1)
      .max(50)
      .optional()
      .meta({
        description: 'Names of the order events to deliver. Default: every order event',
        example: ['OrderPlaced', 'OrderShipped'],
      }),
  })
  .meta({ id: 'WebhookEndpointContent' });

const WebhookEndpointResponse = z
  .object({
    endpointId: z.string().meta({ description: 'Id of the endpoint', example: 'orders-to-erp' }),
    channel: z.string().meta({ description: 'Channel whose order events are delivered', example: 'storefront' }),
    url: z
      .string()
      .meta({ description: 'Address that receives the events', example: 'https://shop.example/storeworks/events' }),
    eventTypes: z
      .array(z.string())
      .optional()
      .meta({
        description: 'Names of the delivered order events; absent for every order event',
        example: ['OrderPlaced', 'OrderShipped'],
      }),
    status: z
      .enum(['active', 'disabled'])
      .describe('`active`, or `disabled`: it responded 410, or only failed for three days. PUT enables it'),
    reason: z.string().optional().meta({
      description: 'Why the endpoint is disabled: `gone` (it responded 410) or `failing`',
      example: 'failing',
    }),
    disabledAt: Instant.optional().describe('When the endpoint was disabled'),
    failingSince: Instant.optional().describe('First failure since the last accepted event; absent if there is none'),
    lastFailure: z.string().optional().meta({
      description: 'Error or HTTP status of the last failed attempt since then',
      example: 'timeout',
    }),
    createdAt: Instant.describe('Time of the creation'),
    secret: z.string().optional().meta({
      description: 'Signing secret (Standard Webhooks), in the response to the creation only',
      example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    }),
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
    200: {
      description: 'All endpoints',
      schema: z.object({ endpoints: z.array(WebhookEndpointResponse).describe('The endpoints of the channel') }),
    },
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
    at: Instant.describe('Start of the attempt'),
    milliseconds: z.int().nonnegative().meta({ description: 'Duration of the attempt in milliseconds', example: 182 }),
    status: z
      .int()
      .optional()
      .meta({ description: 'HTTP status of the response; absent if there was none', example: 200 }),
    error: z.string().optional().meta({ description: 'Why there was no complete response', example: 'timeout' }),
  })
  .meta({ id: 'WebhookAttempt' });
export type DeliveryAttempt = z.infer<typeof DeliveryAttempt>;

const WebhookDelivery = z
  .object({
    eventId: z.string().meta({
      description: 'Id of the delivered event; also the `webhook-id` header',
      example: '01KB9ZQ4Y8T4V7C0M3J5R6N8PX',
    }),
    eventType: z.string().meta({ description: 'Name of the event', example: 'OrderPlaced' }),
    orderId: z.string().meta({ description: 'Order of the event', example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px' }),
    state: z
      .enum(['pending', 'delivered', 'dead'])
      .describe('`dead`: the endpoint did not accept the event within the maximum age'),
    reason: z
      .string()
      .optional()
      .meta({ description: 'Why the delivery is dead', example: 'Not accepted within a day' }),
    nextAttemptAt: Instant.optional().describe('Time of the next attempt of a pending delivery'),
    attempts: z.array(DeliveryAttempt).describe('The attempts, oldest first'),
  })
  .meta({ id: 'WebhookDelivery' });

export const listWebhookDeliveries = defineRoute({
  method: 'GET',
  path: '/webhooks/endpoints/{endpointId}/deliveries',
  tag: 'Webhooks',
  summary: 'List the deliveries of the last 30 days, newest first: all, or the dead ones',
  scope: 'orders.write',
  params,
  query: z.strictObject({
    ...channelQuery,
    ...paging,
    state: z.enum(['all', 'dead']).default('all').describe('`dead` lists only deliveries that can be replayed'),
  }),
  responses: {
    200: {
      description: 'A page',
      schema: z.object({
        deliveries: z.array(WebhookDelivery).describe('The deliveries, newest first'),
        cursor: z
          .string()
          .optional()
          .meta({ description: 'Requests the next page; absent on the last one', example: 'eyJwayI6IkVORFBPSU5UIn0' }),
      }),
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
      from: Instant.describe('Start of the period (inclusive), by the time of the event'),
      to: Instant.describe('End of the period (exclusive)'),
      includeDelivered: z.boolean().default(false).describe('Also replay delivered and pending deliveries'),
      cursor: z.string().max(1000).optional().meta({
        description: '`cursor` of the previous response, if the period has more deliveries than one call replays',
        example: 'eyJwayI6IkVORFBPSU5UIn0',
      }),
    })
    .refine(({ from, to }) => Date.parse(from) < Date.parse(to), {
      path: ['to'],
      message: '`to` must be after `from`',
    }),
  responses: {
    202: {
      description: 'Queued; with a cursor there are more deliveries to replay',
      schema: z.object({
        replayed: z.int().meta({ description: 'Number of deliveries queued by this call', example: 25 }),
        cursor: z.string().optional().meta({
          description: 'Send it to replay the rest of the period; absent if there is none',
          example: 'eyJwayI6IkVORFBPSU5UIn0',
        }),
      }),
    },
    403: notAChannel,
    404: unknownEndpoint,
    409: { description: '`endpoint-disabled`: enable it with PUT first', schema: Problem },
  },
});
