import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { Instant, SentInstant } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { nextCursor, pageParameters } from '../list-query.ts';
import { Problem } from '../problem.ts';
import { channelQuery, deadReason, notAChannel, params, query, unknownEndpoint } from './endpoint.ts';

export const DeliveryAttempt = z
  .object({
    at: Instant.describe('Start of the attempt'),
    milliseconds: z.int().nonnegative().meta({ description: 'Duration of the attempt in milliseconds', example: 182 }),
    status: z
      .int()
      .optional()
      .meta({ description: 'HTTP status of the response; absent if there was none', example: 200 }),
    error: StoredText.optional().meta({ description: 'Why there was no complete response', example: 'timeout' }),
  })
  .meta({ id: 'WebhookAttempt' });
export type DeliveryAttempt = z.infer<typeof DeliveryAttempt>;

const WebhookDelivery = z
  .object({
    eventId: StoredText.meta({
      description: 'Id of the delivered event; also the `webhook-id` header',
      example: '01KB9ZQ4Y8T4V7C0M3J5R6N8PX',
    }),
    eventType: StoredText.meta({ description: 'Name of the event', example: 'OrderPlaced' }),
    orderId: StoredText.meta({ description: 'Order of the event', example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px' }),
    state: z
      .enum(['pending', 'delivered', 'dead'])
      .describe('`dead`: the endpoint did not accept the event within the maximum age'),
    reason: deadReason.optional(),
    nextAttemptAt: Instant.optional().describe('Time of the next attempt of a pending delivery'),
    attempts: z.array(DeliveryAttempt).max(maxEntries).describe('The attempts, oldest first'),
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
    ...pageParameters,
    state: z.enum(['all', 'dead']).default('all').describe('`dead` lists only deliveries that can be replayed'),
  }),
  responses: {
    200: {
      description: 'A page',
      schema: z.object({
        deliveries: z.array(WebhookDelivery).max(maxEntries).describe('The deliveries, newest first'),
        cursor: nextCursor,
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
      from: SentInstant.describe('Start of the period (inclusive), by the time of the event'),
      to: SentInstant.describe('End of the period (exclusive)'),
      includeDelivered: z.boolean().default(false).describe('Also replay delivered and pending deliveries'),
      cursor: pageParameters.cursor.meta({
        description: '`cursor` of the response before, if the period has more deliveries than one call replays',
        example: 'q3Zk0dJ7…',
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
        cursor: nextCursor.meta({
          description: 'Send it to replay the rest of the period; absent if there is none',
          example: 'q3Zk0dJ7…',
        }),
      }),
    },
    403: notAChannel,
    404: unknownEndpoint,
    409: { description: '`endpoint-disabled`: enable it with PUT first', schema: Problem },
  },
});
