import { areTwoPeople } from '../../../shared/access/four-eyes.ts';
import { canonicalHash } from '../../../shared/content-hash.ts';
import { validSecrets, rotated } from './secrets.ts';
import { awaitingApproval, type Endpoint, type PendingChange } from './endpoint.ts';

/** A change of an endpoint that decides who can read a channel's events. */
export type Change = Pick<PendingChange, 'change' | 'url' | 'eventTypes' | 'previousExpiresAfterSeconds'>;

/** How long a change can be approved: a week. */
const pendingMs = 7 * 86_400_000;

/** Whether a PUT of this URL creates or redirects the endpoint. */
export function destinationChange(current: Endpoint | undefined, url: string): 'create' | 'redirect' | undefined {
  if (!current || current.reason === awaitingApproval) return 'create';
  return current.url === url ? undefined : 'redirect';
}

/**
 * The endpoint with a change that awaits its decision. A later request replaces an earlier one, and an expired creation is
 * deleted.
 */
export const requested = (
  current: Endpoint,
  change: Change,
  { changeId, requestedBy, now }: { changeId: string; requestedBy: string; now: number },
): Endpoint => ({
  ...current,
  pendingChange: { ...change, changeId, requestedBy, requestedAt: now, expiresAt: now + pendingMs },
  ...(change.change === 'create' && { expiresAt: Math.ceil((now + pendingMs) / 1000) }),
  version: current.version + 1,
});

/** Whether this person already requested the same change, and it can still be approved at `now`. */
export function isRequested({ pendingChange }: Endpoint, change: Change, requestedBy: string, now: number): boolean {
  if (!pendingChange || pendingChange.expiresAt <= now || pendingChange.requestedBy !== requestedBy) return false;
  return canonicalHash(changeOf(pendingChange)) === canonicalHash(changeOf(change));
}

const changeOf = ({ change, url, eventTypes, previousExpiresAfterSeconds }: Change) => ({
  change,
  url,
  eventTypes: eventTypes?.toSorted(),
  previousExpiresAfterSeconds,
});

/** Whether staff created the endpoint and the time for the approval is over. DynamoDB deletes it within days. */
export const isExpiredCreation = ({ reason, pendingChange }: Endpoint, now: number): boolean =>
  reason === awaitingApproval && (pendingChange === undefined || pendingChange.expiresAt <= now);

/** The endpoint with another content: active, without failures, and without a change that awaited a decision. */
export function withContent(
  current: Endpoint,
  { url, eventTypes }: { url: string; eventTypes?: string[] | undefined },
  isChallenged: boolean,
): Endpoint {
  const { channel, endpointId, secret, previousSecrets, createdAt, version } = current;
  const isSameOwner = current.url === url && current.reason !== awaitingApproval;
  const isUnverified = isSameOwner ? current.isUnverified : isChallenged || undefined;
  return {
    channel,
    endpointId,
    url,
    eventTypes,
    secret,
    previousSecrets,
    isUnverified,
    createdAt,
    status: 'active',
    failures: 0,
    version: version + 1,
  };
}

/**
 * The endpoint with a new secret, without a change that awaited a decision. The secret of an endpoint that awaits its
 * approval was not shown and is not rotated.
 */
export function withSecret(
  { pendingChange: _replaced, ...current }: Endpoint,
  secret: string,
  overlapSeconds: number,
  now: number,
): Endpoint | 'too-many-secrets' | typeof awaitingApproval {
  if (current.reason === awaitingApproval) return awaitingApproval;
  const secrets = rotated(current, secret, overlapSeconds, now);
  return secrets === 'too-many-secrets' ? secrets : { ...current, ...secrets, version: current.version + 1 };
}

/** Whether `decider` may approve: the channel itself, or a person of the staff other than the requester. */
export const mayApprove = ({ requestedBy }: PendingChange, decider: { by: string; isChannel: boolean }): boolean =>
  decider.isChannel || areTwoPeople(decider.by, requestedBy);

/** The change that awaits a decision under this id at `now`; undefined if it was decided, replaced or expired. */
export const pendingAt = ({ pendingChange }: Endpoint, changeId: string, now: number): PendingChange | undefined =>
  pendingChange?.changeId === changeId && pendingChange.expiresAt > now ? pendingChange : undefined;

/** The address that gets a notice of a change: one that received events before. */
export const noticeUrlOf = (current: Endpoint | undefined): string | undefined =>
  current && !current.isUnverified && current.reason !== awaitingApproval ? current.url : undefined;

/** Secrets that sign a notice: also those that the change revokes, as its receiver may know no other. */
export const noticeSecrets = (endpoint: Endpoint): string[] => validSecrets(endpoint, 0);
