import * as z from 'zod';
import { StoredText } from '../bounds.ts';
import { CallerId, PathId, PathSegment, SentInstant } from '../../names.ts';
import { PaymentEvent } from '../../payments/payment.ts';
import { stripeProvider, WebhookProvider } from '../../payments/webhook-secret.ts';
import { defineRoute } from '../define-route.ts';
import { OrderResponse, OrderParams } from './routes.ts';
import { Problem } from '../problem.ts';

export const Text = (max: number) => z.string().trim().min(1).max(max);

/** Units of lines, each line at most once. */
export const Lines = (minUnits: 0 | 1) =>
  z
    .array(
      z.strictObject({
        lineId: Text(40).meta({ description: 'Id of the order line', example: '1' }),
        quantity: z.int().min(minUnits).max(1_000_000).meta({ description: 'Number of units', example: 1 }),
      }),
    )
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
    .meta({ description: 'The `ETag` of an order version; another version is not changed', example: '"3"' }),
});
export const staleResponse = {
  412: { description: '`order-changed`: the order has changed since the version of `If-Match`', schema: Problem },
};

export const Cancellation = z
  .strictObject({
    requestId: CallerId.meta({
      description: 'Id of the request, chosen by the caller; a repeated request has the same one',
      example: 'cancel-1',
    }),
    reason: Text(500).meta({
      description: 'Why the order is cancelled; one of the store’s list, if it has one (`/settings/reasons`)',
      example: 'Ordered twice',
    }),
    lines: Lines(1).optional().describe('Units to cancel. Default: all units that are not shipped'),
  })
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
    shipmentId: PathId.meta({
      description: 'Id of the shipment, chosen by the warehouse; a repeated shipment has the same one',
      example: 'PARCEL-1',
    }),
    lines: Lines(1).describe('Shipped units'),
    carrier: Text(100).optional().meta({ description: 'Carrier', example: 'Royal Mail' }),
    trackingNumber: Text(200)
      .optional()
      .meta({ description: 'Tracking number of the carrier', example: 'RM123456785GB' }),
    shippedAt: SentInstant.optional().meta({
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
    deliveredAt: SentInstant.optional().meta({
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
  params: OrderParams.extend({
    shipmentId: PathSegment.meta({ description: 'Id of the shipment', example: 'PARCEL-1' }),
  }),
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
    deliveredAt: SentInstant.meta({
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
  params: OrderParams.extend({
    shipmentId: PathSegment.meta({ description: 'Id of the shipment', example: 'PARCEL-1' }),
  }),
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

const Review = z
  .strictObject({
    decision: z.enum(['release', 'reject']).describe('The decision'),
    reason: Text(500).meta({ description: 'Why the order is released or rejected', example: 'Customer is known' }),
  })
  .meta({ id: 'Review' });

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
  params: z.strictObject({
    provider: WebhookProvider.meta({
      description: 'Name of the payment provider, which has a secret of its own',
      example: 'acme',
    }),
  }),
  headers: z.object({
    'storeworks-signature': z.string().max(2000).meta({
      description:
        '`t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">` with the secret of this provider, at most 5 minutes old',
      example: 't=1796030100,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd',
    }),
  }),
  body: PaymentEvent,
  // Anybody may send a body; it is refused before its signature is verified.
  maxBodyBytes: 262_144,
  responses: {
    200: {
      description:
        'Recorded, recorded before, or stored until its order is placed. A payment that another provider reported before (equal `paymentId`, `type`, amount and currency) is stored as `awaiting-decision` and does not count until staff decide.',
      schema: z.object({
        orderId: StoredText.meta({ description: 'Order of the payment', example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px' }),
        eventId: StoredText.meta({ description: 'Id of the event', example: 'evt_90211' }),
        status: z
          .enum(['recorded', 'already-recorded', 'waiting-for-order', 'awaiting-decision'])
          .describe('What happened to the event'),
      }),
    },
    401: {
      description: '`invalid-signature`: missing, wrong, older than 5 minutes, or the provider has no secret',
      schema: Problem,
    },
    409: { description: '`payment-conflict`: the event id was used for other content', schema: Problem },
    422: { description: 'Invalid content', schema: Problem },
    503: { description: '`busy`: nothing was changed; send the event again', schema: Problem },
  },
});

const DuplicateDecision = z
  .strictObject({
    provider: WebhookProvider.or(z.literal(stripeProvider)).meta({
      description: 'Provider of the suspected payment event',
      example: 'acme-b',
    }),
    eventId: CallerId.meta({ description: 'Id of the suspected payment event', example: 'evt_90211' }),
    decision: z
      .enum(['count', 'dismiss'])
      .describe('`count`: it is another payment of the order; `dismiss`: it is the payment that counts already'),
    reason: Text(500).meta({ description: 'Why staff decide so', example: 'Acme-b confirmed the payment' }),
  })
  .meta({ id: 'DuplicateDecision' });

export const decideDuplicatePayment = defineRoute({
  method: 'POST',
  path: '/orders/{orderId}/payment-decisions',
  tag: 'Payments',
  summary: 'Decide whether a payment that two providers reported counts twice; staff only',
  scope: 'orders.write',
  params: OrderParams,
  body: DuplicateDecision,
  responses: {
    200: { description: `The current order. ${replayed}`, schema: OrderResponse },
    403: { description: '`not-staff`: the caller may not decide on payments', schema: Problem },
    ...refusals,
    404: { description: 'Unknown order, or it has no such suspected payment', schema: Problem },
    409: { description: '`already-decided`: the other decision was made before', schema: Problem },
  },
});
