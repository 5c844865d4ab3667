import * as z from 'zod';
import { CallerId, Instant } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';

/** A larger batch gets response 413. */
export const maxOrdersPerBatch = 100;

/** RFC 7240: with `respond-async` the client gets 202 and reads `Location` later. Other preferences are ignored. */
export const Preferences = z.object({ prefer: z.string().max(1000).optional() });
export const prefersAsync = ({ prefer = '' }: z.infer<typeof Preferences>): boolean =>
  /(^|,)\s*respond-async\s*(;|,|$)/i.test(prefer);

export const AcceptedOrder = z
  .object({ orderId: z.string(), status: z.literal('accepted') })
  .meta({ id: 'AcceptedOrder' });

/** A queued order: accepted and not yet decided, or refused. Once it is placed, the order itself is returned. */
export const QueuedOrderResponse = z
  .object({
    orderId: z.string(),
    externalOrderId: z.string(),
    channel: z.string(),
    status: z.enum(['accepted', 'refused']),
    acceptedAt: Instant,
    problem: Problem.optional(),
  })
  .meta({ id: 'QueuedOrder' });
export type QueuedOrderResponse = z.infer<typeof QueuedOrderResponse>;

const BatchResult = z
  .object({
    externalOrderId: CallerId.optional(),
    orderId: z.string().optional(),
    /** `placed`: the same order was sent and placed before. `refused`: nothing was written, see `problem`. */
    status: z.enum(['accepted', 'placed', 'refused']),
    location: z.string().optional(),
    problem: Problem.optional(),
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
  body: z.strictObject({ orders: z.array(z.unknown()).min(1) }),
  // A Lambda function receives at most 6 MB.
  maxBodyBytes: 5 * 1_048_576,
  responses: {
    202: {
      description: 'A result for each order, in the order of the request; read an accepted order at its `location`',
      schema: z.object({ results: z.array(BatchResult) }),
    },
    403: { description: '`not-a-channel`: the client is not a channel that places orders', schema: Problem },
    413: { description: 'More than 100 orders', schema: Problem },
    422: { description: 'Invalid content', schema: Problem },
    503: { description: '`busy`: send the same orders again', schema: Problem },
  },
});
