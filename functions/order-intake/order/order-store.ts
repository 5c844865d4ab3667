import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { lazyBusinessDay } from '../../../shared/business-day.ts';
import { type Action, type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { OrderPlaced } from '../../../shared/contracts/orders/events.ts';
import { DuplicatePaymentSuspected, PaymentRecorded } from '../../../shared/contracts/orders/life-cycle-events.ts';
import { maxActionsPerTransaction } from '../../../shared/dynamodb/transaction-limits.ts';
import type { SettlementItem } from '../../../shared/orders/settlement-item.ts';
import { eventKey, OutboxItem, outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { timelinePage } from '../../../shared/dynamodb/timeline.ts';
import { orderKey, orderPartition } from '../../../shared/orders/order-keys.ts';
import { type Payment, publishedPaymentOf } from '../../../shared/payments/payment.ts';
import { releaseActions } from '../../../shared/promotions/promotion-claim.ts';
import { adjustReservationAction } from '../../../shared/stock/reservation-actions.ts';
import type { Reservation } from '../../../shared/stock/reservation.ts';
import type { Change } from './change.ts';
import { dueIndex, EarlyPayments, indexKeys, isEarlyPayments, OrderItem, type PlacedOrder } from './order-item.ts';
import { isVisible, type ChannelAccess } from '../../../shared/access/channel-access.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { createSettlementStore, finishNow, stepSizeOf } from './settlement-store.ts';

type Tables = { ORDER_TABLE_NAME: string; STOCK_TABLE_NAME: string; PROMOTION_TABLE_NAME: string };

const DueKey = z.object({ pk: z.string() });
const Placed = OrderPlaced.envelope.shape.detail;

/**
 * The repository of placed orders. A change is one transaction, on condition of the version that was read. `timeZone` is
 * the IANA zone of the business days.
 */
export function createOrderStore(db: Database, tables: Tables, timeZone: string) {
  const businessDay = lazyBusinessDay(timeZone);
  const { ORDER_TABLE_NAME: orders, STOCK_TABLE_NAME: stockTable, PROMOTION_TABLE_NAME: promotions } = tables;
  const settlements = createSettlementStore(db, orders, stockTable);

  /** The orders that exist of these ids, in no order. */
  const read = async (orderIds: readonly string[]): Promise<OrderItem[]> => {
    const items = (await readBatch(db, { [orders]: orderIds.map(orderKey) }, true)).get(orders) ?? [];
    return items.filter((item) => !isEarlyPayments(item)).map((item) => OrderItem.parse(item));
  };

  const placedEvent = async (orderId: string, placedEventId: string) => {
    const key = { pk: orderPartition(orderId), sk: eventKey(placedEventId) };
    const [event] = (await readBatch(db, { [orders]: [key] }, true)).get(orders) ?? [];
    return Placed.parse(JSON.parse(OutboxItem.parse(event).detail));
  };

  return {
    read,

    /** The order, if it exists and is visible to the caller. */
    async visible(orderId: string, access: ChannelAccess): Promise<OrderItem | undefined> {
      const [order] = await read([orderId]);
      return order && isVisible(order.channel, access) ? order : undefined;
    },

    /** The event that placed the order: its metadata, and the order without later changes as `data`. */
    placedEvent,

    /** The order as placed, without later changes. */
    placed: async (orderId: string, placedEventId: string): Promise<PlacedOrder> =>
      (await placedEvent(orderId, placedEventId)).data,

    /** A page of the order's events, oldest first, after the position of a cursor. */
    timeline: (orderId: string, limit: number, after?: string) =>
      timelinePage(db, orders, orderPartition(orderId), { limit, after }),

    /** The order as it is now, or the payments received before it. */
    async current(orderId: string): Promise<{ order?: OrderItem; earlyPayments?: EarlyPayments }> {
      const [item] = (await readBatch(db, { [orders]: [orderKey(orderId)] }, true)).get(orders) ?? [];
      if (item === undefined) return {};
      return isEarlyPayments(item) ? { earlyPayments: EarlyPayments.parse(item) } : { order: OrderItem.parse(item) };
    },

    /**
     * Writes the change with its events and stock, if the order still has the version of `before`, and releases what it
     * does not hold of promotions any more. Stock that does not fit
     * the transaction follows as a settlement, in several transactions.
     */
    async commit(
      before: OrderItem,
      { order, events, stock, condition }: Change,
      cause: Cause,
    ): Promise<'done' | 'version-conflict'> {
      const keys = { ...orderKey(order.orderId), ...indexKeys(order, businessDay(Date.parse(order.placedAt))) };
      const writes: Action[] = [
        { Put: { TableName: orders, Item: { ...order, ...keys }, ...expectVersion(before.version) } },
        ...events.map((draft) => ({
          Put: { TableName: orders, Item: outboxItem(orderPartition(order.orderId), draft(cause)) },
        })),
        ...(condition ? [condition] : []),
        ...releaseActions(promotions, before, order),
      ];
      if (!stock) return transact(db, writes);
      if (stock.kind === 'exchange') {
        const actions = stock.reservations.map((take) => adjustReservationAction(stockTable, take, cause.now));
        return transact(db, [...writes, ...actions]);
      }
      const settlement = settlementOf(order, stock.kind, stock.reservations, cause);
      const actions = settlements.actionsOf(settlement, settlement.takes, cause.now);
      if (writes.length + actions.length <= maxActionsPerTransaction) return transact(db, [...writes, ...actions]);
      const outcome = await transact(db, [...writes, settlements.begin(settlement)]);
      if (outcome === 'done') await finishNow(settlements, settlement, cause.now);
      return outcome;
    },

    /**
     * Adds a payment to the early payments `stored`, or to their suspected duplicates if another provider, `reportedBy`,
     * reported it before. `version-conflict` also if the order was placed since the read.
     */
    async storeEarlyPayment(
      orderId: string,
      stored: EarlyPayments | undefined,
      payment: Payment,
      cause: Cause,
      reportedBy?: string,
    ) {
      const { version = 0, payments = [], suspectedDuplicates = [] } = stored ?? {};
      const data = { orderId, payment: publishedPaymentOf(payment), order: null };
      const isSuspected = reportedBy !== undefined;
      const event = isSuspected
        ? newEvent(DuplicatePaymentSuspected, { ...data, reportedBy }, cause)
        : newEvent(PaymentRecorded, data, cause);
      const item: EarlyPayments = {
        orderId,
        isAwaited: true,
        version: version + 1,
        payments: isSuspected ? payments : [...payments, payment],
        suspectedDuplicates: isSuspected ? [...suspectedDuplicates, { payment }] : stored?.suspectedDuplicates,
      };
      return transact(db, [
        { Put: { TableName: orders, Item: { ...orderKey(orderId), ...item }, ...expectVersion(version) } },
        { Put: { TableName: orders, Item: outboxItem(orderPartition(orderId), event) } },
      ]);
    },

    /** Ids of orders whose deadline has passed by `now` (milliseconds), up to `limit` per shard. */
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

const settlementOf = (
  { orderId, version }: OrderItem,
  kind: SettlementItem['kind'],
  reservations: Reservation[],
  cause: Cause,
): SettlementItem => ({
  orderId,
  version,
  kind,
  takes: reservations,
  settled: 0,
  stepSize: stepSizeOf(kind, reservations),
  cause,
});

export type OrderStore = ReturnType<typeof createOrderStore>;
