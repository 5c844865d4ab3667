import * as z from 'zod';
import { CallerId, Instant, PathId } from '../../names.ts';
import { PaymentEvent } from '../../payments/payment.ts';
import { defineRoute } from '../define-route.ts';
import { OrderResponse, OrderParams } from './routes.ts';
import { Problem } from '../problem.ts';

export const Text = (max: number) => z.string().trim().min(1).max(max);

/** Units of lines, each line at most once. */
export const Lines = (minUnits: 0 | 1) =>
  z
    .array(z.strictObject({ lineId: Text(40), quantity: z.int().min(minUnits).max(1_000_000) }))
    .min(1)
    .max(1000)
    .refine((lines) => new Set(lines.map(({ lineId }) => lineId)).size === lines.length, 'A line is named twice');

export const refusals = {
  404: { description: 'Unknown order', schema: Problem },
  409: {
    description:
      '`illegal-transition` with the `currentStatus`, and the `holdReasons` of a held order; or the id was used for other content',
    schema: Problem,
  },
  422: { description: 'Invalid content', schema: Problem },
  503: { description: '`busy`: nothing was changed; send the request again', schema: Problem },
};
export const replayed = 'A repeated request has `Idempotent-Replayed: true` and the current order';

/** Headers of a command that may name the order version it applies to. */
export const ifMatchHeaders = z.object({
  'if-match': z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'The `ETag` of an order version; another version is not changed' }),
});
export const staleResponse = {
  412: { description: '`order-changed`: the order has changed since the version of `If-Match`', schema: Problem },
};

export const Cancellation = z
  .strictObject({ requestId: CallerId, reason: Text(500), lines: Lines(1).optional() })
  .meta({ id: 'Cancellation' });
export type Cancellation = z.infer<typeof Cancellation>;

export const cancelOrder = defineRoute({
  method: 'POST',
  path: '/orders/{orderId}/cancellation',
  tag: 'Orders',
  summary: 'Cancel an order, or units of its lines, and release their stock',
  scope: 'orders.write',
  params: OrderParams,
  body: Cancellation,
  responses: {
    200: { description: `The current order. ${replayed}`, schema: OrderResponse },
    ...refusals,
    409: {
      description:
        '`illegal-transition` with the `currentStatus`, and the `cancellableLines` of a partly shipped order; `too-many-units` with the open units of each of the `lines`; or the id was used for other content',
      schema: Problem,
    },
  },
});

export const allocateOrder = defineRoute({
  method: 'POST',
  path: '/orders/{orderId}/allocation',
  tag: 'Orders',
  summary: 'Record that the warehouse starts picking an order',
  scope: 'stock.write',
  params: OrderParams,
  responses: { 200: { description: 'The current order', schema: OrderResponse }, ...refusals },
});

export const ShipmentContent = z
  .strictObject({
    shipmentId: PathId,
    lines: Lines(1),
    carrier: Text(100).optional(),
    trackingNumber: Text(200).optional(),
    shippedAt: Instant.optional().meta({
      description: 'When the shipment left the warehouse: from the placement of the order to now. Now by default.',
      example: '2026-11-27T16:00:00Z',
    }),
  })
  .meta({ id: 'ShipmentContent' });
export type ShipmentContent = z.infer<typeof ShipmentContent>;

export const shipOrder = defineRoute({
  method: 'POST',
  path: '/orders/{orderId}/shipments',
  tag: 'Orders',
  summary: 'Record a shipment of units of an order',
  scope: 'stock.write',
  params: OrderParams,
  body: ShipmentContent,
  responses: {
    200: { description: replayed, schema: OrderResponse },
    201: { description: 'Recorded; the current order', schema: OrderResponse },
    ...refusals,
    409: {
      description:
        '`refund-pending`: some of the units are refunded, or their refund is requested; with the `shippable` units of each of the `lines`, and the `refunds` with their units. `illegal-transition` with the `currentStatus`, and the `holdReasons` of a held order; `too-many-units` with the open units of each of the `lines`; or the id was used for another shipment',
      schema: Problem,
    },
  },
});

