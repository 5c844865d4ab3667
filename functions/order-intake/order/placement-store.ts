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
import { firstOrderReader } from '../../../shared/orders/first-order-store.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import { mergedClaims } from '../../../shared/promotions/limit-counters.ts';
import { createLimitReader } from '../../../shared/promotions/limits-store.ts';
import type { Needs } from '../../../shared/promotions/price-with-limits.ts';
import { type ClaimActions, claimActions } from '../../../shared/promotions/promotion-claim.ts';
import { promotionRules } from '../../../shared/settings/promotion-policy.ts';
import type { SellingPolicy } from '../../../shared/store.ts';
import { conflictError } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { offerReader, snapshotKeys } from '../../../shared/pricing/pricing-snapshots.ts';
import { StockItem, stockKey } from '../../../shared/stock/stock-item.ts';
import { type Reservation, reserveAction, reservationsOf } from '../../../shared/stock/reservation.ts';
import { buyerOfPlacement, type Decision, decide, type Placement, type PlacementStates, stateOf } from './decide.ts';
import {
  EarlyPayments,
  indexKeys,
  type InitialState,
  isEarlyPayments,
  OrderItem,
  type PlacedOrder,
} from './order-item.ts';

/** An order to write; `initialState` has the members of its item that `OrderPlaced` lacks. */
export type NewOrder = {
  order: PlacedOrder;
  initialState: InitialState;
  contentHash: string;
  cause: Cause;
  claims?: ClaimActions | undefined;
};

/** Customers whose earlier orders are read at the same time. */
const customersAtOnce = 16;

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

const maxReads = 10;

/** Decides on a placement; reads more where the decision needs it, such as counters of promotions that it depends on. */
export async function loadAndDecide(
  store: Pick<PlacementStore, 'loadAll' | 'loadMore'>,
  placement: Placement,
  isConsistent: boolean,
  policy: SellingPolicy,
): Promise<Decision> {
  const { orderId } = placement;
  let states = await store.loadAll([placement], isConsistent);
  for (let reads = 1; ; reads += 1) {
    const decision = decide(placement, stateOf(states, orderId), policy);
    if (decision.kind !== 'incomplete') return decision;
    if (reads === maxReads) throw conflictError('The limits of promotions kept changing');
    states = await store.loadMore([placement], states, new Map([[orderId, decision.needs]]));
  }
}

/** Of a function whose orders have no quotes. */
const noQuotes = (): Promise<string> => Promise.reject(new Error('There is no key of signed quotes'));

/**
 * Reads what decides on placements and writes new orders with their reservations. `timeZone` as for `orderWrites`.
 * `quoteKey` reads the key of signed quotes.
 */
