import * as z from 'zod';
import { CallerId, Instant } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';

/** More than this in one body is answered 413. */
export const maxOrdersPerBatch = 100;

/** RFC 7240: the caller takes 202 and looks at `Location` later. Other preferences are ignored, as it says. */
export const Preferences = z.object({ prefer: z.string().max(1000).optional() });
export const prefersAsync = ({ prefer = '' }: z.infer<typeof Preferences>): boolean =>
  /(^|,)\s*respond-async\s*(;|,|$)/i.test(prefer);

export const AcceptedOrder = z
  .object({ orderId: z.string(), status: z.literal('accepted') })
  .meta({ id: 'AcceptedOrder' });

/** An order on the queue: not decided yet, or refused, and why. Once it is placed, the order is in its place. */
export const QueuedOrderAnswer = z
  .object({
    orderId: z.string(),
    externalOrderId: z.string(),
    channel: z.string(),
    status: z.enum(['accepted', 'refused']),
    acceptedAt: Instant,
    problem: Problem.optional(),
  })
  .meta({ id: 'QueuedOrder' });
export type QueuedOrderAnswer = z.infer<typeof QueuedOrderAnswer>;

const BatchResult = z
  .object({
    externalOrderId: CallerId.optional(),
    orderId: z.string().optional(),
    /** `placed`: the same order was sent before and is placed. `refused`: nothing was done, see `problem`. */
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
  summary: 'Queue up to 100 orders; each is answered by itself',
  scope: 'orders.write',
  // Each order is checked by itself, as `OrderContent`, so that one bad order does not refuse its neighbours.
  body: z.strictObject({ orders: z.array(z.unknown()).min(1) }),
  // API Gateway hands a function at most 6 MB.
  maxBodyBytes: 5 * 1_048_576,
  responses: {
    202: {
      description: 'A result for each order, in the order of the request; what is accepted is at its `location`',
      schema: z.object({ results: z.array(BatchResult) }),
    },
    403: { description: '`not-a-channel`: the caller places no orders', schema: Problem },
    413: { description: 'More than 100 orders', schema: Problem },
    422: { description: 'Invalid content', schema: Problem },
    503: { description: '`busy`: the same orders may be sent again', schema: Problem },
  },
});
