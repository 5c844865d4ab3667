import { businessDays, daysFrom } from '../../../shared/business-day.ts';
import { maxRangeDays, type ReportRangeRun, type ReportRun } from '../../../shared/contracts/reports/routes.ts';
import type { RangeRun } from './range-store.ts';

/** Whether a business day has begun at `nowMs`. A day in progress can be reported in part. */
export const hasBegun = (date: string, nowMs: number, timeZone: string): boolean =>
  date <= businessDays(timeZone)(nowMs);

/** The run of each day of a range. Repeated requests have the same ids, so that a day is run once. */
export const runsOfRange = ({ runId, from, to }: Pick<RangeRun, 'runId' | 'from' | 'to'>) =>
  daysFrom(from, to, maxRangeDays).map((date) => ({ runId: `${runId}-${date}`, date }));

const maxFailures = 20;

/** A range with its progress, from the runs of its days that were requested. */
export function progressOf({ force, ...range }: RangeRun, runs: readonly ReportRun[]): ReportRangeRun {
  const of = runsOfRange(range).length;
  const count = (wanted: ReportRun['status']) => runs.filter(({ status }) => status === wanted).length;
  const [completed, failed, running] = [count('completed'), count('failed'), count('running')];
  const failures = runs
    .filter(({ status }) => status === 'failed')
    .toSorted((a, b) => (a.date < b.date ? -1 : 1))
    .slice(0, maxFailures)
    .map(({ date, runId, error = '' }) => ({ date, runId, error }));
  const changed = runs.filter((run) => run.changed === true).length;
  const isOpen = completed + failed < of;
  const status = isOpen
    ? runs.length > count('requested')
      ? 'running'
      : 'requested'
    : failed > 0
      ? 'failed'
      : 'completed';
  return { ...range, ...(force && { force }), status, days: { of, completed, failed, running, changed }, failures };
}
