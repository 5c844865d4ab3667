import * as z from 'zod';
import { openDatabase } from '../../shared/database.ts';
import { eventHandler } from '../../shared/lambda/event-handler.ts';
import { SweepEnv } from './env.ts';
import { orderWrites } from './order-writes.ts';
import { undoAbandoned } from './place-in-steps.ts';
import { createPlacementStore } from './placement-store.ts';
import { settleLeftOpen } from './settle-in-steps.ts';
import { createSettlementStore } from './settlement-store.ts';

const { ORDER_TABLE_NAME, STOCK_TABLE_NAME, TIME_ZONE } = SweepEnv.parse(process.env);
const database = openDatabase();
const writes = orderWrites(ORDER_TABLE_NAME, TIME_ZONE);
const placements = createPlacementStore(database, ORDER_TABLE_NAME, STOCK_TABLE_NAME, writes);
const settlements = createSettlementStore(database, ORDER_TABLE_NAME, STOCK_TABLE_NAME);

export const handler = eventHandler(z.unknown(), async (_firing, logger) => {
  const now = Date.now();
  const settled = settleLeftOpen(settlements, now);
  const undone = undoAbandoned(placements, now);
  // Both go on to their end before a failure of one of them is told.
  await Promise.allSettled([settled, undone]);
  const orderIds = { settled: await settled, undone: await undone };
  if (orderIds.settled.length + orderIds.undone.length > 0) logger.warn('ended what was left in steps', orderIds);
});
