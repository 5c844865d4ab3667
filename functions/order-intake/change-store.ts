import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { businessDays } from '../../shared/business-day.ts';
import { type Database, readBatch, transact } from '../../shared/database.ts';
import { type Cause, newEvent } from '../../shared/events/define-event.ts';
import { PaymentRecorded } from '../../shared/events/order-life.ts';
import { outboxItem } from '../../shared/outbox.ts';
import type { Payment } from '../../shared/payment.ts';
import { releaseAction, shipActions } from '../../shared/stock/settle.ts';
import type { Change } from './change.ts';
import {
  AwaitedOrder,
  dueIndex,
  indexKeys,
  isAwaited,
  OrderItem,
  orderKey,
  orderPartition,
  unchangedSince,
} from './order-item.ts';
import { told } from './payment.ts';

type Tables = { ORDER_TABLE_NAME: string; STOCK_TABLE_NAME: string };

const DueKey = z.object({ pk: z.string() });

/** Placed orders as they change. Each change is one transaction that follows from the version which was read. */
export function createChangeStore(db: Database, tables: Tables, timeZone: string) {
  let businessDay: ReturnType<typeof businessDays> | undefined;
  const { ORDER_TABLE_NAME: orders, STOCK_TABLE_NAME: stock } = tables;

  return {
    /** The order as it is now, or the payments that wait for it. */
    async current(orderId: string): Promise<{ order?: OrderItem; awaited?: AwaitedOrder }> {
      const [item] = (await readBatch(db, { [orders]: [orderKey(orderId)] }, true))[orders] ?? [];
      if (item === undefined) return {};
      return isAwaited(item) ? { awaited: AwaitedOrder.parse(item) } : { order: OrderItem.parse(item) };
    },

    /** Writes the order with its events and what becomes of its stock, unless somebody else changed it since. */
    async commit(
      before: OrderItem,
      { order, events, releases, ships }: Change,
      cause: Cause,
    ): Promise<'done' | 'lost'> {
      businessDay ??= businessDays(timeZone);
      const keys = { ...orderKey(order.orderId), ...indexKeys(order, businessDay(Date.parse(order.placedAt))) };
      return transact(db, [
        { Put: { TableName: orders, Item: { ...order, ...keys }, ...unchangedSince(before.version) } },
        ...events.map((tell) => ({
          Put: { TableName: orders, Item: outboxItem(orderPartition(order.orderId), tell(cause)) },
        })),
        ...releases.map((take) => releaseAction(stock, take)),
        ...ships.flatMap((take) => shipActions(stock, take, `${order.orderId}#${order.version}`, cause)),
      ]);
    },

    /** Keeps a payment whose order is not here yet, beside those known, unless the order came meanwhile. */
    async keep(orderId: string, known: AwaitedOrder | undefined, payment: Payment, cause: Cause) {
      const version = known?.version ?? 0;
      const payments = [...(known?.payments ?? []), payment];
      const item: AwaitedOrder = { orderId, isAwaited: true, version: version + 1, payments };
      const event = newEvent(PaymentRecorded, { orderId, payment: told(payment), order: null }, cause);
      return transact(db, [
        { Put: { TableName: orders, Item: { ...orderKey(orderId), ...item }, ...unchangedSince(version) } },
        { Put: { TableName: orders, Item: outboxItem(orderPartition(orderId), event) } },
      ]);
    },

    /** Up to `limit` ids per shard of orders that were due by `now` (milliseconds). */
    async due(now: number, limit: number): Promise<string[]> {
      const pages = await Promise.all(
        dueIndex.keys().map((key) =>
          db.send(
            new QueryCommand({
              TableName: orders,
              IndexName: dueIndex.name,
              KeyConditionExpression: '#key = :key AND #at <= :now',
              ExpressionAttributeNames: { '#key': dueIndex.attribute, '#at': dueIndex.sortKey },
              ExpressionAttributeValues: { ':key': key, ':now': new Date(now).toISOString() },
              Limit: limit,
            }),
          ),
        ),
      );
      const items = pages.flatMap(({ Items = [] }) => Items);
      return items.map((item) => DueKey.parse(item).pk.slice(orderPartition('').length));
    },
  };
}
export type ChangeStore = ReturnType<typeof createChangeStore>;
