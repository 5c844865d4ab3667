import * as z from 'zod';
import { StoredAddress } from '../../address.ts';
import { AmountMinor, CurrencyCode, Instant } from '../../names.ts';
import { OrderStatus } from './status.ts';
import { Balance, PublishedPayment } from '../../payments/payment.ts';
import { defineEvent } from '../define-event.ts';
import { OrderLine, OrderPlaced } from './events.ts';

const source = 'storeworks.order-intake';

/** Data of every change: the order's identity, and its status and version after the change. */
const ChangedOrder = z.object({
  orderId: z.string(),
  externalOrderId: z.string(),
  channel: z.string(),
  currency: CurrencyCode,
  status: OrderStatus,
  version: z.int().positive(),
});

/** Units of a line in the warehouse where they are or were reserved. */
const LineUnits = z.object({
  lineId: z.string(),
  sku: z.string(),
  warehouse: z.string(),
  quantity: z.int().positive(),
});

const Cancelled = ChangedOrder.extend({
  /** The caller's id; `review` after a rejection; `unpaid` if the rest of an exchange order was not paid in time. */
  requestId: z.string(),
  reason: z.string(),
  /** The units whose stock was released. */
  lines: z.array(LineUnits),
  /** Total of these units; with the order's last unit, also shipping and charges. */
  cancelledMinor: AmountMinor,
  refundId: z.string().optional().meta({
    description: 'The refund whose units were cancelled, because they were refunded before shipment',
    example: 'ref_01kb9zq4y8t4v7c0m3j5r6n8px',
  }),
  refundedMinor: AmountMinor.optional().meta({
    description: 'Value of these units, part of `cancelledMinor`, in minor units. The refund pays it back.',
    example: 1200,
  }),
});

/** The whole order was cancelled. */
export const OrderCancelled = defineEvent(source, 'OrderCancelled', Cancelled);
/** Some units were cancelled. The other units keep their price, discount and tax. */
export const OrderLinesCancelled = defineEvent(source, 'OrderLinesCancelled', Cancelled);

/** The channel's payment window ended and the stock was released. */
export const OrderExpired = defineEvent(
  source,
  'OrderExpired',
  ChangedOrder.extend({
    reservedUntil: Instant,
    lines: z.array(LineUnits),
    /** The order's total less what was cancelled before; absent in events before 2026-11-22. */
    cancelledMinor: AmountMinor.optional(),
  }),
);

const EditedLine = OrderLine.extend({ category: z.string().optional() });

/** An order was edited. `OrderPlaced` followed by the order's edits gives the current order. */
export const OrderEdited = defineEvent(
  source,
  'OrderEdited',
  ChangedOrder.extend({
    editId: z.string(),
    reason: z.string(),
    /** The changed lines; `before` is null for an added line, `after` for a removed one. */
    lines: z.array(z.object({ before: EditedLine.nullable(), after: EditedLine.nullable() })),
    /** The order's amounts after the edit; `differences` is the change, negative for a reduction. */
    amounts: z.object({
      subtotalMinor: AmountMinor,
      discountMinor: AmountMinor,
      shippingMinor: AmountMinor,
      taxMinor: AmountMinor,
      totalMinor: AmountMinor,
    }),
    differences: z.object({
      subtotalMinor: z.int(),
      discountMinor: z.int(),
      shippingMinor: z.int(),
      taxMinor: z.int(),
      totalMinor: z.int(),
    }),
    /** New values of edited members; absent if not edited. */
    shippingAddress: StoredAddress.optional(),
    shippingMethod: z.string().optional(),
    note: z.string().optional(),
  }),
);

const Contact = OrderPlaced.envelope.shape.detail.shape.data
  .pick({ customer: true, shippingAddress: true, billingAddress: true, note: true })
  .meta({ description: 'Customer, addresses and note of the order' });

/** Contact data, addresses or note of an order were corrected. `metadata.actor` says by whom. */
export const OrderContactChanged = defineEvent(
  source,
  'OrderContactChanged',
  ChangedOrder.extend({
    fields: z.array(z.string()).meta({
      description: 'JSON pointers of the changed fields',
      example: ['/customer/email', '/shippingAddress/line2'],
    }),
    before: Contact,
    after: Contact,
    reason: z.string().optional().meta({ description: 'Why the order was corrected', example: 'The buyer called' }),
  }),
);

/** The warehouse allocated the stock and starts picking. */
export const OrderAllocated = defineEvent(source, 'OrderAllocated', ChangedOrder);

/** A shipment left the warehouse. */
export const OrderShipped = defineEvent(
  source,
  'OrderShipped',
  ChangedOrder.extend({
    shipmentId: z.string(),
    lines: z.array(LineUnits),
    carrier: z.string().optional(),
    trackingNumber: z.string().optional(),
    shippedAt: Instant.optional().meta({
      description: 'When the shipment left the warehouse; absent in events before 2026-11-30.',
      example: '2026-11-27T16:00:00Z',
    }),
  }),
);

/** A shipment was delivered. */
export const OrderDelivered = defineEvent(
  source,
  'OrderDelivered',
  ChangedOrder.extend({ shipmentId: z.string(), deliveredAt: Instant }),
);

/** Staff corrected the time of a delivery. The return window moves with it, so that a completed order may be open again. */
export const OrderDeliveryCorrected = defineEvent(
  source,
  'OrderDeliveryCorrected',
  ChangedOrder.extend({
    shipmentId: z.string().meta({ description: 'The shipment whose delivery was corrected.', example: 'PARCEL-1' }),
    deliveredAt: Instant.meta({ description: 'The corrected time of delivery.', example: '2026-11-28T10:30:00Z' }),
    deliveredAtBefore: Instant.meta({
      description: 'The time of delivery before the correction.',
      example: '2025-11-28T10:30:00Z',
    }),
    completesAt: Instant.meta({
      description: 'The end of the return window after the correction.',
      example: '2026-12-28T10:30:00Z',
    }),
    reason: z.string().meta({ description: 'Why staff corrected the time.', example: 'The year was mistyped' }),
  }),
);

/** All shipments were delivered and the return window is over. */
export const OrderCompleted = defineEvent(source, 'OrderCompleted', ChangedOrder);

/** An order, or the open rest of a `partly-shipped` one, awaits review before it ships. `reasons`: all hold reasons. */
export const OrderHeld = defineEvent(source, 'OrderHeld', ChangedOrder.extend({ reasons: z.array(z.string()) }));

/** Staff released a held order. */
export const OrderReleased = defineEvent(source, 'OrderReleased', ChangedOrder.extend({ reason: z.string() }));

/** A payment event of a provider was recorded. `order` is null if the payment arrived before its order. */
export const PaymentRecorded = defineEvent(
  source,
  'PaymentRecorded',
  z.object({ orderId: z.string(), payment: PublishedPayment, order: ChangedOrder.extend(Balance.shape).nullable() }),
);
