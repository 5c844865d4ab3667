import * as z from 'zod';
import { inParallel } from '../../../shared/in-parallel.ts';
import { Instant } from '../../../shared/names.ts';
import { lateRuns, nightlyRun } from '../reports/decide.ts';
import type { Lake } from '../run/lake-store.ts';
import type { ReportStore } from '../run/run-store.ts';

const requestsAtOnce = 8;

/**
 * What the schedule sends. `time` is when it was due, not when it came:
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 */
export const Firing = z.object({ time: Instant });

/**
 * Requests the reports of the business day before the firing, and of each earlier day of which something came on that
 * day: a firing that comes again, or after another failed, asks for the same runs.
 */
export const requestNightly =
  (store: Pick<ReportStore, 'request'>, lake: Pick<Lake, 'lateDays'>, timeZone: string) =>
  async ({ time }: z.infer<typeof Firing>, now: number): Promise<{ runId: string; date: string; isNew: boolean }[]> => {
    const request = async ({ runId, date }: { runId: string; date: string }) => {
      const cause = { actor: 'storeworks.nightly-metrics', correlationId: runId, causationId: `schedule-${time}`, now };
      const { isNew } = await store.request(runId, date, cause);
      return { runId, date, isNew };
    };
    const night = nightlyRun(Date.parse(time), timeZone);
    const own = await request(night);
    const late = lateRuns(night.date, await lake.lateDays(night.date));
    return [own, ...(await inParallel(requestsAtOnce, late, request))];
  };
