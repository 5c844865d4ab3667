import * as z from 'zod';
import { openDatabase, batchJobMaxAttempts } from '../../../shared/dynamodb/database.ts';
import { eventHandler } from '../../../shared/lambda/event-handler.ts';
import { Instant } from '../../../shared/names.ts';
import { createChangeStore } from '../order/change-store.ts';
import { SweepEnv } from '../env.ts';
import { sweep } from './sweep.ts';

/** What the schedule sends. */
const Firing = z.object({ time: Instant });
/** Less than the function's own time limit. */
const budgetMs = 40_000;

const { TIME_ZONE, ...tables } = SweepEnv.parse(process.env);
const endWhatIsOver = sweep(createChangeStore(openDatabase(batchJobMaxAttempts), tables, TIME_ZONE));

export const handler = eventHandler(Firing, async ({ time }, logger) => {
  const id = `schedule-${time}`;
  const cause = { actor: 'storeworks.order-intake', correlationId: id, causationId: id, now: Date.now() };
  const { swept, busy, failures } = await endWhatIsOver(cause, { budgetMs });
  logger.info('swept', { swept, busy: busy.length });
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} could not be brought to an end`);
});
