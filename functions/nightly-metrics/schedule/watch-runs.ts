import type { ReportRun } from '../../../shared/contracts/reports/routes.ts';
import { runAll } from '../../../shared/run-all.ts';
import type { RunStore } from '../run/run-store.ts';
import { nightlyRun, overdueRuns, restatementRuns } from './decide.ts';
import type { NightStore } from './night-store.ts';

const parallelReads = 16;

type Stores = { runs: Pick<RunStore, 'read'>; nights: Pick<NightStore, 'last' | 'reportOverdue'> };

/**
 * Reports, once, which runs of the night before `time` are not complete: yesterday's, also if the schedule of the night never
 * ran, and those of the days that the night restates. A run that cannot be read counts as missing and delays no other.
 */
export const watchRuns =
  ({ runs, nights }: Stores, timeZone: string) =>
  async ({ time }: { time: string }, now: number) => {
    const nightly = nightlyRun(Date.parse(time), timeZone);
    const arrivalDay = nightly.date;
    const last = await nights.last();
    const restated = last?.arrivalDay === arrivalDay ? restatementRuns(arrivalDay, last.restated) : [];
    const found = new Map<string, ReportRun>();
    const reading = runAll(parallelReads, [nightly, ...restated], async ({ runId }) => {
      const run = await runs.read(runId);
      if (run) found.set(runId, run);
      return undefined;
    });
    const failed = await reading.then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    const overdue = overdueRuns(nightly, restated, found);
    const cause = {
      actor: 'storeworks.nightly-metrics',
      correlationId: nightly.runId,
      causationId: `schedule-${time}`,
      now,
    };
    if (overdue.length > 0) await nights.reportOverdue(arrivalDay, overdue, cause);
    if (failed) throw failed.error;
    return overdue;
  };
