import type { EventOf } from '../../../shared/contracts/define-event.ts';
import { ReportRunCompleted } from '../../../shared/contracts/reports/events.ts';
import { openDatabase } from '../../../shared/dynamodb/database.ts';
import { queueHandler } from '../../../shared/lambda/queue-handler.ts';
import { isNightlyReport, nightlyRun } from '../run/decide.ts';
import { Env } from '../run/env.ts';
import { createRunStore } from '../run/run-store.ts';

const store = createRunStore(openDatabase(), Env.parse(process.env).INSIGHTS_TABLE_NAME);

/** Requests the run of a day when the nightly reports of the day are published. A repeated event requests the same run. */
export const handler = queueHandler(ReportRunCompleted, async ({ detail }: EventOf<typeof ReportRunCompleted>) => {
  if (!isNightlyReport(detail.data)) return;
  const { runId, date } = nightlyRun(detail.data.date);
  const { correlationId, eventId: causationId, occurredAt } = detail.metadata;
  const now = Date.parse(occurredAt);
  await store.request(runId, date, { actor: 'storeworks.insights', correlationId, causationId, now });
});
