import * as z from 'zod';
import { inParallel } from '../../../shared/in-parallel.ts';
import { Instant } from '../../../shared/names.ts';
import type { LakeStore } from '../run/lake-store.ts';
import type { RunStore } from '../run/run-store.ts';
import { nightlyRun, restatementRuns } from './decide.ts';

const maxParallelRequests = 8;

/**
 * Payload of the schedule. `time` is the scheduled time, not the invocation time:
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 */
export const ScheduledInvocation = z.object({ time: Instant });

/**
 * Requests the run of the business day before the scheduled time, and a run of each earlier day with events that arrived
 * on that day. Repeated invocations request the same runs.
 */
export const requestNightlyRuns =
  (store: Pick<RunStore, 'request'>, lake: Pick<LakeStore, 'daysWithLateArrivals'>, timeZone: string) =>
  async (
    { time }: z.infer<typeof ScheduledInvocation>,
    now: number,
  ): Promise<{ runId: string; date: string; isNew: boolean }[]> => {
    const request = async ({ runId, date }: { runId: string; date: string }) => {
      const cause = { actor: 'storeworks.nightly-metrics', correlationId: runId, causationId: `schedule-${time}`, now };
      const { isNew } = await store.request(runId, date, cause);
      return { runId, date, isNew };
    };
    const nightly = nightlyRun(Date.parse(time), timeZone);
    const requested = await request(nightly);
    const restatements = restatementRuns(nightly.date, await lake.daysWithLateArrivals(nightly.date));
    return [requested, ...(await inParallel(maxParallelRequests, restatements, request))];
  };
