import * as z from 'zod';
import { businessDays, dayBefore } from '../../shared/business-day.ts';
import { openDatabase } from '../../shared/dynamodb/database.ts';
import { eventHandler } from '../../shared/lambda/event-handler.ts';
import { BusinessDay, Instant } from '../../shared/names.ts';
import { replayOf } from './analyses/analysis-api.ts';
import { createAnalysisStore } from './analyses/analysis-store.ts';
import { ReplayRequestEnv } from './analyses/env.ts';

const env = ReplayRequestEnv.parse(process.env);
const store = createAnalysisStore(openDatabase(), env);

/** Of the schedule: `time`. A person in the console names the days instead: `{ "from": "2026-11-29", "to": "2026-11-29" }`. */
const Invocation = z.union([
  z
    .strictObject({ from: BusinessDay, to: BusinessDay.optional() })
    .refine(({ from, to = from }) => from <= to, 'The last day is before the first'),
  z.object({ time: Instant }),
]);

/** Requests the replay of the prices of the day before, or of the given days. A repeated invocation while it runs is the same. */
export const handler = eventHandler(Invocation, async (invocation, logger) => {
  const from =
    'time' in invocation ? dayBefore(businessDays(env.TIME_ZONE)(Date.parse(invocation.time))) : invocation.from;
  const to = 'time' in invocation ? from : (invocation.to ?? from);
  const wanted = replayOf(from, to);
  await store.request(wanted, {
    actor: 'storeworks.promotion-scheduling',
    correlationId: wanted.analysisId,
    causationId: 'time' in invocation ? `schedule-${invocation.time}` : 'console',
    now: Date.now(),
  });
  logger.info('replay of prices requested', { replayId: wanted.analysisId });
  return { replayId: wanted.analysisId };
});
