import * as z from 'zod';
import type { DeliveryAttempt } from '../../shared/contracts/webhooks/routes.ts';
import type { Delivery, ReceivedMessage } from './delivery.ts';
import type { Endpoint } from './endpoint.ts';

/** How stubbornly an endpoint is tried; the pause before a retry quadruples from the first to the longest. */
export const Retrying = z.object({
  firstRetrySeconds: z.number().positive(),
  longestRetrySeconds: z.number().positive(),
  giveUpAfterSeconds: z.number().positive(),
  timeoutSeconds: z.number().positive(),
});
export type Retrying = z.infer<typeof Retrying>;

/** Failures in a row after which an endpoint is left alone for a while: what waits for it must not hold up others. */
const failuresBeforePause = 3;
const longestPauseSeconds = 300;
/** Attempts that a record shows: two full rounds. */
const attemptsKept = 30;

/** What to do with a message: nothing any more, wait, give up at once, or post it. */
export type Step =
  | { kind: 'drop' }
  | { kind: 'wait'; seconds: number }
  | { kind: 'park'; delivery: Delivery }
  | { kind: 'post'; endpoint: Endpoint };

/**
 * Whether a message may be posted at `now` (milliseconds); duplicates of what is settled are dropped. When the time that
 * we try is over it is given up, unposted, as an endpoint that is long dead would keep each waiting until it times out. An
 * endpoint that is well, or failed a little and never had this message, was kept waiting by us: it is tried then, and
 * nothing waits any more.
 */
export function nextStep(
  message: ReceivedMessage,
  endpoint: Endpoint | undefined,
  delivery: Delivery | undefined,
  now: number,
  { giveUpAfterSeconds }: Pick<Retrying, 'giveUpAfterSeconds'>,
): Step {
  if (!endpoint) return { kind: 'drop' };
  if (delivery && delivery.round > message.round) return { kind: 'drop' };
  const current = delivery?.round === message.round ? delivery : undefined;
  if (current && current.state !== 'pending') return { kind: 'drop' };
  const round = roundOf(message, delivery);
  if (endpoint.status === 'disabled') return parked(round, 'endpoint-disabled');
  if (now > round.startedAt + giveUpAfterSeconds * 1000) {
    const hadItsChance = round.tries > 0 ? endpoint.failures > 0 : pauseSeconds(endpoint.failures) > 0;
    return hadItsChance ? parked(round, 'not-accepted-in-time') : { kind: 'post', endpoint };
  }
  const notBefore = Math.max(current?.nextAttemptAt ?? 0, endpoint.pausedUntil ?? 0);
  if (notBefore > now) return { kind: 'wait', seconds: Math.ceil((notBefore - now) / 1000) };
  return { kind: 'post', endpoint };
}

const parked = (round: Delivery, reason: string): Step => ({
  kind: 'park',
  delivery: { ...round, state: 'dead', reason },
});

/** The record of this message's round; its revision is that of the next write. */
function roundOf(message: ReceivedMessage, delivery: Delivery | undefined): Delivery {
  const revision = (delivery?.revision ?? 0) + 1;
  if (delivery?.round === message.round) {
    const { nextAttemptAt: _over, ...rest } = delivery;
    return { ...rest, revision };
  }
  return { ...message, state: 'pending', tries: 0, attempts: delivery?.attempts ?? [], revision };
}

export type Outcome = { delivery: Delivery; endpoint: 'well' | 'failing' | 'gone'; retrySeconds?: number };

/**
 * What an attempt that ended at `now` means. 2xx is delivered, 410 ends it for the endpoint, all else is tried again
 * until the time is over. `random` is in [0, 1): half of each pause is random, so that what failed together does not
 * come back together.
 */
export function afterAttempt(
  message: ReceivedMessage,
  previous: Delivery | undefined,
  attempt: DeliveryAttempt,
  now: number,
  random: number,
  retrying: Retrying,
): Outcome {
  const round = roundOf(message, previous);
  const tries = round.tries + 1;
  const tried: Delivery = { ...round, tries, attempts: [...round.attempts, attempt].slice(-attemptsKept) };
  if (attempt.status === 410) return { delivery: { ...tried, state: 'dead', reason: 'gone' }, endpoint: 'gone' };
  if (isAccepted(attempt)) return { delivery: { ...tried, state: 'delivered' }, endpoint: 'well' };
  const retrySeconds = backoffSeconds(tries, random, retrying);
  const nextAttemptAt = now + Math.round(retrySeconds * 1000);
  if (nextAttemptAt > round.startedAt + retrying.giveUpAfterSeconds * 1000) {
    return { delivery: { ...tried, state: 'dead', reason: 'not-accepted-in-time' }, endpoint: 'failing' };
  }
  return { delivery: { ...tried, nextAttemptAt }, endpoint: 'failing', retrySeconds };
}

const isAccepted = ({ status, error }: DeliveryAttempt) =>
  error === undefined && status !== undefined && status >= 200 && status < 300;

/** Pause after the `tries`-th failed attempt. */
export function backoffSeconds(tries: number, random: number, retrying: Retrying): number {
  const longest = Math.min(retrying.longestRetrySeconds, retrying.firstRetrySeconds * 4 ** (tries - 1));
  return longest * (0.5 + random / 2);
}

/** How long an endpoint is left alone after so many failures in a row. */
export const pauseSeconds = (failures: number): number =>
  failures < failuresBeforePause ? 0 : Math.min(longestPauseSeconds, 2 ** (failures - failuresBeforePause));

/** Whether an endpoint wants events of this type. */
export const wants = ({ eventTypes }: Pick<Endpoint, 'eventTypes'>, eventType: string): boolean =>
  eventTypes === undefined || eventTypes.includes(eventType);