const Delivery = z
  .strictObject({
    deliveredAt: Instant.optional().meta({
      description: 'When the shipment arrived, from the time of shipment to now. Now by default.',
      example: '2026-11-28T10:30:00Z',
    }),
  })
  .default({})
  .meta({ description: 'May be omitted.' });

export const deliverShipment = defineRoute({
  method: 'POST',
  path: '/orders/{orderId}/shipments/{shipmentId}/delivery',
  tag: 'Orders',
  summary: 'Record the delivery of a shipment',
  scope: 'stock.write',
  params: OrderParams.extend({ shipmentId: CallerId }),
  body: Delivery,
  responses: {
    200: { description: `The current order. ${replayed}`, schema: OrderResponse },
    ...refusals,
    422: {
      description: '`delivered-before-shipped` or `delivered-in-future`, with the possible times; or invalid content',
      schema: Problem,
    },
  },
});

const DeliveryCorrection = z
  .strictObject({
    deliveredAt: Instant.meta({
      description: 'The right time of delivery, from the time of shipment to now.',
      example: '2026-11-28T10:30:00Z',
    }),
    reason: Text(500).meta({
      description: 'Why the time is corrected; part of the order’s timeline.',
      example: 'The year was mistyped',
    }),
  })
  .meta({ id: 'DeliveryCorrection' });

export const correctDelivery = defineRoute({
  method: 'PUT',
  path: '/orders/{orderId}/shipments/{shipmentId}/delivery',
  tag: 'Orders',
  summary: 'Correct the time of a recorded delivery, and with it the return window; staff only',
  scope: 'orders.write',
  params: OrderParams.extend({ shipmentId: CallerId }),
  headers: ifMatchHeaders,
  body: DeliveryCorrection,
  responses: {
    200: {
      description: `The current order; a completed one is \`delivered\` again until its new return window ends. ${replayed}`,
      schema: OrderResponse,
    },
    403: { description: '`not-staff`: the caller may not correct deliveries', schema: Problem },
    ...refusals,
    409: { description: '`not-delivered`: the shipment has no delivery to correct', schema: Problem },
    422: {
      description: '`delivered-before-shipped` or `delivered-in-future`, with the possible times; or invalid content',
      schema: Problem,
    },
    ...staleResponse,
  },
});

const Review = z.strictObject({ decision: z.enum(['release', 'reject']), reason: Text(500) }).meta({ id: 'Review' });

export const reviewOrder = defineRoute({
  method: 'POST',
  path: '/orders/{orderId}/review',
  tag: 'Orders',
  summary: 'Release or reject an order that is on hold, or the held rest of a partly shipped one; staff only',
  scope: 'orders.write',
  params: OrderParams,
  headers: ifMatchHeaders,
  body: Review,
  responses: {
    200: { description: 'The current order', schema: OrderResponse },
    403: { description: '`not-staff`: the caller may not decide on held orders', schema: Problem },
    ...refusals,
    ...staleResponse,
  },
});

/** No scope: the signature authenticates the caller. */
export const postPayment = defineRoute({
  method: 'POST',
  path: '/payments/webhooks/{provider}',
  tag: 'Payments',
  summary: 'Receive a payment event from a payment provider',
  params: z.strictObject({ provider: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'Not the name of a provider') }),
  headers: z.object({
    'storeworks-signature': z
      .string()
      .meta({ description: '`t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`, at most 5 minutes old' }),
  }),
  body: PaymentEvent,
  responses: {
    200: {
      description: 'Recorded, recorded before, or stored until its order is placed',
      schema: z.object({
        orderId: z.string(),
        eventId: z.string(),
        status: z.enum(['recorded', 'already-recorded', 'waiting-for-order']),
      }),
    },
    401: { description: '`invalid-signature`: missing, wrong, or older than 5 minutes', schema: Problem },
    409: { description: '`payment-conflict`: the event id was used for other content', schema: Problem },
    422: { description: 'Invalid content', schema: Problem },
    503: { description: '`busy`: nothing was changed; send the event again', schema: Problem },
  },
});
