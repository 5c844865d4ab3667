import * as z from 'zod';
import { maxEntries } from '../bounds.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';
import { webhookEventTypes } from './event-types.ts';
import { notAChannel, params, query, unknownEndpoint, WebhookEndpointResponse } from './endpoint.ts';

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
    201: { description: 'Created; the response has the secret', schema: WebhookEndpointResponse },
    202: {
      description: 'Staff created or redirected an endpoint of a channel: it awaits the channel or a second person',
      schema: WebhookEndpointResponse,
    },
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
      schema: z.object({
        endpoints: z.array(WebhookEndpointResponse).max(maxEntries).describe('The endpoints of the channel'),
      }),
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
