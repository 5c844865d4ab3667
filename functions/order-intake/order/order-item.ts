import * as z from 'zod';
import type { DataOf } from '../../../shared/contracts/define-event.ts';
import { OrderPlaced } from '../../../shared/contracts/orders/events.ts';
import { RiskResponse } from '../../../shared/contracts/orders/routes.ts';
import { personal } from '../../../shared/contracts/personal-data.ts';
import { AmountMinor, Instant } from '../../../shared/names.ts';
import { OrderStatus } from '../../../shared/contracts/orders/status.ts';
import { normalEmail } from '../../../shared/email.ts';
import { Payment } from '../../../shared/payments/payment.ts';
import { PromotionClaim } from '../../../shared/promotions/promotion-claim.ts';
import { RefundedAmounts } from '../../../shared/refunds/refunded-amounts.ts';
import { customerIndex, shardOf, shards, statusIndex } from '../../../shared/orders/order-keys.ts';

/** A payment that another provider reported before, with the decision of staff; it does not count. */
const SuspectedDuplicate = z.object({ payment: Payment, decision: z.enum(['count', 'dismiss']).optional() });
export type SuspectedDuplicate = z.infer<typeof SuspectedDuplicate>;

/** An order as its first event describes it. */
export type PlacedOrder = DataOf<typeof OrderPlaced>;

const placedShape = OrderPlaced.envelope.shape.detail.shape.data;

/** The item of an order, without its keys. Only an edit changes quantities; cancelled and shipped units are counted. */
export const OrderItem = placedShape.omit({ status: true, lines: true }).extend({
  status: OrderStatus,
  lines: z.array(
    placedShape.shape.lines.element.extend({
      cancelledQuantity: z.int().positive().optional(),
      shippedQuantity: z.int().positive().optional(),
      /** Those of the cancelled units that were cancelled because of their refund. */
      refundedQuantity: z.int().positive().optional(),
    }),
  ),
  edits: z
    .array(
      z.object({
        editId: z.string(),
        contentHash: z.string(),
        /** Change of the total. Edits before 2026-11-22 do not have it. */
        differenceMinor: z.int().optional(),
      }),
    )
    .optional(),
  /** Number of lines ever created, once edited: line ids are not reused. */
  lineCount: z.int().positive().optional(),
  cancellations: z.array(z.object({ requestId: z.string(), contentHash: z.string() })).optional(),
  /** Value of the cancelled units. */
  cancelledMinor: AmountMinor.optional(),
  shipments: z
    .array(
      z.object({
        shipmentId: z.string(),
        contentHash: z.string(),
        lines: z.array(z.object({ lineId: z.string(), quantity: z.int().positive() })),
        carrier: z.string().optional(),
        trackingNumber: personal(z.string().optional()),
        shippedAt: Instant,
        deliveredAt: Instant.optional(),
      }),
    )
    .optional(),
  /** End of the return window of the delivered shipments. */
  completesAt: Instant.optional(),
  /** When the store received the order, if the caller named `placedAt`: velocity counts by it. */
  receivedAt: Instant.optional(),
  /** In the order of receipt. */
  payments: z.array(Payment).optional(),
  /** In the order of receipt. One that staff count is also among the payments. */
  suspectedDuplicates: z.array(SuspectedDuplicate).optional(),
  /** What refund-approval has refunded; absent without a refund. */
  refunded: RefundedAmounts.optional(),
  /** The channel's payment window when the order was placed. */
  paymentWindowMinutes: z.number().optional(),
  /** Why the order, or its rest if partly shipped, is held for review. */
  holdReasons: z.array(z.string()).optional(),
  /** Staff accepted a captured amount below the due amount: a later release does not wait for the rest. */
  isLessAccepted: z.boolean().optional(),
  risk: RiskResponse.extend({
    /** Hash of the inputs of the assessment. */
    facts: z.string(),
    /** Staff released the order despite its risk. */
    isAccepted: z.boolean().optional(),
  }).optional(),
  /** Imported from another system, without reservations. */
  imported: z.literal(true).optional(),
  /** Held of the limits of promotions until the whole order is cancelled or expires. */
  promotionClaims: z.array(PromotionClaim).optional(),
  contentHash: z.string(),
  /** `OrderPlaced` event, from which a replay gets the first response. */
  placedEventId: z.string(),
  version: z.int().positive(),
});
export type OrderItem = z.infer<typeof OrderItem>;

