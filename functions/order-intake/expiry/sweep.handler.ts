import * as z from 'zod';
import { batchJobMaxAttempts, openDatabase } from '../../../shared/dynamodb/database.ts';
import { eventHandler } from '../../../shared/lambda/event-handler.ts';
import { Instant } from '../../../shared/names.ts';
import { processDueOrders } from '../order/hold-expiry-job.ts';
import { createOrderStore } from '../order/order-store.ts';
import { SweepEnv } from './env.ts';

/** The schedule's event. */
const ScheduledEvent = z.object({ time: Instant });
/** Below the function's timeout of one minute. */
const budgetMs = 40_000;

const { TIME_ZONE, ...tables } = SweepEnv.parse(process.env);
const processDue = processDueOrders(createOrderStore(openDatabase(batchJobMaxAttempts), tables, TIME_ZONE));

export const handler = eventHandler(ScheduledEvent, async ({ time }, logger) => {
  const id = `schedule-${time}`;
  const cause = { actor: 'storeworks.order-intake', correlationId: id, causationId: id, now: Date.now() };
  const { changed, conflictedIds, failures } = await processDue(cause, { budgetMs });
  logger.info('due orders processed', { changed, conflicted: conflictedIds.length });
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} due order(s) failed`);
});
