import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { CallerId, Instant } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';
import { requestsOfBatch } from '../../orders/request-weight.ts';

/** A larger batch gets response 413. */
export const maxOrdersPerBatch = 100;

/** RFC 7240: with `respond-async` the client gets 202 and reads `Location` later. Other preferences are ignored. */
export const Preferences = z.object({
  prefer: z.string().max(1000).optional().meta({
    description: '`respond-async` queues the order: the response is 202, and the order is decided later (RFC 7240)',
    example: 'respond-async',
  }),
});
export const prefersAsync = ({ prefer = '' }: z.infer<typeof Preferences>): boolean =>
  /(^|,)\s*respond-async\s*(;|,|$)/i.test(prefer);

export const AcceptedOrder = z
  .object({
    orderId: StoredText.meta({ description: 'Id of the order', example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px' }),
    status: z.literal('accepted').describe('The order is queued'),
  })
  .meta({ id: 'AcceptedOrder' });

/** A queued order: accepted and not yet decided, or refused. Once it is placed, the order itself is returned. */
export const QueuedOrderResponse = z
  .object({
    orderId: StoredText.meta({ description: 'Id of the order', example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px' }),
    externalOrderId: StoredText.meta({ description: 'Id of the order in its channel', example: 'web-100042' }),
    channel: StoredText.meta({ description: 'Channel of the order', example: 'storefront' }),
    status: z.enum(['accepted', 'refused']).describe('`accepted` until it is decided'),
    acceptedAt: Instant.describe('Time at which the order was queued'),
    problem: Problem.optional().describe('Why the order was refused'),
  })
  .meta({ id: 'QueuedOrder' });
export type QueuedOrderResponse = z.infer<typeof QueuedOrderResponse>;

const BatchResult = z
  .object({
    externalOrderId: CallerId.optional().describe('Id of the order in its channel; absent if it is not valid'),
    orderId: StoredText.optional().meta({
      description: 'Id of the order; absent if it was refused',
      example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px',
    }),
    status: z
      .enum(['accepted', 'placed', 'refused'])
      .describe('`placed`: the same order was sent and placed before. `refused`: nothing was written, see `problem`'),
    location: StoredText.optional().meta({
      description: 'Path of the order',
      example: '/orders/ord_01kb9zq4y8t4v7c0m3j5r6n8px',
    }),
    problem: Problem.optional().describe('Why the order was refused; with its first ten invalid fields'),
  })
  .meta({ id: 'OrderBatchResult' });
export type BatchResult = z.infer<typeof BatchResult>;

export const placeOrders = defineRoute({
  method: 'POST',
  path: '/orders/batch',
  tag: 'Orders',
  summary: 'Queue up to 100 orders; each has its own result',
  scope: 'orders.write',
  // Each order is parsed separately as `OrderContent`, so that an invalid order does not affect the others.
  body: z.strictObject({
    orders: z
      .array(z.unknown())

      .min(1)
      .meta({
        maxItems: maxOrdersPerBatch,
        description: 'The orders, each as in `POST /orders`',
        example: [{ externalOrderId: 'web-100042' }],
      }),
  }),
  checksTexts: true,
  requestsOf: requestsOfBatch,
  // A Lambda function receives at most 6 MB.
  maxBodyBytes: 5 * 1_048_576,
  responses: {
    202: {
      description: 'A result for each order, in the order of the request; read an accepted order at its `location`',
      schema: z.object({
        results: z.array(BatchResult).max(maxEntries).describe('A result for each order, in the order of the request'),
      }),
    },
    403: { description: '`not-a-channel`: the client is not a channel that places orders', schema: Problem },
    413: { description: 'More than 100 orders', schema: Problem },
    422: { description: 'Invalid content', schema: Problem },
    429: {
      description:
        '`too-many-queued-orders`: the channel has as many as its quota allows; `too-many-requests`: each order counts as a request',
      schema: Problem,
    },
    503: { description: '`busy`: send the same orders again', schema: Problem },
  },
});
