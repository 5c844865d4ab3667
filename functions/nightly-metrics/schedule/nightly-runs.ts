import * as z from 'zod';
import type { Cause } from '../../../shared/contracts/define-event.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { Instant } from '../../../shared/names.ts';
import { runAll } from '../../../shared/run-all.ts';
import type { LakeStore } from '../../../shared/lake/lake-store.ts';
import type { RunStore } from '../run/run-store.ts';
import { nightlyRun, planNight, planOlderNight, restatementRuns, type Run } from './decide.ts';
import type { LastNight, NightStore } from './night-store.ts';

const parallelRequests = 8;
const retryBudgetMs = 10_000;

/**
 * Payload of the schedule. `time` is the scheduled time, not the invocation time:
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 */
export const ScheduledInvocation = z.object({ time: Instant });

type Stores = {
  runs: Pick<RunStore, 'request' | 'read'>;
  lake: Pick<LakeStore, 'daysWithLateArrivals'>;
  nights: NightStore;
};

/**
 * Requests the run of the business day before the scheduled time, and runs of earlier days with events that arrived on
 * that day, at most `maxRestatedDays`; the others wait for the next nights. Repeated invocations request the same runs. A
 * request that fails delays no other; those of restatements are also repeated by the next night.
 */
export const requestNightlyRuns =
  (stores: Stores, timeZone: string, maxRestatedDays: number) =>
  async ({ time }: z.infer<typeof ScheduledInvocation>, now: number): Promise<(Run & { isNew: boolean })[]> => {
    const causeOf = (runId: string): Cause => ({
      actor: 'storeworks.nightly-metrics',
      correlationId: runId,
      causationId: `schedule-${time}`,
      now,
    });
    const requestAll = (runs: readonly Run[]) =>
      runAll(parallelRequests, runs, async ({ runId, date }) => {
        const { isNew } = await stores.runs.request(runId, date, causeOf(runId));
        return { runId, date, isNew };
      });
    const nightly = nightlyRun(Date.parse(time), timeZone);
    const restatements = async () => {
      const lateDays = await stores.lake.daysWithLateArrivals(nightly.date);
      const days = await planDays(
        stores,
        { arrivalDay: nightly.date, lateDays },
        maxRestatedDays,
        causeOf(nightly.runId),
      );
      return requestAll(restatementRuns(nightly.date, days));
    };
    return (await runAll(2, [() => requestAll([nightly]), restatements], (request) => request())).flat();
  };

/** Stores the plan of a night and returns the days that it restates. */
const planDays = (
  { runs, nights }: Stores,
  { arrivalDay, lateDays }: { arrivalDay: string; lateDays: readonly string[] },
  maxDays: number,
  cause: Cause,
): Promise<string[]> =>
  retryOnConflict(retryBudgetMs, async () => {
    const last = await nights.last();
    // A repeated invocation, which may follow a crash.
    if (last?.arrivalDay === arrivalDay) return last.restated;
    if (last && last.arrivalDay > arrivalDay) {
      const { restated, lastNight } = planOlderNight(lateDays, last, maxDays);
      if (lastNight.waiting.length === last.waiting.length) return restated;
      return (await nights.write(last, last.arrivalDay, lastNight, cause)) === 'done' ? restated : undefined;
    }
    const before = [...(last?.waiting ?? []), ...(last ? await unrequestedDays(runs, last) : [])];
    const plan = planNight(lateDays, before, maxDays);
    return (await nights.write(last, arrivalDay, plan, cause)) === 'done' ? plan.restated : undefined;
  });

/** The days of a night's plan whose runs it did not request: it failed after it had stored the plan. */
async function unrequestedDays(runs: Stores['runs'], { arrivalDay, restated }: LastNight): Promise<string[]> {
  const planned = restatementRuns(arrivalDay, restated);
  return runAll(parallelRequests, planned, async ({ runId, date }) => ((await runs.read(runId)) ? undefined : date));
}
