import * as z from 'zod';
import { batchJobMaxAttempts, openDatabase } from '../../shared/dynamodb/database.ts';
import { eventHandler } from '../../shared/lambda/event-handler.ts';
import { UnfinishedSweepEnv } from './env.ts';
import { orderWrites } from './order/placement-store.ts';
import { createSettlementStore, finishOpenSettlements } from './order/settlement-store.ts';
import { undoAbandoned } from './placement/chunked-placement.ts';
import { createChunkedPlacementStore } from './placement/chunked-placement-store.ts';
import { createIntakeStore } from './queue/intake-store.ts';
import { createOrderQueue } from './queue/order-queue.ts';
import { resendAccepted } from './queue/resend-accepted-job.ts';

const { TIME_ZONE, ORDER_QUEUE_URL, ...tables } = UnfinishedSweepEnv.parse(process.env);
const { ORDER_TABLE_NAME, STOCK_TABLE_NAME } = tables;
const database = openDatabase(batchJobMaxAttempts);
const writes = orderWrites(ORDER_TABLE_NAME, TIME_ZONE);
const chunkedPlacements = createChunkedPlacementStore(database, tables, writes);
const settlements = createSettlementStore(database, ORDER_TABLE_NAME, STOCK_TABLE_NAME);
const intakes = createIntakeStore(database, ORDER_TABLE_NAME);
const queue = createOrderQueue(ORDER_QUEUE_URL);

export const handler = eventHandler(z.unknown(), async (_event, logger) => {
  const now = Date.now();
  const settled = finishOpenSettlements(settlements, now);
  const undone = undoAbandoned(chunkedPlacements, now);
  const resent = resendAccepted(intakes, queue, now);
  // All three run to completion before the first failure is thrown.
  await Promise.allSettled([settled, undone, resent]);
  const orderIds = { settled: await settled, undone: await undone, resent: await resent };
  if (Object.values(orderIds).some(({ length }) => length > 0)) logger.warn('finished abandoned work', orderIds);
});
