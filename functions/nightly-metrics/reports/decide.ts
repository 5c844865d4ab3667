import { businessDays, dayBefore } from '../../../shared/business-day.ts';
import type { Claim, Day } from '../run/run-store.ts';

/** The nightly run that belongs to a firing of the schedule: however late or often it fires, it is one run of one day. */
export function nightlyRun(scheduledAtMs: number, timeZone: string): { runId: string; date: string } {
  const date = dayBefore(businessDays(timeZone)(scheduledAtMs));
  return { runId: `nightly-${date}`, date };
}

/** The runs that restate the days of which something came on the day that is reported this night: one for each. */
export const lateRuns = (night: string, lateDays: readonly string[]): { runId: string; date: string }[] =>
  lateDays.map((date) => ({ runId: `nightly-${night}-${date}`, date }));

/** Whether a business day has begun in the store. The day that is not over yet may be reported in part. */
export const hasBegun = (date: string, nowMs: number, timeZone: string): boolean =>
  date <= businessDays(timeZone)(nowMs);

/** What a run does with what it made of the lake. */
export type Publication =
  /** These figures are in force. */
  | { kind: 'unchanged'; version: number }
  /** The newest claim is for these very bytes: somebody died on the way, or is on it; writing them again is harmless. */
  | { kind: 'resume'; claim: Claim }
  | { kind: 'new'; claim: Claim };

/** Decides on the day's item as it was *before* the lake was read, and on the digests of what was made. */
export function publicationOf(
  { claim, inForce }: Day,
  digests: { files: string; data: string },
  runId: string,
  nowMs: number,
): Publication {
  if (inForce?.data === digests.data) return { kind: 'unchanged', version: inForce.version };
  if (claim && claim.files === digests.files && claim.version > (inForce?.version ?? 0)) {
    return { kind: 'resume', claim };
  }
  const version = (claim?.version ?? 0) + 1;
  return { kind: 'new', claim: { version, files: digests.files, runId, claimedAt: new Date(nowMs).toISOString() } };
}
