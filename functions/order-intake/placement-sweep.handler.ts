import * as z from 'zod';
import { openDatabase } from '../../shared/database.ts';
import { eventHandler } from '../../shared/lambda/event-handler.ts';
import { SweepEnv } from './env.ts';
import { orderWrites } from './order-writes.ts';
import { undoAbandoned } from './place-in-steps.ts';
import { createPlacementStore } from './placement-store.ts';

const { ORDER_TABLE_NAME, STOCK_TABLE_NAME, TIME_ZONE } = SweepEnv.parse(process.env);
const writes = orderWrites(ORDER_TABLE_NAME, TIME_ZONE);
const placements = createPlacementStore(openDatabase(), ORDER_TABLE_NAME, STOCK_TABLE_NAME, writes);

export const handler = eventHandler(z.unknown(), async (_firing, logger) => {
  const undone = await undoAbandoned(placements, Date.now());
  if (undone.length > 0) logger.warn('abandoned placements undone', { orderIds: undone });
});
