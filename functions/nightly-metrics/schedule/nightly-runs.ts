import * as z from 'zod';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import { Instant } from '../../../shared/names.ts';
import type { LakeStore } from '../run/lake-store.ts';
import type { RunStore } from '../run/run-store.ts';
import { nightlyRun, planNight, restatementRuns } from './decide.ts';
import type { NightStore } from './night-store.ts';

const maxParallelRequests = 8;
const retryBudgetMs = 10_000;

/**
 * Payload of the schedule. `time` is the scheduled time, not the invocation time:
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 */
export const ScheduledInvocation = z.object({ time: Instant });

type Stores = {
  runs: Pick<RunStore, 'request'>;
  lake: Pick<LakeStore, 'daysWithLateArrivals'>;
  nights: NightStore;
};

/**
 * Requests the run of the business day before the scheduled time, and runs of earlier days with events that arrived on
 * that day, at most `maxRestatedDays`; the others wait for the next nights. Repeated invocations request the same runs.
 */
export const requestNightlyRuns =
  ({ runs, lake, nights }: Stores, timeZone: string, maxRestatedDays: number) =>
  async (
    { time }: z.infer<typeof ScheduledInvocation>,
    now: number,
  ): Promise<{ runId: string; date: string; isNew: boolean }[]> => {
    const causeOf = (runId: string): Cause => ({
      actor: 'storeworks.nightly-metrics',
      correlationId: runId,
      causationId: `schedule-${time}`,
      now,
    });
    const request = async ({ runId, date }: { runId: string; date: string }) => {
      const { isNew } = await runs.request(runId, date, causeOf(runId));
      return { runId, date, isNew };
    };
    const nightly = nightlyRun(Date.parse(time), timeZone);
    const requested = await request(nightly);
    const lateDays = await lake.daysWithLateArrivals(nightly.date);
    const restated = await retryOnConflict(retryBudgetMs, async () => {
      const last = await nights.last();
      // A repeated invocation, which may follow a crash.
      if (last?.arrivalDay === nightly.date) return last.restated;
      // A late invocation for an earlier night: the days that wait are those of a newer one.
      if (last && last.arrivalDay > nightly.date) return planNight(lateDays, [], maxRestatedDays).restated;
      const plan = planNight(lateDays, last?.waiting ?? [], maxRestatedDays);
      return (await nights.write(last, nightly.date, plan, causeOf(nightly.runId))) === 'done'
        ? plan.restated
        : undefined;
    });
    return [requested, ...(await inParallel(maxParallelRequests, restatementRuns(nightly.date, restated), request))];
  };
