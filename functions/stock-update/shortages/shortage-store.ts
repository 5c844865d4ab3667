import * as z from 'zod';
import { OrderStatus } from '../../../shared/contracts/orders/status.ts';
import { type Database, readBatch } from '../../../shared/dynamodb/database.ts';
import { sortKeyReader } from '../../../shared/dynamodb/sort-keys.ts';
import { orderKey, statusIndex } from '../../../shared/orders/order-keys.ts';
import { openStatuses } from '../../../shared/orders/reserved-units-store.ts';

const units = z.int().nonnegative().default(0);
/** The members of an order that are read. */
const Order = z.object({
  orderId: z.string(),
  externalOrderId: z.string(),
  channel: z.string(),
  status: OrderStatus,
  placedAt: z.string(),
  lines: z.array(
    z
      .object({
        sku: z.string(),
        warehouse: z.string(),
        quantity: z.int(),
        cancelledQuantity: units,
        shippedQuantity: units,
      })
      .transform(({ sku, warehouse, quantity, cancelledQuantity, shippedQuantity }) => ({
        sku,
        warehouse,
        open: quantity - cancelledQuantity - shippedQuantity,
      })),
  ),
});
export type OpenOrder = z.infer<typeof Order>;

/** Reads orders with reserved units. */
export const createShortageStore = (db: Database, { ORDER_TABLE_NAME: table }: { ORDER_TABLE_NAME: string }) => ({
  /** Partitions of the index with the open orders. */
  partitions: openStatuses.flatMap(statusIndex.keysOf),
  newestKeys: sortKeyReader(db, table, { ...statusIndex, sortKey: 'placedKey' }, 'down'),

  /** The orders that are open, by id. The index is eventually consistent; the orders are read with strong consistency. */
  async openOrders(orderIds: readonly string[]): Promise<Map<string, OpenOrder>> {
    const items = (await readBatch(db, { [table]: orderIds.map(orderKey) }, true)).get(table) ?? [];
    const open = items.map((item) => Order.parse(item)).filter(({ status }) => openStatuses.includes(status));
    return new Map(open.map((order) => [order.orderId, order]));
  },
});
export type ShortageStore = ReturnType<typeof createShortageStore>;
