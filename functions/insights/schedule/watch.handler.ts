import * as z from 'zod';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { eventHandler } from '../../../shared/lambda/event-handler.ts';
import { Instant } from '../../../shared/names.ts';
import { overdueOf, runBefore } from '../run/decide.ts';
import { WatchEnv } from '../run/env.ts';
import { createRunStore } from '../run/run-store.ts';

const env = WatchEnv.parse(process.env);
const store = createRunStore(openDatabase(), env.INSIGHTS_TABLE_NAME);

/** `time` is the scheduled time. Reports once, which raises an alarm, that the insights of the night are not published. */
export const handler = eventHandler(z.object({ time: Instant }), async ({ time }, logger) => {
  const run = runBefore(Date.parse(time), env.TIME_ZONE);
  const overdue = overdueOf(run, await store.read(run.runId));
  logger.info('insights of the night checked', { run, overdue });
  if (!overdue) return;
  await store.reportOverdue(overdue, {
    actor: 'storeworks.insights',
    correlationId: run.runId,
    causationId: `schedule-${time}`,
    now: Date.now(),
  });
});
