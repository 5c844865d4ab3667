import { createRefundedUnitsStore } from '../../../shared/refunds/refunded-units-store.ts';
import { createHoldExpiry, type ExpireHolds } from '../../../functions/order-intake/order/hold-expiry-job.ts';
import { createOrderStore } from '../../../functions/order-intake/order/order-store.ts';
import { createPlacementStore, orderWrites } from '../../../functions/order-intake/order/placement-store.ts';
import { createChunkedPlacementStore } from '../../../functions/order-intake/placement/chunked-placement-store.ts';
import { place } from '../../../functions/order-intake/placement/place.ts';
import { placeOrder } from '../../../functions/order-intake/placement/placement-api.ts';
import { createIntakeStore } from '../../../functions/order-intake/queue/intake-store.ts';
import type { placeQueued } from '../../../functions/order-intake/queue/place-queued-job.ts';
import { findQueuedOrder } from '../../../functions/order-intake/queue/queue-api.ts';
import { getOrder } from '../../../functions/order-intake/search/search-api.ts';
import { createSearchStore } from '../../../functions/order-intake/search/search-store.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import type { Channels } from '../../../shared/store.ts';
import { aPolicy } from '../builders.ts';
import { tables as testTables } from '../database/dynamodb.ts';
import { channels as testChannels } from '../environment.ts';

type Tables = Pick<
  typeof testTables,
  'ORDER_TABLE_NAME' | 'STOCK_TABLE_NAME' | 'CATALOG_TABLE_NAME' | 'SETTINGS_TABLE_NAME' | 'PROMOTION_TABLE_NAME'
>;

/** The key of signed quotes. */
export const quoteKey = 'a secret of the store';

/** Returns all stores of order-intake on one database. */
export function orderStores(db: Database, tables: Tables = testTables, timeZone = aPolicy().timeZone) {
  const { ORDER_TABLE_NAME: orderTable } = tables;
  return {
    orders: createOrderStore(db, tables, timeZone),
    placements: createPlacementStore(db, tables, timeZone, async () => quoteKey),
    chunkedPlacements: createChunkedPlacementStore(db, tables, orderWrites(orderTable, timeZone)),
    intakes: createIntakeStore(db, orderTable),
    search: createSearchStore(db, orderTable, timeZone),
    refunded: createRefundedUnitsStore(db, testTables),
  };
}
export type OrderStores = ReturnType<typeof orderStores>;

/** A hold expiry that never reads. */
export const skipExpiry: ExpireHolds = async () => 'skipped';

/** Far above the normal duration: no test depends on the speed of its machine. */
export const retryBudgetMs = 60_000;

/** Returns a hold expiry that does not depend on the speed of the machine. */
export const expiryOf = (orders: Parameters<typeof createHoldExpiry>[0]): ExpireHolds =>
  createHoldExpiry(orders, { budgetMs: retryBudgetMs, retryBudgetMs });

/** Returns the route function that places an order. */
export const placing = (
  stores: OrderStores,
  {
    channels = testChannels,
    expireHolds = skipExpiry,
    budgetMs = retryBudgetMs,
  }: { channels?: Channels; expireHolds?: ExpireHolds; budgetMs?: number } = {},
) => placeOrder(stores, channels, aPolicy(), expireHolds, budgetMs);

/** Returns the route function that reads one order. */
export const reading = ({ orders, intakes }: OrderStores) => getOrder(orders, findQueuedOrder(intakes), testChannels);

/** Returns the first argument of `placeQueued`. */
export const queuePlacing = (
  stores: OrderStores,
  { now, expireHolds }: { now: number; expireHolds: ExpireHolds },
): Parameters<typeof placeQueued>[0] => ({
  stores,
  place: (placement, cause) => place(stores, placement, aPolicy(), cause, retryBudgetMs),
  policy: aPolicy(),
  now,
  report: () => undefined,
  expireHolds,
  budgetMs: retryBudgetMs,
  retryBudgetMs,
});
