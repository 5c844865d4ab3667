import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { StoredAddress } from '../../address.ts';
import { AmountMinor, CurrencyCode, Instant } from '../../names.ts';
import { OrderStatus } from './status.ts';
import { Balance, PublishedPayment } from '../../payments/payment.ts';
import { defineEvent } from '../define-event.ts';
import { personal } from '../personal-data.ts';
import { OrderLine, OrderPlaced } from './events.ts';
import { saleFields } from './sale.ts';
import { reasonOfActor } from '../readers.ts';

const source = 'storeworks.order-intake';

/** Data of every change: the order's identity, and its status and version after the change. */
const ChangedOrder = z.object({
  orderId: StoredText.meta({ description: 'Id of the order', example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px' }),
  externalOrderId: StoredText.meta({ description: 'Id of the order in its channel', example: 'web-100042' }),
  channel: StoredText.meta({ description: 'Channel of the order', example: 'storefront' }),
  currency: CurrencyCode.describe('Currency of all amounts, ISO 4217'),
  status: OrderStatus.describe('Status after the change'),
  version: z.int().positive().meta({ description: 'Version of the order after the change', example: 3 }),
});

/** Units of a line in the warehouse where they are or were reserved. */
const LineUnits = z.object({
  lineId: StoredText.meta({ description: 'Id of the line', example: '1' }),
  sku: StoredText.meta({ description: 'SKU of the line', example: 'TEA-EARL-GREY-100' }),
  warehouse: StoredText.meta({ description: 'Warehouse where the units are or were reserved', example: 'main' }),
  quantity: z.int().positive().meta({ description: 'Number of units', example: 1 }),
});

const Cancelled = ChangedOrder.extend({
  requestId: StoredText.meta({
    description:
      'Id of the request; `review` after a rejection; `unpaid` if the rest of an exchange order was not paid in time',
    example: 'cancel-1',
  }),
  reason: reasonOfActor(StoredText).meta({ description: 'Why the units were cancelled', example: 'Ordered twice' }),
  lines: z.array(LineUnits).max(maxEntries).describe('Units whose stock was released'),
  cancelledMinor: AmountMinor.describe(
    'Total of these units, in minor units; with the order’s last unit, also shipping and charges',
  ),
  refundId: StoredText.optional().meta({
    description: 'The refund whose units were cancelled, because they were refunded before shipment',
    example: 'ref_01kb9zq4y8t4v7c0m3j5r6n8px',
  }),
  refundedMinor: AmountMinor.optional().meta({
    description: 'Value of these units, part of `cancelledMinor`, in minor units. The refund pays it back.',
    example: 1200,
  }),
  ...saleFields,
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
    reservedUntil: Instant.describe('Time at which the reservation expired'),
    lines: z.array(LineUnits).max(maxEntries).describe('Units whose stock was released'),
    cancelledMinor: AmountMinor.optional().describe(
      'The order’s total less what was cancelled before, in minor units; absent in events before 2026-11-22',
    ),
    ...saleFields,
  }),
);

const EditedLine = OrderLine.extend({
  category: StoredText.optional().meta({ description: 'Category of the SKU', example: 'Tea' }),
});

/** An order was edited. `OrderPlaced` followed by the order's edits gives the current order. */
export const OrderEdited = defineEvent(
  source,
  'OrderEdited',
  ChangedOrder.extend({
    editId: StoredText.meta({ description: 'Id of the edit, chosen by the caller', example: 'edit-1' }),
    reason: reasonOfActor(StoredText).meta({ description: 'Why the order was edited', example: 'The customer called' }),
    lines: z
      .array(
        z.object({
          before: EditedLine.nullable().describe('The line before the edit; null for an added line'),
          after: EditedLine.nullable().describe('The line after the edit; null for a removed line'),
        }),
      )
      .max(maxEntries)
      .describe('The changed lines'),
    amounts: z
      .object({
        subtotalMinor: AmountMinor.meta({ description: 'Subtotal in minor units', example: 3998 }),
        discountMinor: AmountMinor.meta({ description: 'Discount in minor units', example: 0 }),
        shippingMinor: AmountMinor.meta({ description: 'Shipping in minor units', example: 495 }),
        taxMinor: AmountMinor.meta({ description: 'Tax in minor units', example: 749 }),
        totalMinor: AmountMinor.meta({ description: 'Total in minor units', example: 4493 }),
      })
      .describe('The order’s amounts after the edit'),
    differences: z
      .object({
        subtotalMinor: z.int().meta({ description: 'Change of the subtotal, in minor units', example: -1999 }),
        discountMinor: z.int().meta({ description: 'Change of the discount, in minor units', example: 0 }),
        shippingMinor: z.int().meta({ description: 'Change of the shipping, in minor units', example: 0 }),
        taxMinor: z.int().meta({ description: 'Change of the tax, in minor units', example: -333 }),
        totalMinor: z.int().meta({ description: 'Change of the total, in minor units', example: -1999 }),
      })
      .describe('Change of the amounts, negative for a reduction'),
    shippingAddress: StoredAddress.optional().describe('New shipping address; absent if it is unchanged'),
    shippingMethod: StoredText.optional().meta({
      description: 'New shipping method; absent if it is unchanged',
      example: 'express',
    }),
    note: personal(
      StoredText.optional().meta({
        description: 'New note; absent if it is unchanged',
        example: 'Please ring twice',
      }),
    ),
    sale: saleFields.sale,
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
    fields: z
      .array(StoredText)
      .max(maxEntries)
      .meta({
        description: 'JSON pointers of the changed fields',
        example: ['/customer/email', '/shippingAddress/line2'],
      }),
    before: Contact,
    after: Contact,
    reason: personal(
      reasonOfActor(StoredText)
        .optional()
        .meta({ description: 'Why the order was corrected', example: 'The buyer called' }),
    ),
  }),
);

/** The warehouse allocated the stock and starts picking. */
export const OrderAllocated = defineEvent(source, 'OrderAllocated', ChangedOrder);

/** A shipment left the warehouse. */
export const OrderShipped = defineEvent(
  source,
  'OrderShipped',
  ChangedOrder.extend({
    shipmentId: StoredText.meta({ description: 'Id of the shipment, chosen by the warehouse', example: 'PARCEL-1' }),
    lines: z.array(LineUnits).max(maxEntries).describe('Shipped units'),
    carrier: StoredText.optional().meta({ description: 'Carrier', example: 'Royal Mail' }),
    trackingNumber: personal(
      StoredText.optional().meta({ description: 'Tracking number of the carrier', example: 'RM123456785GB' }),
    ),
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
  ChangedOrder.extend({
    shipmentId: StoredText.meta({ description: 'Id of the shipment', example: 'PARCEL-1' }),
    deliveredAt: Instant.describe('Time of the delivery'),
  }),
);

/** Staff corrected the time of a delivery. The return window moves with it, so that a completed order may be open again. */
export const OrderDeliveryCorrected = defineEvent(
  source,
  'OrderDeliveryCorrected',
  ChangedOrder.extend({
    shipmentId: StoredText.meta({ description: 'The shipment whose delivery was corrected.', example: 'PARCEL-1' }),
    deliveredAt: Instant.meta({ description: 'The corrected time of delivery.', example: '2026-11-28T10:30:00Z' }),
    deliveredAtBefore: Instant.meta({
      description: 'The time of delivery before the correction.',
      example: '2025-11-28T10:30:00Z',
    }),
    completesAt: Instant.meta({
      description: 'The end of the return window after the correction.',
      example: '2026-12-28T10:30:00Z',
    }),
    reason: reasonOfActor(StoredText).meta({
      description: 'Why staff corrected the time.',
      example: 'The year was mistyped',
    }),
  }),
);

/** All shipments were delivered and the return window is over. */
export const OrderCompleted = defineEvent(source, 'OrderCompleted', ChangedOrder);

/** An order, or the open rest of a `partly-shipped` one, awaits review before it ships. `reasons`: all hold reasons. */
export const OrderHeld = defineEvent(
  source,
  'OrderHeld',
  ChangedOrder.extend({
    reasons: z
      .array(StoredText)
      .max(maxEntries)
      .meta({ description: 'All reasons why the order is held', example: ['risk'] }),
  }),
);

/** A held order was released: by staff, or by the refund of its overpaid amount. */
export const OrderReleased = defineEvent(
  source,
  'OrderReleased',
  ChangedOrder.extend({
    reason: reasonOfActor(StoredText).meta({ description: 'Why the order was released', example: 'Customer is known' }),
  }),
);

/** A payment event of a provider was recorded. `order` is null if the payment arrived before its order. */
export const PaymentRecorded = defineEvent(
  source,
  'PaymentRecorded',
  z.object({
    orderId: StoredText.meta({ description: 'Id of the order', example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px' }),
    payment: PublishedPayment.describe('The payment event'),
    order: ChangedOrder.extend(Balance.shape)
      .nullable()
      .describe('The order after the change; null if the payment arrived before its order'),
  }),
);

/** The refunded amounts of an order were recorded: a refund was paid, credited, exchanged, or returned by its provider. */
export const OrderRefundRecorded = defineEvent(source, 'OrderRefundRecorded', ChangedOrder.extend(Balance.shape));

/** A payment that another provider reported before: it does not count until staff decide. For staff only. */
export const DuplicatePaymentSuspected = defineEvent(
  source,
  'DuplicatePaymentSuspected',
  z.object({
    orderId: StoredText.meta({ description: 'Id of the order', example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px' }),
    payment: PublishedPayment.describe('The payment event that does not count'),
    reportedBy: StoredText.meta({ description: 'The provider whose payment of this id counts', example: 'acme' }),
    order: ChangedOrder.nullable().describe('The order; null if the payment arrived before its order'),
  }),
);

/** Staff decided on a suspected duplicate. One that counts is also published as `PaymentRecorded`. For staff only. */
export const DuplicatePaymentDecided = defineEvent(
  source,
  'DuplicatePaymentDecided',
  ChangedOrder.extend({
    payment: PublishedPayment.describe('The suspected payment event'),
    decision: z.enum(['count', 'dismiss']).describe('Whether the payment counts'),
    reason: reasonOfActor(StoredText).meta({
      description: 'Why staff decided so',
      example: 'Acme-b confirmed the payment',
    }),
  }),
);

/**
 * Customer, addresses, note and tracking numbers of an order were erased, here and in its earlier events. A consumer that
 * has copies must erase them, too.
 */
export const OrderPersonalDataErased = defineEvent(
  source,
  'OrderPersonalDataErased',
  ChangedOrder.extend({
    reason: z
      .enum(['request', 'retention'])
      .meta({ description: 'Whether a person asked for it, or the data was kept long enough', example: 'request' }),
  }),
);

/** Names of the events of an order that only staff see. */
export const staffEventTypes: readonly string[] = [
  DuplicatePaymentSuspected.detailType,
  DuplicatePaymentDecided.detailType,
];
