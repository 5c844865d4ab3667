import * as z from 'zod';
import { OrderPlaced } from '../../shared/events/order.ts';
import type { OrderAnswer } from '../../shared/http/orders.ts';
import type { PlacedOrder } from './decide.ts';

/** Indexes of orders spread a busy key over this many, as one partition takes 1,000 writes a second. */
const shardCount = 4;

/** An order as it is now, as its item holds it beside the keys. */
export const OrderItem = OrderPlaced.envelope.shape.detail.shape.data.omit({ status: true }).extend({
  status: z.string(),
  /** Taken over from another system: it took no stock here. */
  imported: z.literal(true).optional(),
  contentHash: z.string(),
  /** The event that holds the first answer, whatever becomes of the order. */
  placedEventId: z.string(),
  /** Counts the changes. */
  version: z.int().positive(),
});
export type OrderItem = z.infer<typeof OrderItem>;

export { orderKey, orderPartition } from '../../shared/orders/order-key.ts';

/** What an order can be found by beside its id: an index of keys, its key attribute, and the values to look under. */
export const customerIndex = {
  name: 'byCustomer',
  attribute: 'customerKey',
  keysOf: (id: string) => [`CUSTOMER#${id}`],
};
export const statusIndex = {
  name: 'byStatus',
  attribute: 'statusKey',
  keysOf: (status: string) => shards(`STATUS#${status}`),
};
export const dayIndex = { name: 'byDay', attribute: 'dayKey', keysOf: (day: string) => shards(`DAY#${day}`) };
export type OrderIndex = { name: string; attribute: string; keysOf: (value: string) => string[] };

const shards = (key: string) => Array.from({ length: shardCount }, (_, shard) => `${key}#${shard}`);
/** Ids are hashes: their last character is as good as random. */
const shardOf = (orderId: string) => orderId.charCodeAt(orderId.length - 1) % shardCount;

/**
 * Sort key of all indexes: by time in UTC, then by id, which makes it unique. The channel is in it, so that a channel's
 * own orders can be told from others before they are read.
 */
export const placedKeyOf = ({ placedAt, orderId, channel }: Pick<PlacedOrder, 'placedAt' | 'orderId' | 'channel'>) =>
  `${new Date(placedAt).toISOString()}#${orderId}#${channel}`;
export const placedKeyPattern = /^(?<at>[^#]+)#(?<orderId>ord_[0-9a-z]{26})#(?<channel>.+)$/;

/** The attributes by which indexes find an order. */
export const indexKeys = (
  order: Pick<OrderItem, 'status' | 'placedAt' | 'orderId' | 'channel' | 'customer'>,
  day: string,
) => {
  const shard = shardOf(order.orderId);
  return {
    ...(order.customer.id !== undefined && { customerKey: customerIndex.keysOf(order.customer.id)[0] }),
    statusKey: statusIndex.keysOf(order.status)[shard],
    dayKey: dayIndex.keysOf(day)[shard],
    placedKey: placedKeyOf(order),
  };
};

/**
 * An order as callers see it. Made from the event it is the first answer, to the byte, because members are put in one
 * order here; made from the item it is the order as it is now.
 */
export const answerOf = (order: PlacedOrder | OrderItem): OrderAnswer => ({
  orderId: order.orderId,
  externalOrderId: order.externalOrderId,
  channel: order.channel,
  status: order.status,
  currency: order.currency,
  lines: order.lines.map((line) => ({
    lineId: line.lineId,
    sku: line.sku,
    quantity: line.quantity,
    unitPriceMinor: line.unitPriceMinor,
    discountMinor: line.discountMinor,
    taxMinor: line.taxMinor,
    totalMinor: line.totalMinor,
    warehouse: line.warehouse,
  })),
  subtotalMinor: order.subtotalMinor,
  discountMinor: order.discountMinor,
  shippingMinor: order.shippingMinor,
  taxMinor: order.taxMinor,
  taxIncluded: order.taxIncluded,
  totalMinor: order.totalMinor,
  discounts: order.discounts.map(({ code, appliedMinor, reason }) => ({ code, appliedMinor, reason })),
  reservedUntil: order.reservedUntil,
  placedAt: order.placedAt,
  ...('imported' in order && order.imported && { imported: true }),
});
