import { quoteKeyReader } from '../../shared/quotes/quote-key-store.ts';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { queueBatchHandler } from '../../shared/lambda/queue-batch-handler.ts';
import { createHoldExpiry } from './order/hold-expiry-job.ts';
import { createOrderStore } from './order/order-store.ts';
import { createPlacementStore, orderWrites } from './order/placement-store.ts';
import { createChunkedPlacementStore } from './placement/chunked-placement-store.ts';
import { place } from './placement/place.ts';
import { QueueEnv } from './queue/env.ts';
import { QueuedOrder } from './queue/intake-item.ts';
import { createIntakeStore } from './queue/intake-store.ts';
import { placeQueued } from './queue/place-queued-job.ts';

const { SELLING: policy, QUOTE_SECRET_ARN, ...tables } = QueueEnv.parse(process.env);
const { ORDER_TABLE_NAME } = tables;
const db = openDatabase();
const writes = orderWrites(ORDER_TABLE_NAME, policy.timeZone);
const orders = createOrderStore(db, tables, policy.timeZone);
const placements = createPlacementStore(db, tables, policy.timeZone, quoteKeyReader(QUOTE_SECRET_ARN));
const chunkedPlacements = createChunkedPlacementStore(db, tables, writes);
const stores = { orders, placements, intakes: createIntakeStore(db, ORDER_TABLE_NAME) };
const expireHolds = createHoldExpiry(orders);

export const handler = queueBatchHandler(QueuedOrder, (queued, logger) => {
  const report = (message: string, error: unknown) =>
    logger.error(message, error instanceof Error ? error : String(error));
  return placeQueued(
    {
      stores,
      place: (placement, cause) => place({ placements, chunkedPlacements }, placement, policy, cause),
      policy,
      now: Date.now(),
      report,
      expireHolds,
    },
    queued,
  );
});
