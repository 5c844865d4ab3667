import * as z from 'zod';
import { AmountMinor, Currency, Instant } from '../../names.ts';
import { OrderStatus } from './status.ts';
import { Balance, PublishedPayment } from '../../payments/payment.ts';
import { defineEvent } from '../define-event.ts';
import { Address, OrderLine } from './events.ts';

const source = 'storeworks.order-intake';

/** Of every change: which order, and what it is after it. */
const ChangedOrder = z.object({
  orderId: z.string(),
  externalOrderId: z.string(),
  channel: z.string(),
  currency: Currency,
  status: OrderStatus,
  version: z.int().positive(),
});

/** Units of a line, and where they are or were reserved. */
const LineUnits = z.object({
  lineId: z.string(),
  sku: z.string(),
  warehouse: z.string(),
  quantity: z.int().positive(),
});

const Cancelled = ChangedOrder.extend({
  /** The caller's; `review` for an order that was rejected; `unpaid` for one whose difference to a return was not paid. */
  requestId: z.string(),
  reason: z.string(),
  /** What was given back to the stock. */
  lines: z.array(LineUnits),
  /** What these units were worth; with the last of them, shipping too. */
  cancelledMinor: AmountMinor,
});

/** Nothing of the order is left. */
export const OrderCancelled = defineEvent(source, 'OrderCancelled', Cancelled);
/** Some units were cancelled; the others keep their price, discount and tax. */
export const OrderLinesCancelled = defineEvent(source, 'OrderLinesCancelled', Cancelled);

/** The channel's time limit for payment ended; the stock was given back. */
export const OrderExpired = defineEvent(
  source,
  'OrderExpired',
  ChangedOrder.extend({
    reservedUntil: Instant,
    lines: z.array(LineUnits),
    /** What was still open of the order's total; events before 2026-11-22 lack it. */
    cancelledMinor: AmountMinor.optional(),
  }),
);

const EditedLine = OrderLine.extend({ category: z.string().optional() });

/** The order is another than was ordered: what has been since `OrderPlaced` is told by these, one by one. */
export const OrderEdited = defineEvent(
  source,
  'OrderEdited',
  ChangedOrder.extend({
    editId: z.string(),
    reason: z.string(),
    /** The lines that changed: new ones were nothing before, removed ones are nothing after. */
    lines: z.array(z.object({ before: EditedLine.nullable(), after: EditedLine.nullable() })),
    /** What the order comes to after it, and by how much more (below zero: less) than before. */
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
    /** As they are after it, where they were edited. */
    shippingAddress: Address.optional(),
    shippingMethod: z.string().optional(),
    note: z.string().optional(),
  }),
);

/** The warehouse has set the stock aside and begins to pick. */
export const OrderAllocated = defineEvent(source, 'OrderAllocated', ChangedOrder);

/** Goods left the house. */
export const OrderShipped = defineEvent(
  source,
  'OrderShipped',
  ChangedOrder.extend({
    shipmentId: z.string(),
    lines: z.array(LineUnits),
    carrier: z.string().optional(),
    trackingNumber: z.string().optional(),
  }),
);

/** A shipment arrived. */
export const OrderDelivered = defineEvent(
  source,
  'OrderDelivered',
  ChangedOrder.extend({ shipmentId: z.string(), deliveredAt: Instant }),
);

/** Everything arrived and the time to send it back is over. */
export const OrderCompleted = defineEvent(source, 'OrderCompleted', ChangedOrder);

/**
 * The order, or what is left of one that is `partly-shipped`, is neither paid for nor shipped until somebody looks at it;
 * `reasons` are all that hold it.
 */
export const OrderHeld = defineEvent(source, 'OrderHeld', ChangedOrder.extend({ reasons: z.array(z.string()) }));

/** Staff let a held order go on. */
export const OrderReleased = defineEvent(source, 'OrderReleased', ChangedOrder.extend({ reason: z.string() }));

/** A provider told of a payment, refund or chargeback. `order` is null while the order has not been placed. */
export const PaymentRecorded = defineEvent(
  source,
  'PaymentRecorded',
  z.object({ orderId: z.string(), payment: PublishedPayment, order: ChangedOrder.extend(Balance.shape).nullable() }),
);
