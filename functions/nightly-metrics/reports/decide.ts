import type { Day, InForce, VersionClaim } from '../run/run-store.ts';

/** What a run does with the reports that it built. */
export type Publication =
  /** The version in force has the same figures. */
  | { kind: 'unchanged'; version: number }
  /** The newest claim is for these bytes: a run that failed, or runs now, made it. Writing the files again is idempotent. */
  | { kind: 'resume'; claim: VersionClaim }
  | { kind: 'new'; claim: VersionClaim };

/**
 * Decides from the state of the day *before* the lake was read, and from the digests of the reports. A forced run compares
 * every file too.
 */
export function publicationOf(
  { claim, inForce }: Day,
  digests: { files: string; data: string },
  runId: string,
  nowMs: number,
  { force = false } = {},
): Publication {
  const isSame = !force || (inForce && filesOf(inForce, claim) === digests.files);
  if (inForce?.data === digests.data && isSame) return { kind: 'unchanged', version: inForce.version };
  if (claim && claim.files === digests.files && claim.version > (inForce?.version ?? 0)) {
    return { kind: 'resume', claim };
  }
  const version = (claim?.version ?? 0) + 1;
  const claimedAt = new Date(nowMs).toISOString();
  return {
    kind: 'new',
    claim: { version, files: digests.files, runId, claimedAt, ...(inForce && { base: inForce.version }) },
  };
}

/** Digest of the files in force; versions of before 2026-12-01 have it in their claim only, which may be a newer one. */
const filesOf = ({ files, version }: InForce, claim: VersionClaim | undefined) =>
  files ?? (claim?.version === version ? claim.files : undefined);
