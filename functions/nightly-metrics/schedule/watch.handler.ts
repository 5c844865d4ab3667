import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { eventHandler } from '../../../shared/lambda/event-handler.ts';
import { Env } from '../run/env.ts';
import { createRunStore } from '../run/run-store.ts';
import { createNightStore } from './night-store.ts';
import { ScheduledInvocation } from './nightly-runs.ts';
import { watchRuns } from './watch-runs.ts';

const env = Env.parse(process.env);
const db = openDatabase();
const watch = watchRuns(
  { runs: createRunStore(db, env.REPORT_TABLE_NAME), nights: createNightStore(db, env.REPORT_TABLE_NAME) },
  env.TIME_ZONE,
);

export const handler = eventHandler(ScheduledInvocation, async (invocation, logger) => {
  const overdue = await watch(invocation, Date.now());
  logger.info('runs of the night checked', { overdue });
});
