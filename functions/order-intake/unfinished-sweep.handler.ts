import * as z from 'zod';
import { openDatabase, patientTries } from '../../shared/database.ts';
import { eventHandler } from '../../shared/lambda/event-handler.ts';
import { UnfinishedSweepEnv } from './env.ts';
import { createIntakeStore } from './intake-store.ts';
import { createOrderQueue } from './order-queue.ts';
import { orderWrites } from './order-writes.ts';
import { undoAbandoned } from './place-in-steps.ts';
import { createPlacementStore } from './placement-store.ts';
import { resendAccepted } from './resend-accepted.ts';
import { settleLeftOpen } from './settle-in-steps.ts';
import { createSettlementStore } from './settlement-store.ts';

const { ORDER_TABLE_NAME, STOCK_TABLE_NAME, TIME_ZONE, ORDER_QUEUE_URL } = UnfinishedSweepEnv.parse(process.env);
const database = openDatabase(patientTries);
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
