import * as z from 'zod';
import { openDatabase } from '../../shared/database.ts';
import { eventHandler } from '../../shared/lambda/event-handler.ts';
import { PlacementSweepEnv } from './env.ts';
import { createIntakeStore } from './intake-store.ts';
import { createOrderQueue } from './order-queue.ts';
import { orderWrites } from './order-writes.ts';
import { undoAbandoned } from './place-in-steps.ts';
import { createPlacementStore } from './placement-store.ts';
import { resendAccepted } from './resend-accepted.ts';

const { ORDER_TABLE_NAME, STOCK_TABLE_NAME, TIME_ZONE, ORDER_QUEUE_URL } = PlacementSweepEnv.parse(process.env);
const database = openDatabase();
const writes = orderWrites(ORDER_TABLE_NAME, TIME_ZONE);
const placements = createPlacementStore(database, ORDER_TABLE_NAME, STOCK_TABLE_NAME, writes);
const intakes = createIntakeStore(database, ORDER_TABLE_NAME);
const queue = createOrderQueue(ORDER_QUEUE_URL);

export const handler = eventHandler(z.unknown(), async (_firing, logger) => {
  const now = Date.now();
  // Neither waits for the other, nor for its failure.
  const results = await Promise.allSettled([
    undoAbandoned(placements, now).then((orderIds) => ({ done: 'abandoned placements undone', orderIds })),
    resendAccepted(intakes, queue, now).then((orderIds) => ({ done: 'accepted orders sent again', orderIds })),
  ]);
  for (const result of results) {
    if (result.status === 'fulfilled' && result.value.orderIds.length > 0) {
      logger.warn(result.value.done, { orderIds: result.value.orderIds });
    }
  }
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  if (errors.length > 0) throw new AggregateError(errors, 'The sweep did not do all');
});
