import { getOrder as getOrderRoute, placeOrder as placeOrderRoute } from '../../shared/contracts/orders/routes.ts';
import { quoteKeyReader } from '../../shared/quotes/quote-key-store.ts';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { httpHandlerForChannels, on } from '../../shared/lambda/http-handler.ts';
import { createHoldExpiry, oncePerSecond } from './order/hold-expiry-job.ts';
import { createOrderStore } from './order/order-store.ts';
import { createPlacementStore, orderWrites } from './order/placement-store.ts';
import { PlacementEnv } from './placement/env.ts';
import { createChunkedPlacementStore } from './placement/chunked-placement-store.ts';
import { placeOrder } from './placement/placement-api.ts';
import { placeOrQueue } from './queue/conflict-fallback-api.ts';
import { findQueuedOrder, preferredPlacement, queueOrder } from './queue/queue-api.ts';
import { createIntakeStore } from './queue/intake-store.ts';
import { createOrderQueue } from './queue/order-queue.ts';
import { getOrder } from './search/search-api.ts';

// `jitless`: zod would compile a parser, which takes longer than this one parse.
const {
  CHANNELS: channels,
  SELLING: policy,
  QUOTE_SECRET_ARN,
  ORDER_QUEUE_URL,
  ...tables
} = PlacementEnv.parse(process.env, { jitless: true });
const { ORDER_TABLE_NAME } = tables;
const db = openDatabase();
const writes = orderWrites(ORDER_TABLE_NAME, policy.timeZone);
const orders = createOrderStore(db, tables, policy.timeZone);
const placements = createPlacementStore(db, tables, policy.timeZone, quoteKeyReader(QUOTE_SECRET_ARN));
const chunkedPlacements = createChunkedPlacementStore(db, tables, writes);
const intakes = createIntakeStore(db, ORDER_TABLE_NAME);

const stores = { orders, placements, chunkedPlacements, intakes };
const queue = createOrderQueue(ORDER_QUEUE_URL);
const placeNow = placeOrder(stores, channels, policy, oncePerSecond(createHoldExpiry(orders)));

/** Customers wait for these routes. All others are in `api.handler.ts`, so that this function starts fast. */
export const handler = httpHandlerForChannels(
  channels,
  on(
    placeOrderRoute,
    preferredPlacement(placeOrQueue(placeNow, stores, queue, channels), queueOrder(stores, queue, channels)),
  ),
  on(getOrderRoute, getOrder(orders, findQueuedOrder(intakes), channels)),
);