export function createPlacementStore(db: Database, tables: Tables, timeZone: string, quoteKey = noQuotes) {
  const { ORDER_TABLE_NAME: orders, STOCK_TABLE_NAME: stock, CATALOG_TABLE_NAME: catalog } = tables;
  const { SETTINGS_TABLE_NAME: settings, PROMOTION_TABLE_NAME: promotions } = tables;
  const offerOf = offerReader();
  const promotionsOf = promotionSetReader(db, promotions);
  const limitsOf = createLimitReader(db, promotions);
  const isFirstOrder = firstOrderReader(db, orders);
  const writes = orderWrites(orders, timeZone);

  const stockIn = (items: readonly unknown[]) =>
    new Map(items.map((item) => StockItem.parse(item)).map((item) => [item.sku, item]));

  return {
    /**
     * The state for placements. One request for up to 48 SKUs; a consistent read costs twice the read units, and its
     * decision is final.
     */
    async loadAll(placements: readonly Placement[], isConsistent: boolean): Promise<PlacementStates> {
      const first = limitsOf.firstRead(placements.map(buyerOfPlacement));
      const ordered = placements.flatMap(({ content }) => content.lines.map(({ sku }) => sku));
      const skus = new Set([...ordered, ...first.gifts]);
      const keys = {
        [orders]: placements.map(({ orderId }) => orderKey(orderId)),
        [catalog]: [...[...skus].map(skuKey), snapshotKeys.priceLists],
        [settings]: [snapshotKeys.settings],
        [stock]: [...skus].map(stockKey),
        [promotions]: [headKeyFor(placements[0]?.orderId ?? ''), ...first.keys],
      };
      // The switch and the limits of promotions are always read consistently.
      const items = await readBatch(db, keys, isConsistent || [promotions]);
      const found = items.get(orders) ?? [];
      const placed = found.filter((item) => !isEarlyPayments(item));
      const early = found.filter(isEarlyPayments);
      const offer = offerOf(items.get(catalog) ?? [], items.get(settings) ?? []);
      const ofPromotions = items.get(promotions) ?? [];
      const set = await promotionsOf(ofPromotions.find(isHead));
      const rules = promotionRules(set, offer.settings, { timeZone });
      return {
        orders: new Map(placed.map((item) => Identity.parse(item)).map((order) => [order.orderId, order])),
        earlyPayments: new Map(early.map((item) => EarlyPayments.parse(item)).map((order) => [order.orderId, order])),
        firstOrders: new Map(),
        ...offer,
        promotions: set,
        quoteKey: placements.some(({ content }) => content.quote !== undefined) ? await quoteKey() : undefined,
        stock: stockIn(items.get(stock) ?? []),
        limits: limitsOf.stateOf(ofPromotions, { counted: first.counted, skus, isExact: isConsistent }, rules),
      };
    },

    /** The state with what decisions need beside it, by order id. */
    async loadMore(
      placements: readonly Placement[],
      states: PlacementStates,
      needs: ReadonlyMap<string, Needs>,
    ): Promise<PlacementStates> {
      const all = [...needs.values()];
      const gifts = [...new Set(all.flatMap((each) => each.gifts))];
      const counters = [...new Set(all.flatMap((each) => each.counters))];
      const unknown = placements.filter(({ orderId }) => needs.get(orderId)?.firstOrder);
      const keys = { [catalog]: gifts.map(skuKey), [stock]: gifts.map(stockKey) };
      const [limits, items, firsts] = await Promise.all([
        limitsOf.withCounters(states.limits, counters, placements.map(buyerOfPlacement)),
        readBatch(db, keys, true),
        inParallel(customersAtOnce, unknown, async ({ orderId, content }): Promise<[string, boolean]> => [
          orderId,
          await isFirstOrder(content.customer),
        ]),
      ]);
      const { skus } = offerOf(items.get(catalog) ?? [], []);
      return {
        ...states,
        skus: new Map([...states.skus, ...skus]),
        stock: new Map([...states.stock, ...stockIn(items.get(stock) ?? [])]),
        firstOrders: new Map([...states.firstOrders, ...firsts]),
        limits: { ...limits, skus: new Set([...limits.skus, ...gifts]) },
      };
    },

    /** Writes the order with its event, reserves its stock and claims what it gets of promotions in one transaction. */
    commit: (newOrder: NewOrder, reservations: readonly Reservation[]): Promise<'done' | 'version-conflict'> =>
      transact(db, [
        ...reservations.map((reservation) => reserveAction(stock, reservation)),
        ...claimActions(promotions, newOrder.claims),
        ...writes(newOrder),
      ]),

    /** Writes several orders with their events, reserves the stock and claims the promotions of all in one transaction. */
    commitGroup(newOrders: readonly NewOrder[]): Promise<'done' | 'version-conflict'> {
      const reservations = reservationsOf(newOrders.flatMap(({ order }) => order.lines));
      const counters = mergedClaims(newOrders.flatMap(({ claims }) => claims?.counters ?? []));
      const codes = newOrders.flatMap(({ claims }) => claims?.codes ?? []);
      return transact(db, [
        ...reservations.map((reservation) => reserveAction(stock, reservation)),
        ...claimActions(promotions, { counters, codes }),
        ...newOrders.flatMap(writes),
      ]);
    },
  };
}
export type PlacementStore = ReturnType<typeof createPlacementStore>;
