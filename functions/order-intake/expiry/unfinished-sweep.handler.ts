import * as z from 'zod';
import { openDatabase, batchJobMaxAttempts } from '../../../shared/dynamodb/database.ts';
import { eventHandler } from '../../../shared/lambda/event-handler.ts';
import { UnfinishedSweepEnv } from '../env.ts';
import { createIntakeStore } from '../queue/intake-store.ts';
import { createOrderQueue } from '../queue/order-queue.ts';
import { orderWrites } from '../placement/order-writes.ts';
import { undoAbandoned } from '../placement/chunked-placement.ts';
import { createPlacementStore } from '../placement/placement-store.ts';
import { resendAccepted } from '../queue/resend-accepted.ts';
import { settleLeftOpen } from '../fulfilment/chunked-release.ts';
import { createSettlementStore } from '../fulfilment/settlement-store.ts';

const { ORDER_TABLE_NAME, STOCK_TABLE_NAME, TIME_ZONE, ORDER_QUEUE_URL } = UnfinishedSweepEnv.parse(process.env);
const database = openDatabase(batchJobMaxAttempts);
const writes = orderWrites(ORDER_TABLE_NAME, TIME_ZONE);
const placements = createPlacementStore(database, ORDER_TABLE_NAME, STOCK_TABLE_NAME, writes);
const settlements = createSettlementStore(database, ORDER_TABLE_NAME, STOCK_TABLE_NAME);
const intakes = createIntakeStore(database, ORDER_TABLE_NAME);
const queue = createOrderQueue(ORDER_QUEUE_URL);

export const handler = eventHandler(z.unknown(), async (_firing, logger) => {
  const now = Date.now();
  const settled = settleLeftOpen(settlements, now);
  const undone = undoAbandoned(placements, now);
  const resent = resendAccepted(intakes, queue, now);
  // All go on to their end before a failure of one of them is told.
  await Promise.allSettled([settled, undone, resent]);
  const orderIds = { settled: await settled, undone: await undone, resent: await resent };
  if (Object.values(orderIds).some(({ length }) => length > 0)) logger.warn('ended what was left unfinished', orderIds);
});
