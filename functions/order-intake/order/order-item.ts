import * as z from 'zod';
import { OrderPlaced } from '../../../shared/contracts/orders/events.ts';
import { RiskAnswer } from '../../../shared/contracts/orders/routes.ts';
import { AmountMinor, Instant } from '../../../shared/names.ts';
import { OrderStatus } from '../../../shared/contracts/orders/status.ts';
import { Payment } from '../../../shared/payments/payment.ts';
import { customerIndex, shardOf, shards, statusIndex } from '../../../shared/orders/order-keys.ts';
import type { PlacedOrder } from './decide.ts';

const placedShape = OrderPlaced.envelope.shape.detail.shape.data;

/**
 * An order as it is now, as its item holds it beside the keys. What was ordered stays unless it is edited; what became of
 * it is counted.
 */
export const OrderItem = placedShape.omit({ status: true, lines: true }).extend({
  status: OrderStatus,
  lines: z.array(
    placedShape.shape.lines.element.extend({
      cancelledQuantity: z.int().positive().optional(),
      shippedQuantity: z.int().positive().optional(),
    }),
  ),
  edits: z
    .array(
      z.object({
        editId: z.string(),
        contentHash: z.string(),
        /** Of the total; edits before 2026-11-22 lack it. */
        differenceMinor: z.int().optional(),
      }),
    )
    .optional(),
  /** Lines that it ever had, once it was edited: the id of a removed line is not given again. */
  lineCount: z.int().positive().optional(),
  cancellations: z.array(z.object({ requestId: z.string(), contentHash: z.string() })).optional(),
  /** What the cancelled units were worth. */
  cancelledMinor: AmountMinor.optional(),
  shipments: z
    .array(
      z.object({
        shipmentId: z.string(),
        contentHash: z.string(),
        lines: z.array(z.object({ lineId: z.string(), quantity: z.int().positive() })),
        carrier: z.string().optional(),
        trackingNumber: z.string().optional(),
        shippedAt: Instant,
        deliveredAt: Instant.optional(),
      }),
    )
    .optional(),
  /** When the time for returns of what has arrived so far is over. */
  completesAt: Instant.optional(),
  /** In the order in which they came. */
  payments: z.array(Payment).optional(),
  /** Of the channel when the order was placed. */
  paymentWindowMinutes: z.number().optional(),
  /** Why it is on hold, or why what is left of it is not shipped. */
  holdReasons: z.array(z.string()).optional(),
  /** Staff let it go on with less captured than is due: another hold's release does not await the rest. */
  isLessAccepted: z.boolean().optional(),
  risk: RiskAnswer.extend({
    /** A hash of what was known of the order then. */
    facts: z.string(),
    /** Staff let it go on in spite of it. */
    isAccepted: z.boolean().optional(),
  }).optional(),
  /** Taken over from another system: it took no stock here. */
  imported: z.literal(true).optional(),
  contentHash: z.string(),
  /** The event that holds the first answer, whatever becomes of the order. */
  placedEventId: z.string(),
  /** Counts the changes. */
  version: z.int().positive(),
});
export type OrderItem = z.infer<typeof OrderItem>;

/** What tells one version of an order from another (RFC 9110). */
export const etagOf = ({ version }: OrderItem) => `"${version}"`;

/** Whether the order is another one than a command was made for, which says so by its `If-Match`. */
export const isStale = (order: OrderItem, ifMatch: string | undefined): boolean =>
  ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etagOf(order);

/** In an order's place until it comes: payments that were faster. Its placement takes them over. */
export const AwaitedOrder = z.object({
  orderId: z.string(),
  isAwaited: z.literal(true),
  version: z.int().positive(),
  payments: z.array(Payment),
});
export type AwaitedOrder = z.infer<typeof AwaitedOrder>;
/** What an order begins with beside what its first event tells. */
export type Opening = Pick<OrderItem, 'payments' | 'holdReasons' | 'paymentWindowMinutes'> & {
  awaitedVersion?: number | undefined;
};
export const isAwaited = (item: unknown): boolean => AwaitedOrder.safeParse(item).success;

export { orderKey, orderPartition } from '../../../shared/orders/order-keys.ts';

/** Orders by the day on which they were placed. */
export const dayIndex = { name: 'byDay', attribute: 'dayKey', keysOf: (day: string) => shards(`DAY#${day}`) };
/** Orders that something becomes of when a time comes; only they have its keys. */
export const dueIndex = { name: 'byDue', attribute: 'dueKey', sortKey: 'dueAt', keys: () => shards('DUE') };
export type OrderIndex = { name: string; attribute: string; keysOf: (value: string) => string[] };

/**
 * Sort key of all indexes: by time in UTC, then by id, which makes it unique. The channel is in it, so that a channel's
 * own orders can be told from others before they are read.
 */
export const placedKeyOf = ({ placedAt, orderId, channel }: Pick<PlacedOrder, 'placedAt' | 'orderId' | 'channel'>) =>
  `${new Date(placedAt).toISOString()}#${orderId}#${channel}`;

/** When an unpaid order expires, held or not, or a delivered one is completed. */
function dueAtOf({ status, reservedUntil, completesAt }: Pick<OrderItem, 'status' | 'reservedUntil' | 'completesAt'>) {
  if (status === 'payment-pending' || status === 'on-hold') return reservedUntil ?? undefined;
  return status === 'delivered' ? completesAt : undefined;
}

/** The attributes by which indexes find an order. */
export const indexKeys = (
  order: Pick<OrderItem, 'status' | 'placedAt' | 'orderId' | 'channel' | 'customer' | 'reservedUntil' | 'completesAt'>,
  day: string,
) => {
  const shard = shardOf(order.orderId);
  const dueAt = dueAtOf(order);
  return {
    ...(order.customer.id !== undefined && { customerKey: customerIndex.keysOf(order.customer.id)[0] }),
    statusKey: statusIndex.keysOf(order.status)[shard],
    dayKey: dayIndex.keysOf(day)[shard],
    placedKey: placedKeyOf(order),
    ...(dueAt !== undefined && { dueKey: dueIndex.keys()[shard], dueAt: new Date(dueAt).toISOString() }),
  };
};
