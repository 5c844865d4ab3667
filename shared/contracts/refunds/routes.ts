import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { Instant } from '../../names.ts';
import { RefundStatus } from './status.ts';
import { defineRoute } from '../define-route.ts';
import { nextCursor, pageParameters, severalOf, timeRangeParameters } from '../list-query.ts';
import { OrderParams } from '../orders/routes.ts';
import { Problem } from '../problem.ts';

import { RefundReason, RefundContent, Text, requestedFields } from './refund-content.ts';
import { Refundable } from './refundable.ts';
import { RefundResponse, Satisfaction } from './refund-response.ts';

export const RefundParams = z.strictObject({
  refundId: z
    .string()
    .regex(/^ref_[0-9a-z]{26}$/, 'Not a refund id')
    .meta({ description: 'Id of the refund', example: 'ref_01kb9zq4y8t4v7c0m3j5r6n8px' }),
});
const unknownRefund = { description: 'No such refund is visible to the caller', schema: Problem };
const busy = { description: '`busy`: nothing was changed; repeat the request', schema: Problem };
const illegal = { description: '`illegal-transition` with the `currentStatus`', schema: Problem };

export const getRefundable = defineRoute({
  method: 'GET',
  path: '/orders/{orderId}/refundable',
  tag: 'Refunds',
  summary: 'Read the refundable amounts of an order and the policy rule that would decide',
  scope: 'orders.read',
  params: OrderParams,
  responses: {
    200: { description: 'The refundable components of the order', schema: Refundable },
    404: { description: 'Unknown order', schema: Problem },
  },
});

export const requestRefund = defineRoute({
  method: 'POST',
  path: '/refunds',
  tag: 'Refunds',
  summary: 'Request a refund. The policy decides at once or requires approvals',
  scope: 'refunds.request',
  body: RefundContent,
  responses: {
    200: {
      description: 'A repeated request, with `Idempotent-Replayed: true`: the current refund',
      schema: RefundResponse,
    },
    201: {
      description: 'Requested: the amount is reserved, or the policy rejected the request',
      schema: RefundResponse,
    },
    404: { description: 'Unknown order', schema: Problem },
    409: {
      description:
        '`not-refundable` with `pots: [{ pot, requestedMinor, refundableMinor }]`; `out-of-stock` for a replacement, with `lines: [{ sku, requested, available }]`; `chargeback-open`; `refund-conflict`: the request id was used with other content',
      schema: Problem,
    },
    422: {
      description: 'Invalid content, an unknown line or charge, or a replacement that is not sold in this currency',
      schema: Problem,
    },
    503: busy,
  },
});

export const RefundDecision = z
  .strictObject({
    decision: z.enum(['approve', 'reject']).describe('The decision'),
    comment: Text(1000)
      .optional()
      .meta({ description: 'Comment for the colleagues', example: 'Agreed with the customer by phone' }),
  })
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
      description: 'The current refund; with `Idempotent-Replayed: true` if the caller made the same decision before',
      schema: RefundResponse,
    },
    403: {
      description: '`own-request`, `same-department`, `above-limit`, `no-limit`: another person must decide',
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
  summary: 'Withdraw a refund before its payout',
  scope: 'refunds.request',
  params: RefundParams,
  body: z
    .strictObject({
      reason: Text(500).meta({ description: 'Why the refund is withdrawn', example: 'The customer keeps the goods' }),
    })
    .meta({ id: 'RefundWithdrawal' }),
  responses: {
    200: { description: 'The current refund', schema: RefundResponse },
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
  summary: 'Change a request before its decision. Earlier approvals are void',
  scope: 'refunds.request',
  params: RefundParams,
  body: z
    .strictObject({
      reason: RefundReason.meta({
        description:
          'Reason code; one of the store’s list, if it has one (`/settings/reasons`). The rules of the policy refer to it',
        example: 'damaged',
      }),
      ...requestedFields,
    })
    .meta({ id: 'RefundAmendment' }),
  responses: {
    200: { description: 'The current refund', schema: RefundResponse },
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
  summary: 'Settle a failed payout: pay again, or give store credit',
  scope: 'refunds.decide',
  params: RefundParams,
  body: z
    .strictObject({
      action: z
        .enum(['retry', 'store-credit'])
        .describe('`retry` pays again; `store-credit` gives the amount as store credit'),
      reason: Text(500).optional().meta({ description: 'Why this was chosen', example: 'The card is closed' }),
    })
    .meta({ id: 'RefundPayout' }),
  responses: {
    200: { description: 'The current refund', schema: RefundResponse },
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
  summary: 'Record the customer’s rating after the case was closed; sent by their channel',
  scope: 'orders.write',
  params: RefundParams,
  body: Satisfaction,
  responses: {
    200: { description: 'The current refund', schema: RefundResponse },
    404: unknownRefund,
    409: {
      description: '`already-rated`: with another rating; `illegal-transition`: the case is not closed',
      schema: Problem,
    },
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
  responses: { 200: { description: 'The current refund', schema: RefundResponse }, 404: unknownRefund },
});

export const getRefundTimeline = defineRoute({
  method: 'GET',
  path: '/refunds/{refundId}/timeline',
  tag: 'Refunds',
  summary: 'Read the history of a refund for its customer, the oldest event first',
  scope: 'orders.read',
  params: RefundParams,
  responses: {
    200: {
      description: 'The status, the deadline if there is one, and the events',
      schema: z.object({
        status: RefundStatus.describe('Status of the refund'),
        deadlineAt: Instant.optional().describe('Deadline of the decision or of the return'),
        events: z
          .array(
            z.object({
              eventId: StoredText.meta({ description: 'Id of the event', example: '01KB9ZQ4Y8T4V7C0M3J5R6N8PX' }),
              type: StoredText.meta({ description: 'Name of the event', example: 'RefundApproved' }),
              occurredAt: Instant.describe('Time of the event'),
              text: StoredText.meta({
                description: 'What happened, as the customer may read it',
                example: 'The refund was approved',
              }),
            }),
          )
          .max(maxEntries)
          .describe('The events, oldest first'),
      }),
    },
    404: unknownRefund,
  },
});

export const findRefunds = defineRoute({
  method: 'GET',
  path: '/refunds',
  tag: 'Refunds',
  summary: 'Find refunds by status, awaited decision, order and time of request, the newest first',
  scope: 'orders.read',
  query: z.strictObject({
    status: severalOf(RefundStatus.options, { description: 'Status of the refund', example: 'paying,paid' }).optional(),
    awaiting: Text(64).optional().meta({
      description:
        'Refunds that wait for an approval that this department may give: within its limit of the policy in force, and without an approval of it. Valid values are the departments with a limit',
      example: 'finance',
    }),
    orderId: z.string().max(64).optional().meta({
      description: 'Refunds of this order only',
      example: 'ord_0k3jd8s2m4n6p8q0r2t4v6x8z0',
    }),
    ...timeRangeParameters('the refund was requested'),
    ...pageParameters,
  }),
  responses: {
    200: {
      description: 'A page; `cursor` requests the next one',
      schema: z.object({
        refunds: z.array(RefundResponse).max(maxEntries).meta({ description: 'Refunds, the newest first' }),
        cursor: nextCursor,
      }),
    },
    400: {
      description:
        '`invalid-parameter` with the valid values and the closest one; `invalid-cursor`: it belongs to another query',
      schema: Problem,
    },
  },
});