/** The ETag of the order's version (RFC 9110). */
export const etagOf = ({ version }: OrderItem) => `"${version}"`;

/** Whether the order's version differs from the `If-Match` header, if there is one. */
export const isStale = (order: OrderItem, ifMatch: string | undefined): boolean =>
  ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etagOf(order);

/** Payments received before their order, stored under the order's key. The placement replaces the item. */
export const EarlyPayments = z.object({
  orderId: z.string(),
  isAwaited: z.literal(true),
  version: z.int().positive(),
  payments: z.array(Payment),
  suspectedDuplicates: z.array(SuspectedDuplicate).optional(),
});
export type EarlyPayments = z.infer<typeof EarlyPayments>;
/** Members of a new order's item that its first event does not have. */
export type InitialState = Pick<
  OrderItem,
  'payments' | 'suspectedDuplicates' | 'receivedAt' | 'holdReasons' | 'paymentWindowMinutes' | 'promotionClaims'
> & {
  earlyPaymentsVersion?: number | undefined;
};
export const isEarlyPayments = (item: unknown): boolean => EarlyPayments.safeParse(item).success;

/** Index of orders by business day. */
export const dayIndex = { name: 'byDay', attribute: 'dayKey', keysOf: (day: string) => shards(`DAY#${day}`) };
/** Sparse index of orders with a deadline, by deadline. */
export const dueIndex = { name: 'byDue', attribute: 'dueKey', sortKey: 'dueAt', keys: () => shards('DUE') };
export type OrderIndex = { name: string; attribute: string; keysOf: (value: string) => string[] };

/**
 * Sort key of the indexes: time in UTC, order id and channel. The channel lets a search skip orders of other channels
 * without reading them.
 */
export const placedKeyOf = ({ placedAt, orderId, channel }: Pick<PlacedOrder, 'placedAt' | 'orderId' | 'channel'>) =>
  `${new Date(placedAt).toISOString()}#${orderId}#${channel}`;

/** When an unpaid order expires or a delivered order is completed. */
function dueAtOf({ status, reservedUntil, completesAt }: Pick<OrderItem, 'status' | 'reservedUntil' | 'completesAt'>) {
  if (status === 'payment-pending' || status === 'on-hold') return reservedUntil ?? undefined;
  return status === 'delivered' ? completesAt : undefined;
}

/** Partition key of an order with this e-mail address in its index. */
export const emailKeyOf = (email: string, orderId: string) => shards(`EMAIL#${normalEmail(email)}`)[shardOf(orderId)];

/** The index attributes of an order; `day` is its business day. */
export const indexKeys = (
  order: Pick<OrderItem, 'status' | 'placedAt' | 'orderId' | 'channel' | 'customer' | 'reservedUntil' | 'completesAt'>,
  day: string,
) => {
  const shard = shardOf(order.orderId);
  const dueAt = dueAtOf(order);
  return {
    ...(order.customer.id !== undefined && { customerKey: customerIndex.keyOf(order.customer.id, order.orderId) }),
    ...(order.customer.email !== undefined && { emailKey: emailKeyOf(order.customer.email, order.orderId) }),
    statusKey: statusIndex.keysOf(order.status)[shard],
    dayKey: dayIndex.keysOf(day)[shard],
    placedKey: placedKeyOf(order),
    ...(dueAt !== undefined && { dueKey: dueIndex.keys()[shard], dueAt: new Date(dueAt).toISOString() }),
  };
};
