import * as z from 'zod';
import { Instant } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';

const EndpointId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'An endpoint id has 1 to 64 letters, digits, dashes or underscores');
const params = z.strictObject({ endpointId: EndpointId });
/** Staff may name the channel; everybody else means their own. */
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
        message: 'No user name or password in the URL; the signature tells who calls',
      }),
    /** Names of order events such as `OrderPlaced`; every order event if left out. */
    eventTypes: z
      .array(z.string().regex(/^[A-Z][A-Za-z]{1,63}$/))
      .min(1)
      .max(50)
      .optional(),
  })
  .meta({ id: 'WebhookEndpointContent' });

const WebhookEndpointAnswer = z
  .object({
    endpointId: z.string(),
    channel: z.string(),
    url: z.string(),
    eventTypes: z.array(z.string()).optional(),
    status: z.enum(['active', 'disabled']),
    /** Why it is disabled. */
    reason: z.string().optional(),
    createdAt: Instant,
    /** Signing secret (Standard Webhooks), in the answer to the creation only. */
    secret: z.string().optional(),
  })
  .meta({ id: 'WebhookEndpoint' });
export type WebhookEndpointAnswer = z.infer<typeof WebhookEndpointAnswer>;

const unknownEndpoint = { description: 'The channel has no such endpoint', schema: Problem };
const notAChannel = { description: '`not-a-channel`: the caller places no orders', schema: Problem };

export const putWebhookEndpoint = defineRoute({
  method: 'PUT',
  path: '/webhooks/endpoints/{endpointId}',
  tag: 'Webhooks',
  summary: "Set up, change or re-enable an endpoint that is told of a channel's order events",
  scope: 'orders.write',
  params,
  query,
  body: WebhookEndpointContent,
  responses: {
    200: { description: 'Changed, active again; the secret stays', schema: WebhookEndpointAnswer },
    201: { description: 'Set up; the only answer with the secret', schema: WebhookEndpointAnswer },
    403: notAChannel,
    409: { description: '`too-many-endpoints`', schema: Problem },
    422: { description: 'Invalid content, or `url-refused`: not https, or not a public address', schema: Problem },
  },
});

export const listWebhookEndpoints = defineRoute({
  method: 'GET',
  path: '/webhooks/endpoints',
  tag: 'Webhooks',
  summary: 'Endpoints of a channel',
  scope: 'orders.write',
  query,
  responses: {
    200: { description: 'All of them', schema: z.object({ endpoints: z.array(WebhookEndpointAnswer) }) },
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
    200: { description: 'The endpoint', schema: WebhookEndpointAnswer },
    403: notAChannel,
    404: unknownEndpoint,
  },
});

export const deleteWebhookEndpoint = defineRoute({
  method: 'DELETE',
  path: '/webhooks/endpoints/{endpointId}',
  tag: 'Webhooks',
  summary: 'Delete an endpoint; what is on its way to it is dropped',
  scope: 'orders.write',
  params,
  query,
  responses: { 204: { description: 'Deleted, or not there' }, 403: notAChannel },
});

export const DeliveryAttempt = z
  .object({
    at: Instant,
    milliseconds: z.int().nonnegative(),
    /** The answer's status, if there was one. */
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
  summary: 'Attempted deliveries of the last 30 days, newest first, or the dead letters among them',
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
  summary: 'Deliver again what was recorded in a span of time: the dead letters, or everything',
  scope: 'orders.write',
  params,
  query,
  body: z
    .strictObject({
      from: Instant,
      to: Instant,
      /** Also what was delivered or is still being tried. */
      includeDelivered: z.boolean().default(false),
      /** Of the answer before, where a span held more than one call replays. */
      cursor: z.string().max(1000).optional(),
    })
    .refine(({ from, to }) => Date.parse(from) < Date.parse(to), {
      path: ['to'],
      message: 'A span ends after it begins',
    }),
  responses: {
    202: {
      description: 'On their way; with a cursor there are more, to be asked for with it',
      schema: z.object({ replayed: z.int(), cursor: z.string().optional() }),
    },
    403: notAChannel,
    404: unknownEndpoint,
    409: { description: '`endpoint-disabled`: PUT it first', schema: Problem },
  },
});
