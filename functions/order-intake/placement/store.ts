import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { skuKey, SkuRecord } from '../../../shared/catalog/sku-item.ts';
import { conflictError } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import { OrderPlaced } from '../../../shared/contracts/orders/events.ts';
import { eventKey, OutboxItem } from '../../../shared/dynamodb/outbox.ts';
import { StockItem, stockKey } from '../../../shared/stock/stock-item.ts';
import { type Take, takeAction, takesOf } from '../../../shared/stock/take.ts';
import { timelineOf } from '../../../shared/dynamodb/timeline.ts';
import type { Known, PlacedOrder, Placement } from './decide.ts';
import { createIntakeStore } from '../queue/intake-store.ts';
import {
  AwaitedOrder,
  isAwaited,
  type Opening,
  type OrderIndex,
  OrderItem,
  orderKey,
  orderPartition,
} from '../order/order-item.ts';
import { type NewOrder, orderWrites } from './order-writes.ts';
import { createPlacementStore } from './placement-store.ts';
import { isInSight, type Sight } from '../order/sight.ts';

type Tables = { ORDER_TABLE_NAME: string; STOCK_TABLE_NAME: string; CATALOG_TABLE_NAME: string };

const Identity = OrderItem.pick({ orderId: true, contentHash: true, placedEventId: true });
const Placed = OrderPlaced.envelope.shape.detail;
const IndexEntry = z.object({ placedKey: z.string() });

/** Orders, with what placing one reads of the catalogue and takes of the stock. `timeZone` bounds the business days. */
export function createOrderStore(db: Database, tables: Tables, timeZone: string) {
  const { ORDER_TABLE_NAME: orders, STOCK_TABLE_NAME: stock, CATALOG_TABLE_NAME: catalog } = tables;
  const writes = orderWrites(orders, timeZone);

  /** The orders of these ids that exist, in no order. */
  const read = async (orderIds: readonly string[]): Promise<OrderItem[]> => {
    const items = (await readBatch(db, { [orders]: orderIds.map(orderKey) }, true))[orders] ?? [];
    return items.filter((item) => !isAwaited(item)).map((item) => OrderItem.parse(item));
  };

  const facts = async (placements: readonly Placement[], isConsistent: boolean) => {
    const skus = [...new Set(placements.flatMap(({ content }) => content.lines.map(({ sku }) => sku)))];
    const keys = {
      [orders]: placements.map(({ orderId }) => orderKey(orderId)),
      [catalog]: skus.map(skuKey),
      [stock]: skus.map(stockKey),
    };
    const items = await readBatch(db, keys, isConsistent);
    const found = items[orders] ?? [];
    const present = found.filter((item) => !isAwaited(item));
    const waiting = found.filter(isAwaited);
    return {
      orders: new Map(present.map((item) => Identity.parse(item)).map((order) => [order.orderId, order])),
      awaited: new Map(waiting.map((item) => AwaitedOrder.parse(item)).map((order) => [order.orderId, order])),
      skus: new Map((items[catalog] ?? []).map((item) => SkuRecord.parse(item)).map((sku) => [sku.sku, sku])),
      stock: new Map((items[stock] ?? []).map((item) => StockItem.parse(item)).map((item) => [item.sku, item])),
    };
  };

  return {
    /** All that deciding needs, in one round trip for up to 49 SKUs. The consistent read costs twice the units. */
    async load(placement: Placement, isConsistent: boolean): Promise<Known> {
      const { orders, awaited, skus, stock } = await facts([placement], isConsistent);
      const { orderId } = placement;
      return { order: orders.get(orderId), awaited: awaited.get(orderId), skus, stock };
    },

    /** All that deciding on several orders needs. */
    loadAll: (placements: readonly Placement[]) => facts(placements, true),

    /** Writes the order and its event and takes the stock, or does nothing if any of it is no longer possible. */
    commit(
      order: PlacedOrder,
      takes: Take[],
      contentHash: string,
      cause: Cause,
      opening: Opening = {},
    ): Promise<'done' | 'version-conflict'> {
      return transact(db, [
        ...takes.map((take) => takeAction(stock, take)),
        ...writes({ order, opening, contentHash, cause }),
      ]);
    },

    /** Writes several orders, each with its event, and takes the stock of all, or does nothing. */
    commitGroup(placed: NewOrder[]): Promise<'done' | 'version-conflict'> {
      const takes = takesOf(placed.flatMap(({ order }) => order.lines));
      return transact(db, [...takes.map((take) => takeAction(stock, take)), ...placed.flatMap((each) => writes(each))]);
    },

    intakes: createIntakeStore(db, orders),

    /** Orders that do not fit one transaction. */
    placements: createPlacementStore(db, orders, stock, writes),

    /** The order as it was placed, whatever happened to it since. */
    async placed(orderId: string, placedEventId: string): Promise<PlacedOrder> {
      const key = { pk: orderPartition(orderId), sk: eventKey(placedEventId) };
      const [event] = (await readBatch(db, { [orders]: [key] }, true))[orders] ?? [];
      return Placed.parse(JSON.parse(OutboxItem.parse(event).detail)).data;
    },

    read,

    /** The order, if it exists in the caller's sight. */
    async visible(orderId: string, sight: Sight): Promise<OrderItem | undefined> {
      const [order] = await read([orderId]);
      return order && isInSight(order.channel, sight) ? order : undefined;
    },

    /** The order's events, oldest first. */
    timeline: (orderId: string) => timelineOf(db, orders, orderPartition(orderId)),

    /** Up to `limit` sort keys under one key of an index, newest first, older than `before`. */
    async placedKeys({ name, attribute }: OrderIndex, key: string, before: string | undefined, limit: number) {
      const { Items = [], LastEvaluatedKey } = await db.send(
        new QueryCommand({
          TableName: orders,
          IndexName: name,
          KeyConditionExpression: before === undefined ? '#key = :key' : '#key = :key AND placedKey < :before',
          ExpressionAttributeNames: { '#key': attribute },
          ExpressionAttributeValues: { ':key': key, ...(before !== undefined && { ':before': before }) },
          ScanIndexForward: false,
          Limit: limit,
        }),
      );
      // A page of keys is far below 1 MB: only the limit ends it early.
      if (LastEvaluatedKey && Items.length < limit) throw conflictError('An index gave less than a page');
      return Items.map((item) => IndexEntry.parse(item).placedKey);
    },
  };
}
export type OrderStore = ReturnType<typeof createOrderStore>;
