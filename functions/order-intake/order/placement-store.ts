import { lazyBusinessDay } from '../../../shared/business-day.ts';
import { skuKey } from '../../../shared/catalog/sku-item.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { OrderPlaced } from '../../../shared/contracts/orders/events.ts';
import { type Action, type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { orderKey, orderPartition } from '../../../shared/orders/order-keys.ts';
import { headKeyFor, isHead } from '../../../shared/promotions/promotion-head.ts';
import { promotionSetReader } from '../../../shared/promotions/promotion-set-store.ts';
import { offerReader, snapshotKeys } from '../../../shared/pricing/pricing-snapshots.ts';
import { StockItem, stockKey } from '../../../shared/stock/stock-item.ts';
import { type Reservation, reserveAction, reservationsOf } from '../../../shared/stock/reservation.ts';
import type { Placement, PlacementState } from './decide.ts';
import {
  EarlyPayments,
  indexKeys,
  type InitialState,
  isEarlyPayments,
  OrderItem,
  type PlacedOrder,
} from './order-item.ts';

/** An order to write; `initialState` has the members of its item that `OrderPlaced` lacks. */
export type NewOrder = { order: PlacedOrder; initialState: InitialState; contentHash: string; cause: Cause };

type Tables = {
  ORDER_TABLE_NAME: string;
  STOCK_TABLE_NAME: string;
  CATALOG_TABLE_NAME: string;
  SETTINGS_TABLE_NAME: string;
  PROMOTION_TABLE_NAME: string;
};

const Identity = OrderItem.pick({ orderId: true, contentHash: true, placedEventId: true });

/**
 * Builds the two writes of a new order: its item, which replaces early payments, and its `OrderPlaced` event. `timeZone`
 * is the IANA zone of the business days.
 */
export function orderWrites(orderTable: string, timeZone: string) {
  const businessDay = lazyBusinessDay(timeZone);
  return ({
    order,
    initialState: { earlyPaymentsVersion = 0, ...initialState },
    contentHash,
    cause,
  }: NewOrder): [Action, Action] => {
    const event = newEvent(OrderPlaced, order, cause, order.placedAt);
    const placedEventId = event.detail.metadata.eventId;
    const item: OrderItem = {
      ...order,
      ...initialState,
      contentHash,
      placedEventId,
      version: earlyPaymentsVersion + 1,
    };
    const keys = { ...orderKey(order.orderId), ...indexKeys(order, businessDay(Date.parse(order.placedAt))) };
    return [
      { Put: { TableName: orderTable, Item: { ...item, ...keys }, ...expectVersion(earlyPaymentsVersion) } },
      { Put: { TableName: orderTable, Item: outboxItem(orderPartition(order.orderId), event) } },
    ];
  };
}
export type OrderWrites = ReturnType<typeof orderWrites>;

/** Reads what decides on placements and writes new orders with their reservations. `timeZone` as for `orderWrites`. */
export function createPlacementStore(db: Database, tables: Tables, timeZone: string) {
  const { ORDER_TABLE_NAME: orders, STOCK_TABLE_NAME: stock, CATALOG_TABLE_NAME: catalog } = tables;
  const { SETTINGS_TABLE_NAME: settings, PROMOTION_TABLE_NAME: promotions } = tables;
  const offerOf = offerReader();
  const promotionsOf = promotionSetReader(db, promotions);
  const writes = orderWrites(orders, timeZone);

  const read = async (placements: readonly Placement[], isConsistent: boolean) => {
    const skus = [...new Set(placements.flatMap(({ content }) => content.lines.map(({ sku }) => sku)))];
    const keys = {
      [orders]: placements.map(({ orderId }) => orderKey(orderId)),
      [catalog]: [...skus.map(skuKey), snapshotKeys.priceLists],
      [settings]: [snapshotKeys.settings],
      [stock]: skus.map(stockKey),
      [promotions]: [headKeyFor(placements[0]?.orderId ?? '')],
    };
    // The switch and the limits of promotions are always read consistently.
    const items = await readBatch(db, keys, isConsistent || [promotions]);
    const found = items.get(orders) ?? [];
    const placed = found.filter((item) => !isEarlyPayments(item));
    const early = found.filter(isEarlyPayments);
    return {
      orders: new Map(placed.map((item) => Identity.parse(item)).map((order) => [order.orderId, order])),
      earlyPayments: new Map(early.map((item) => EarlyPayments.parse(item)).map((order) => [order.orderId, order])),
      ...offerOf(items.get(catalog) ?? [], items.get(settings) ?? []),
      promotions: await promotionsOf((items.get(promotions) ?? []).find(isHead)),
      stock: new Map((items.get(stock) ?? []).map((item) => StockItem.parse(item)).map((item) => [item.sku, item])),
    };
  };

  return {
    /** One request for up to 48 SKUs. A consistent read costs twice the read units. */
    async load(placement: Placement, isConsistent: boolean): Promise<PlacementState> {
      const { orders, earlyPayments, ...offer } = await read([placement], isConsistent);
      const { orderId } = placement;
      return { order: orders.get(orderId), earlyPayments: earlyPayments.get(orderId), ...offer };
    },

    /** The state for several placements, by order id, read consistently. */
    loadAll: (placements: readonly Placement[]) => read(placements, true),

    /** Writes the order with its event and reserves its stock in one transaction. */
    commit: (newOrder: NewOrder, reservations: readonly Reservation[]): Promise<'done' | 'version-conflict'> =>
      transact(db, [...reservations.map((reservation) => reserveAction(stock, reservation)), ...writes(newOrder)]),

    /** Writes several orders with their events and reserves the stock of all in one transaction. */
    commitGroup(newOrders: readonly NewOrder[]): Promise<'done' | 'version-conflict'> {
      const reservations = reservationsOf(newOrders.flatMap(({ order }) => order.lines));
      return transact(db, [
        ...reservations.map((reservation) => reserveAction(stock, reservation)),
        ...newOrders.flatMap(writes),
      ]);
    },
  };
}
export type PlacementStore = ReturnType<typeof createPlacementStore>;
