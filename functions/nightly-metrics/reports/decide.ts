import type { Day, VersionClaim } from '../run/run-store.ts';

/** What a run does with the reports that it built. */
export type Publication =
  /** The version in force has the same figures. */
  | { kind: 'unchanged'; version: number }
  /** The newest claim is for these bytes: a run that failed, or runs now, made it. Writing the files again is idempotent. */
  | { kind: 'resume'; claim: VersionClaim }
  | { kind: 'new'; claim: VersionClaim };

/** Decides from the state of the day *before* the lake was read, and from the digests of the reports. */
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
