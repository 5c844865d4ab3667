import { businessDays, dayBefore } from '../../../shared/business-day.ts';

type Run = { runId: string; date: string };

/** The run for a scheduled time: the business day before it. Repeated and late invocations get the same run. */
export function nightlyRun(scheduledAtMs: number, timeZone: string): Run {
  const date = dayBefore(businessDays(timeZone)(scheduledAtMs));
  return { runId: `nightly-${date}`, date };
}

/** The runs that restate earlier days: one per day with events that arrived on `arrivalDay`. */
export const restatementRuns = (arrivalDay: string, lateDays: readonly string[]): Run[] =>
  lateDays.map((date) => ({ runId: `nightly-${arrivalDay}-${date}`, date }));
