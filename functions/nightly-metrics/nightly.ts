import * as z from 'zod';
import { Instant } from '../../shared/names.ts';
import { nightlyRun } from './decide.ts';
import type { ReportStore } from './store.ts';

/**
 * What the schedule sends. `time` is when it was due, not when it came:
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 */
export const Firing = z.object({ time: Instant });

/** Requests the reports of the business day before the firing. */
export const requestNightly =
  (store: ReportStore, timeZone: string) =>
  async ({ time }: z.infer<typeof Firing>, now: number): Promise<{ runId: string; date: string; isNew: boolean }> => {
    const { runId, date } = nightlyRun(Date.parse(time), timeZone);
    const cause = { actor: 'storeworks.nightly-metrics', correlationId: runId, causationId: `schedule-${time}`, now };
    const { isNew } = await store.request(runId, date, cause);
    return { runId, date, isNew };
  };
