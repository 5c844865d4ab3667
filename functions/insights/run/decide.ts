import { businessDays, dayBefore } from '../../../shared/business-day.ts';
import type { DataOf } from '../../../shared/contracts/define-event.ts';
import type { InsightsOverdue } from '../../../shared/contracts/insights/events.ts';
import type { ReportRun } from '../../../shared/contracts/reports/routes.ts';

/** The run of the night after a business day. */
export const nightlyRun = (date: string) => ({ runId: `insights-${date}`, date });

/** Whether a run of reports is that of the night after its day: it starts the run of insights. */
export const isNightlyReport = ({ runId, date }: { runId: string; date: string }): boolean =>
  runId === `nightly-${date}`;

/** The run that the night before a scheduled time should have completed. */
export const runBefore = (scheduledAtMs: number, timeZone: string) =>
  nightlyRun(dayBefore(businessDays(timeZone)(scheduledAtMs)));

/** What is overdue of a run; undefined if it is completed. */
export function overdueOf(
  run: { runId: string; date: string },
  found: ReportRun | undefined,
): DataOf<typeof InsightsOverdue> | undefined {
  const { status = 'missing' as const, error } = found ?? {};
  if (status === 'completed') return undefined;
  const impact = 'Forecasts, segments, churn risks and classes are those of an earlier day.';
  return { ...run, status, ...(error !== undefined && { error }), impact };
}
