import { randomBytes } from 'node:crypto';
import { ulid } from 'ulid';
import { type Cause, newEvent, type NewEvent } from '../../../shared/contracts/define-event.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import type * as routes from '../../../shared/contracts/webhooks/change-routes.ts';
import { WebhookChangeRequested, WebhookRedirected } from '../../../shared/contracts/webhooks/events.ts';
import { retryOnConflict } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { Request } from '../../../shared/lambda/http-handler.ts';
import { type Challenged, isChallenged } from './address.ts';
import {
  type Change,
  isRequested,
  mayApprove,
  noticeUrlOf,
  pendingAt,
  requested,
  withContent,
  withSecret,
} from './change.ts';
import { awaitingApproval, type Endpoint, type PendingChange, secretPrefix } from './endpoint.ts';
import type { EndpointStore } from './endpoint-store.ts';
import {
  creationNotApproved,
  endpointBody,
  noSuchChange,
  secondPersonNeeded,
  tooManySecrets,
  unknownEndpoint,
} from './responses.ts';

const retryBudgetMs = 4000;

type Store = Pick<EndpointStore, 'read' | 'write' | 'delete'>;

/** A new signing secret: 32 random bytes, as Standard Webhooks recommends. */
export const newSecret = (): string => secretPrefix + randomBytes(32).toString('base64');

/**
 * Stores a change by staff that awaits its decision, and publishes it; a repeated request is the same change. Undefined on a
 * version conflict.
 */
export async function requestChange(
  store: Store,
  current: Endpoint,
  change: Change,
  cause: Cause,
): Promise<HttpResponse | undefined> {
  if (isRequested(current, change, cause.actor, cause.now)) {
    return { status: 202, body: endpointBody(current, cause.now) };
  }
  const next = requested(current, change, { changeId: ulid(cause.now), requestedBy: cause.actor, now: cause.now });
  const { channel, endpointId, pendingChange } = next;
  if (!pendingChange) throw new Error('A requested change is pending');
  const { changeId, requestedBy, expiresAt } = pendingChange;
  const data = {
    channel,
    endpointId,
    changeId,
    change: change.change,
    url: change.url,
    requestedBy,
    noticeUrl: noticeUrlOf(current),
    expiresAt: new Date(expiresAt).toISOString(),
  };
  const written = await store.write(next, cause, newEvent(WebhookChangeRequested, data, cause));
  return written === 'done' ? { status: 202, body: endpointBody(next, cause.now) } : undefined;
}

/** The event of an endpoint whose URL or secret changed from `previous` to `next`. */
export const redirectEvent = (
  previous: Endpoint | undefined,
  { channel, endpointId, url }: Endpoint,
  change: Change['change'],
  cause: Cause,
  requestedBy?: string,
): NewEvent =>
  newEvent(
    WebhookRedirected,
    {
      channel,
      endpointId,
      url,
      change,
      noticeUrl: noticeUrlOf(previous),
      requestedBy: requestedBy ?? cause.actor,
      ...(requestedBy !== undefined && { approvedBy: cause.actor }),
    },
    cause,
  );

/** Rotates the secret for the channel itself; for staff, the rotation awaits its decision. */
export const postSecretRotation =
  (store: Store) =>
  (
    channel: string,
    { params, body, cause }: Request<typeof routes.postWebhookSecretRotation>,
    isOwn: boolean,
  ): Promise<HttpResponse> =>
    retryOnConflict(retryBudgetMs, async () => {
      const current = await store.read({ channel, ...params });
      if (!current) return unknownEndpoint;
      const change = { change: 'rotate-secret' as const, url: current.url, ...body };
      if (current.reason === awaitingApproval) return creationNotApproved;
      if (!isOwn) return requestChange(store, current, change, cause);
      return rotate(store, current, body.previousExpiresAfterSeconds, 201, cause);
    });

async function rotate(
  store: Store,
  current: Endpoint,
  overlapSeconds: number,
  status: number,
  cause: Cause,
  requestedBy?: string,
): Promise<HttpResponse | undefined> {
  const next = withSecret(current, newSecret(), overlapSeconds, cause.now);
  if (next === 'too-many-secrets') return tooManySecrets;
  if (next === awaitingApproval) return creationNotApproved;
  const event = redirectEvent(current, next, 'rotate-secret', cause, requestedBy);
  if ((await store.write(next, cause, event)) === 'version-conflict') return undefined;
  return { status, body: endpointBody(next, cause.now, next.secret) };
}

/** Decides on the change that staff requested. */
export const postChangeDecision =
  (store: Store, challenged: Challenged = 'public') =>
  (
    channel: string,
    { params, body, cause }: Request<typeof routes.postWebhookChangeDecision>,
    isOwn: boolean,
  ): Promise<HttpResponse> =>
    retryOnConflict(retryBudgetMs, async () => {
      const current = await store.read({ channel, ...params });
      if (!current) return unknownEndpoint;
      const pending = pendingAt(current, body.changeId, cause.now);
      if (!pending) return noSuchChange;
      if (body.decision === 'reject') return reject(store, current, cause);
      if (!mayApprove(pending, { by: cause.actor, isChannel: isOwn })) return secondPersonNeeded;
      return apply(store, current, pending, isChallenged(pending.url, challenged), cause);
    });

async function reject(
  store: Store,
  { pendingChange: rejected, ...current }: Endpoint,
  cause: Cause,
): Promise<HttpResponse | undefined> {
  const next = { ...current, version: current.version + 1 };
  // A rejected creation leaves no endpoint.
  const written = rejected?.change === 'create' ? store.delete(current, cause) : store.write(next, cause);
  if ((await written) === 'version-conflict') return undefined;
  return { status: 200, body: endpointBody(next, cause.now) };
}

async function apply(
  store: Store,
  current: Endpoint,
  { change, url, eventTypes, requestedBy, previousExpiresAfterSeconds = 0 }: PendingChange,
  mustEcho: boolean,
  cause: Cause,
): Promise<HttpResponse | undefined> {
  if (change === 'rotate-secret') {
    return rotate(store, current, previousExpiresAfterSeconds, 200, cause, requestedBy);
  }
  const next = withContent(current, { url, eventTypes }, mustEcho);
  const event = redirectEvent(current, next, change, cause, requestedBy);
  if ((await store.write(next, cause, event)) === 'version-conflict') return undefined;
  return { status: 200, body: endpointBody(next, cause.now, change === 'create' ? next.secret : undefined) };
}
