import { businessDays, dayBefore } from '../../../shared/business-day.ts';
import type { ReportRun } from '../../../shared/contracts/reports/routes.ts';

export type Run = { runId: string; date: string };

/** The run for a scheduled time: the business day before it. Repeated and late invocations get the same run. */
export function nightlyRun(scheduledAtMs: number, timeZone: string): Run {
  const date = dayBefore(businessDays(timeZone)(scheduledAtMs));
  return { runId: `nightly-${date}`, date };
}

/** The days that a night restates, and those that wait for the next nights; the newest first. */
export type NightPlan = { restated: string[]; waiting: string[] };

/**
 * Plans the night after `arrivalDay`: days with events that arrived on it and days that waited, up to `maxDays`. Of more
 * days the newest are restated, as finance needs them most; the others wait.
 */
export function planNight(lateDays: readonly string[], waitingBefore: readonly string[], maxDays: number): NightPlan {
  const days = [...new Set([...lateDays, ...waitingBefore])].toSorted().toReversed();
  return { restated: days.slice(0, maxDays), waiting: days.slice(maxDays) };
}

/**
 * Plans a late invocation of a night before the last one. Its days that wait are added to those of the last night, except
 * those that the last night restates, which has their events.
 */
export function planOlderNight(lateDays: readonly string[], last: NightPlan, maxDays: number) {
  const { restated, waiting } = planNight(lateDays, [], maxDays);
  const more = waiting.filter((day) => !last.restated.includes(day));
  return { restated, lastNight: { restated: last.restated, waiting: planNight(more, last.waiting, 0).waiting } };
}

/** The runs that restate earlier days in the night after `arrivalDay`. */
export const restatementRuns = (arrivalDay: string, days: readonly string[]): Run[] =>
  days.map((date) => ({ runId: `nightly-${arrivalDay}-${date}`, date }));

/** The runs that a night should have completed, of these that exist, with what finance misses. */
export function overdueRuns(nightly: Run, restated: readonly Run[], found: ReadonlyMap<string, ReportRun>) {
  return [nightly, ...restated].flatMap(({ runId, date }) => {
    const { status = 'missing' as const, error } = found.get(runId) ?? {};
    if (status === 'completed') return [];
    const impact =
      runId === nightly.runId
        ? `There are no sales, refunds and totals of ${date}.`
        : `Events of ${date} that arrived later are not in its reports.`;
    return [{ date, runId, status, ...(error !== undefined && { error }), impact }];
  });
}
