import * as z from 'zod';
import { Instant } from '../../names.ts';
import { RefundStatus } from './status.ts';
import { defineRoute } from '../define-route.ts';
import { OrderParams } from '../orders/routes.ts';
import { Problem } from '../problem.ts';

import { RefundReason, RefundContent, Refundable, RefundResponse, Text, wanted, Satisfaction } from './refund-content.ts';

export const RefundParams = z.strictObject({ refundId: z.string().regex(/^ref_[0-9a-z]{26}$/, 'Not a refund id') });
const unknownRefund = { description: 'There is no such refund in the caller’s sight', schema: Problem };
const busy = { description: '`busy`: nothing was done; the same may be sent again', schema: Problem };
const illegal = { description: '`illegal-transition` with the `currentStatus`', schema: Problem };

export const getRefundable = defineRoute({
  method: 'GET',
  path: '/orders/{orderId}/refundable',
  tag: 'Refunds',
  summary: 'What of an order can be refunded, and which rule would decide',
  scope: 'orders.read',
  params: OrderParams,
  responses: {
    200: { description: 'The pots as they stand', schema: Refundable },
    404: { description: 'Unknown order', schema: Problem },
  },
});

export const requestRefund = defineRoute({
  method: 'POST',
  path: '/refunds',
  tag: 'Refunds',
  summary: 'Ask for a refund; the policy decides at once or names who must',
  scope: 'refunds.request',
  body: RefundContent,
  responses: {
    200: {
      description: 'The same again, with `Idempotent-Replayed: true`: the refund as it is now',
      schema: RefundResponse,
    },
    201: { description: 'Requested: its money is set aside, or its rule refused it', schema: RefundResponse },
    404: { description: 'Unknown order', schema: Problem },
    409: {
      description:
        '`not-refundable` with `pots: [{ pot, requestedMinor, refundableMinor }]`; `out-of-stock` of a replacement, with `lines: [{ sku, requested, available }]`; `chargeback-open`; `refund-conflict`: the request id was used for something else',
      schema: Problem,
    },
    422: {
      description: 'Invalid content, a line or charge that is not the order’s, or a replacement not sold so',
      schema: Problem,
    },
    503: busy,
  },
});

export const RefundDecision = z
  .strictObject({ decision: z.enum(['approve', 'reject']), comment: Text(1000).optional() })
  .meta({ id: 'RefundDecision' });

export const decideRefund = defineRoute({
  method: 'POST',
  path: '/refunds/{refundId}/decisions',
  tag: 'Refunds',
  summary: 'Approve or reject a refund',
  scope: 'refunds.decide',
  params: RefundParams,
  body: RefundDecision,
  responses: {
    200: {
      description: 'The refund as it is now; with `Idempotent-Replayed: true` if the caller decided so before',
      schema: RefundResponse,
    },
    403: {
      description: '`own-request`, `same-department`, `above-limit`, `no-limit`: another person must',
      schema: Problem,
    },
    404: unknownRefund,
    409: illegal,
    422: { description: 'Invalid content', schema: Problem },
    503: busy,
  },
});

export const withdrawRefund = defineRoute({
  method: 'POST',
  path: '/refunds/{refundId}/withdrawal',
  tag: 'Refunds',
  summary: 'Take a request back before it is paid',
  scope: 'refunds.request',
  params: RefundParams,
  body: z.strictObject({ reason: Text(500) }).meta({ id: 'RefundWithdrawal' }),
  responses: {
    200: { description: 'The refund as it is now', schema: RefundResponse },
    404: unknownRefund,
    409: illegal,
    422: { description: 'Invalid content', schema: Problem },
    503: busy,
  },
});

export const amendRefund = defineRoute({
  method: 'PUT',
  path: '/refunds/{refundId}',
  tag: 'Refunds',
  summary: 'Change a request that waits; earlier approvals are void',
  scope: 'refunds.request',
  params: RefundParams,
  body: z.strictObject({ reason: RefundReason, ...wanted }).meta({ id: 'RefundAmendment' }),
  responses: {
    200: { description: 'The refund as it is now', schema: RefundResponse },
    404: unknownRefund,
    409: { description: '`illegal-transition`, `not-refundable`, `out-of-stock`, `chargeback-open`', schema: Problem },
    422: { description: 'Invalid content', schema: Problem },
    503: busy,
  },
});

export const settleRefund = defineRoute({
  method: 'POST',
  path: '/refunds/{refundId}/payout',
  tag: 'Refunds',
  summary: 'After a failed payout: pay again, or turn it into store credit',
  scope: 'refunds.decide',
  params: RefundParams,
  body: z
    .strictObject({ action: z.enum(['retry', 'store-credit']), reason: Text(500).optional() })
    .meta({ id: 'RefundPayout' }),
  responses: {
    200: { description: 'The refund as it is now', schema: RefundResponse },
    404: unknownRefund,
    409: { description: '`illegal-transition`, `not-refundable`, `chargeback-open`', schema: Problem },
    422: { description: 'Invalid content', schema: Problem },
    503: busy,
  },
});

export const rateRefund = defineRoute({
  method: 'POST',
  path: '/refunds/{refundId}/satisfaction',
  tag: 'Refunds',
  summary: 'The customer’s answer to how it was, once the case is closed; their channel hands it on',
  scope: 'orders.write',
  params: RefundParams,
  body: Satisfaction,
  responses: {
    200: { description: 'The refund as it is now', schema: RefundResponse },
    404: unknownRefund,
    409: { description: '`already-rated` otherwise; `illegal-transition` before the end', schema: Problem },
    422: { description: 'Invalid content', schema: Problem },
    503: busy,
  },
});

export const getRefund = defineRoute({
  method: 'GET',
  path: '/refunds/{refundId}',
  tag: 'Refunds',
  summary: 'Read a refund',
  scope: 'orders.read',
  params: RefundParams,
  responses: { 200: { description: 'The refund as it is now', schema: RefundResponse }, 404: unknownRefund },
});

export const getRefundTimeline = defineRoute({
  method: 'GET',
  path: '/refunds/{refundId}/timeline',
  tag: 'Refunds',
  summary: 'What happened to a refund, oldest first, as its customer may read it',
  scope: 'orders.read',
  params: RefundParams,
  responses: {
    200: {
      description: 'Where it is, until when it is decided if it waits, and the steps to there',
      schema: z.object({
        status: RefundStatus,
        deadlineAt: Instant.optional(),
        events: z.array(z.object({ eventId: z.string(), type: z.string(), occurredAt: Instant, text: z.string() })),
      }),
    },
    404: unknownRefund,
  },
});

export const findRefunds = defineRoute({
  method: 'GET',
  path: '/refunds',
  tag: 'Refunds',
  summary: 'Find refunds by status or order, the newest first',
  scope: 'orders.read',
  query: z
    .strictObject({
      status: RefundStatus.optional(),
      orderId: z.string().max(64).optional(),
      limit: z.coerce.number().int().min(1).max(100).default(50),
      cursor: z.string().max(1000).optional(),
    })
    .refine(({ status, orderId }) => (status === undefined) !== (orderId === undefined), 'One of status and orderId'),
  responses: {
    200: {
      description: 'A page; the next one with its `cursor`',
      schema: z.object({ refunds: z.array(RefundResponse), cursor: z.string().optional() }),
    },
    400: { description: 'A parameter is not valid', schema: Problem },
  },
});
