import * as z from 'zod';
import { BusinessDay } from '../../names.ts';

/** The newest version number and the digest of its files: a run that built the same files writes the same version. */
const VersionClaim = z.object({
  version: z.int().positive(),
  files: z.string(),
  runId: z.string(),
  claimedAt: z.string(),
  /** The version that it replaces, with which `changes.csv` compares it. */
  base: z.int().positive().optional(),
});
export type VersionClaim = z.infer<typeof VersionClaim>;

/** The version in force, the digest of its figures, and the run that put it in force. */
const InForce = z.object({
  version: z.int().positive(),
  data: z.string(),
  /** Digest of all its files; absent before 2026-12-01. */
  files: z.string().optional(),
  runId: z.string(),
  writtenAt: z.string(),
});
export type InForce = z.infer<typeof InForce>;

/** The versions of what is published of a business day. */
export const PublishedDay = z.object({
  date: BusinessDay,
  claim: VersionClaim.optional(),
  inForce: InForce.optional(),
  /** The version that `tables/` has. */
  tables: z.int().positive().optional(),
});
export type PublishedDay = z.infer<typeof PublishedDay>;

/** Digests of a version: of its figures, and of all its files. */
export type Digests = { data: string; files: string };

/** What a run does with the files that it built. */
export type Publication =
  /** The version in force has the same figures. */
  | { kind: 'unchanged'; version: number }
  /** The newest claim is for these bytes: a run that failed, or runs now, made it. Writing the files again is idempotent. */
  | { kind: 'resume'; claim: VersionClaim }
  | { kind: 'new'; claim: VersionClaim };

/**
 * Decides from the state of the day *before* its input was read, and from the digests of its files. A forced run compares
 * every file too.
 */
export function publicationOf(
  { claim, inForce }: PublishedDay,
  digests: Digests,
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
