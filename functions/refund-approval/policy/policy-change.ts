import { contentHash } from '../../../shared/ids.ts';
import type { EarlierVersion, PolicyVersion } from '../refund/policy-store.ts';
import { type PolicyInForce, watchedPolicies } from '../refund/refund-policy.ts';
import { type LooserPart, looserParts } from './looser.ts';

const msPerHour = 3_600_000;

export type PolicyDecision =
  | { kind: 'changed'; next: PolicyVersion; isLooser: boolean }
  | { kind: 'unchanged'; current: PolicyInForce }
  | { kind: 'needs-approval'; looser: LooserPart[] }
  | { kind: 'precondition-required' }
  | { kind: 'precondition-failed' };

/** A policy that a person wants, the person, the time and the source address. */
export type WantedPolicy = Pick<PolicyVersion, 'content' | 'by' | 'at' | 'from'>;

export const etagOf = ({ version }: Pick<PolicyInForce, 'version'>) => `"${version}"`;

/**
 * Decides on a new policy. A change needs `If-Match`, except the first one. The content in force is no change whatever
 * `If-Match` says, because the caller may repeat a request whose response was lost (RFC 9110, 13.1.1). A looser policy
 * needs a second person, except the first one, which only its author is not judged by for `authorWatchHours`.
 */
export function changePolicy(
  wanted: WantedPolicy,
  current: PolicyInForce,
  ifMatch: string | undefined,
  authorWatchHours: number,
): PolicyDecision {
  const isFirst = current.version === 0;
  if (!isFirst && contentHash(wanted.content) === contentHash(current.content)) return { kind: 'unchanged', current };
  if (!isFirst && ifMatch === undefined) return { kind: 'precondition-required' };
  const tags = ifMatch?.split(',').map((tag) => tag.trim());
  if (tags && !tags.includes('*') && !tags.includes(etagOf(current))) return { kind: 'precondition-failed' };
  const looser = looserParts(current.content, wanted.content);
  if (looser.length > 0 && !isFirst) return { kind: 'needs-approval', looser };
  return {
    kind: 'changed',
    next: nextVersion(wanted, current, looser.length > 0, Date.parse(wanted.at), authorWatchHours),
    isLooser: looser.length > 0,
  };
}

/** The version after `current`, in force from `now` (ms since the epoch). A looser one keeps judging its author by `current`. */
export function nextVersion(
  wanted: WantedPolicy & { approvedBy?: string },
  current: PolicyInForce,
  isLooser: boolean,
  now: number,
  authorWatchHours: number,
): PolicyVersion {
  const watched = watchedPolicies(current, now).map(({ by, until, version }): EarlierVersion => ({
    by,
    until,
    version,
  }));
  const until = new Date(now + authorWatchHours * msPerHour).toISOString();
  const earlier = isLooser ? [...watched, { by: wanted.by, until, version: current.version }] : watched;
  return {
    version: current.version + 1,
    content: wanted.content,
    by: wanted.by,
    at: new Date(now).toISOString(),
    from: wanted.from,
    approvedBy: wanted.approvedBy,
    earlier: earlier.length > 0 ? earlier : undefined,
  };
}
