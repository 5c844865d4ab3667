import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { businessDays } from '../../../shared/business-day.ts';
import { type Action, type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { PaymentRecorded } from '../../../shared/contracts/orders/life-cycle-events.ts';
import { maxActionsPerTransaction } from '../../../shared/dynamodb/transaction-limits.ts';
import type { SettlementItem } from '../../../shared/orders/settlement-item.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import type { Payment } from '../../../shared/payments/payment.ts';
import { exchangeAction } from '../../../shared/stock/settle.ts';
import type { Take } from '../../../shared/stock/take.ts';
import type { Change } from './change.ts';
import { AwaitedOrder, dueIndex, indexKeys, isAwaited, OrderItem, orderKey, orderPartition } from './order-item.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { told } from './payment.ts';
import { settleNow } from '../fulfilment/chunked-release.ts';
import { createSettlementStore, stepSizeOf } from '../fulfilment/settlement-store.ts';

type Tables = { ORDER_TABLE_NAME: string; STOCK_TABLE_NAME: string };

const DueKey = z.object({ pk: z.string() });

/** Placed orders as they change. Each change is one transaction that follows from the version which was read. */
export function createChangeStore(db: Database, tables: Tables, timeZone: string) {
  let businessDay: ReturnType<typeof businessDays> | undefined;
  const { ORDER_TABLE_NAME: orders, STOCK_TABLE_NAME: stockTable } = tables;
  const settlements = createSettlementStore(db, orders, stockTable);

  return {
    /** The order as it is now, or the payments that wait for it. */
    async current(orderId: string): Promise<{ order?: OrderItem; awaited?: AwaitedOrder }> {
      const [item] = (await readBatch(db, { [orders]: [orderKey(orderId)] }, true))[orders] ?? [];
      if (item === undefined) return {};
      return isAwaited(item) ? { awaited: AwaitedOrder.parse(item) } : { order: OrderItem.parse(item) };
    },

    /**
     * Writes the order with its events and what becomes of its stock, unless somebody else changed it since. Stock that
     * does not fit the transaction follows in steps of its own.
     */
    async commit(
      before: OrderItem,
      { order, events, stock }: Change,
      cause: Cause,
    ): Promise<'done' | 'version-conflict'> {
      businessDay ??= businessDays(timeZone);
      const keys = { ...orderKey(order.orderId), ...indexKeys(order, businessDay(Date.parse(order.placedAt))) };
      const writes: Action[] = [
        { Put: { TableName: orders, Item: { ...order, ...keys }, ...expectVersion(before.version) } },
        ...events.map((tell) => ({
          Put: { TableName: orders, Item: outboxItem(orderPartition(order.orderId), tell(cause)) },
        })),
      ];
      if (!stock) return transact(db, writes);
      if (stock.kind === 'exchange') {
        const actions = stock.takes.map((take) => exchangeAction(stockTable, take, cause.now));
        return transact(db, [...writes, ...actions]);
      }
      const settlement = settlementOf(order, stock.kind, stock.takes, cause);
      const actions = settlements.actionsOf(settlement, settlement.takes, cause.now);
      if (writes.length + actions.length <= maxActionsPerTransaction) return transact(db, [...writes, ...actions]);
      const outcome = await transact(db, [...writes, settlements.begin(settlement)]);
      if (outcome === 'done') await settleNow(settlements, settlement, cause.now);
      return outcome;
    },

    /** Keeps a payment whose order is not here yet, beside those known, unless the order came meanwhile. */
    async keep(orderId: string, known: AwaitedOrder | undefined, payment: Payment, cause: Cause) {
      const version = known?.version ?? 0;
      const payments = [...(known?.payments ?? []), payment];
      const item: AwaitedOrder = { orderId, isAwaited: true, version: version + 1, payments };
      const event = newEvent(PaymentRecorded, { orderId, payment: told(payment), order: null }, cause);
      return transact(db, [
        { Put: { TableName: orders, Item: { ...orderKey(orderId), ...item }, ...expectVersion(version) } },
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

const settlementOf = (
  { orderId, version }: OrderItem,
  kind: SettlementItem['kind'],
  takes: Take[],
  cause: Cause,
): SettlementItem => ({ orderId, version, kind, takes, settled: 0, stepSize: stepSizeOf(kind, takes), cause });

export type ChangeStore = ReturnType<typeof createChangeStore>;
