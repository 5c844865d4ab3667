import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { businessDays } from '../../../shared/business-day.ts';
import { type Database, transact } from '../../../shared/dynamodb/database.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { OrderImported } from '../../../shared/contracts/orders/import-events.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import type { ImportedOrder } from './import-rows.ts';
import { hasHash } from '../../../shared/orders/equal-order.ts';
import { orderKey, orderPartition } from '../../../shared/orders/order-keys.ts';
import { indexKeys, type OrderItem } from '../order/order-item.ts';

const Identity = z.object({ contentHash: z.string(), imported: z.literal(true).optional() });

/** Stores historical orders, each once. Existing orders are not changed. */
export function createImportStore(
  db: Database,
  { ORDER_TABLE_NAME: table }: { ORDER_TABLE_NAME: string },
  timeZone: string,
) {
  const businessDay = businessDays(timeZone);
  return {
    async importOrder(
      order: ImportedOrder,
      hashes: { contentHash: string; sentHash: string },
      cause: Cause,
    ): Promise<'imported' | 'already-imported' | 'conflict'> {
      const event = newEvent(OrderImported, order, cause, order.placedAt);
      const { eventId: placedEventId } = event.detail.metadata;
      const item: OrderItem = { ...order, imported: true, contentHash: hashes.contentHash, placedEventId, version: 1 };
      const keys = { ...orderKey(order.orderId), ...indexKeys(order, businessDay(Date.parse(order.placedAt))) };
      const outcome = await transact(db, [
        { Put: { TableName: table, Item: { ...item, ...keys }, ConditionExpression: 'attribute_not_exists(pk)' } },
        { Put: { TableName: table, Item: outboxItem(orderPartition(order.orderId), event) } },
      ]);
      if (outcome === 'done') return 'imported';
      const key = { TableName: table, Key: orderKey(order.orderId), ConsistentRead: true };
      const { Item } = await db.send(new GetCommand(key));
      // The item may be an early payment instead of an order.
      const existing = Identity.safeParse(Item).data;
      return existing?.imported && hasHash(existing.contentHash, hashes) ? 'already-imported' : 'conflict';
    },
  };
}
