import * as z from 'zod';
import type { DeliveryAttempt } from '../../../shared/contracts/webhooks/delivery-routes.ts';
import type { DeadReason } from '../../../shared/contracts/webhooks/endpoint.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import { isAccepted, pauseSeconds } from '../endpoints/health.ts';
import type { Delivery, ReceivedMessage } from './delivery.ts';

/** How a delivery is retried: the delay quadruples from the initial to the maximum one. */
export const WebhookRetryPolicy = z.object({
  initialDelaySeconds: z.number().positive(),
  maxDelaySeconds: z.number().positive(),
  /** Age of a delivery after which it is dead. */
  maxAgeSeconds: z.number().positive(),
  /** Timeout of one attempt. */
  timeoutSeconds: z.number().positive(),
  /** How long an endpoint may only fail before it is disabled. @default 3 days */
  disableAfterSeconds: z.number().positive().default(259_200),
});
export type WebhookRetryPolicy = z.infer<typeof WebhookRetryPolicy>;

/** Longest wait of a message for an endpoint that gets one attempt at a time. */
const maxWaitSeconds = 400;
/** Attempts kept in a delivery: two full rounds. */
const maxAttemptsKept = 30;

/** What to do with a message: drop it, wait, record its delivery as dead without an attempt, or attempt it. */
export type Step =
  | { kind: 'drop' }
  | { kind: 'wait'; seconds: number }
  | { kind: 'dead'; delivery: Delivery }
  | { kind: 'post'; endpoint: Endpoint };

/**
 * Decides on a message at `now` (milliseconds). Duplicates of a settled delivery are dropped. Past its maximum age, a
 * delivery is dead without an attempt if its endpoint had the chance to take it, and is attempted a last time otherwise,
 * after the endpoint's pause.
 */
export function nextStep(
  message: ReceivedMessage,
  endpoint: Endpoint | undefined,
  delivery: Delivery | undefined,
  now: number,
  { maxAgeSeconds }: Pick<WebhookRetryPolicy, 'maxAgeSeconds'>,
): Step {
  if (!endpoint) return { kind: 'drop' };
  if (delivery && delivery.round > message.round) return { kind: 'drop' };
  const current = delivery?.round === message.round ? delivery : undefined;
  if (current && current.state !== 'pending') return { kind: 'drop' };
  const round = roundOf(message, delivery);
  if (endpoint.status === 'disabled') return { kind: 'dead', delivery: dead(round, 'endpoint-disabled') };
  const isTooOld = now > round.startedAt + maxAgeSeconds * 1000;
  if (isTooOld && hadItsChance(endpoint, round)) return { kind: 'dead', delivery: dead(round, 'not-accepted-in-time') };
  const notBefore = Math.max(current?.nextAttemptAt ?? 0, endpoint.pausedUntil ?? 0);
  if (notBefore > now) {
    const due = Math.ceil((notBefore - now) / 1000);
    const isPaused = (endpoint.pausedUntil ?? 0) > now;
    return { kind: 'wait', seconds: isPaused ? Math.max(due, turnSeconds(message, now)) : due };
  }
  return { kind: 'post', endpoint };
}

/**
 * How long a message waits for its turn at an endpoint that gets one attempt at a time. It grows with the age of the
 * message: some 350 receives in a day, below the maximum of the queue.
 */
export const turnSeconds = ({ startedAt }: ReceivedMessage, now: number): number =>
  Math.min(maxWaitSeconds, Math.max(1, (now - startedAt) / 20_000));

/** Whether the endpoint, and not a backlog of ours, is the reason that this round was not delivered in time. */
const hadItsChance = ({ failures, isSlow = false }: Endpoint, { tries }: Delivery): boolean =>
  isSlow || (tries > 0 ? failures > 0 : pauseSeconds(failures) > 0);

const dead = (delivery: Delivery, reason: DeadReason): Delivery => ({ ...delivery, state: 'dead', reason });

/** The delivery in this message's round, with the revision of its next write. */
function roundOf(message: ReceivedMessage, delivery: Delivery | undefined): Delivery {
  const revision = (delivery?.revision ?? 0) + 1;
  if (delivery?.round === message.round) {
    const { nextAttemptAt: _past, ...rest } = delivery;
    return { ...rest, revision };
  }
  return { ...message, state: 'pending', tries: 0, attempts: delivery?.attempts ?? [], revision };
}

export type Outcome = { delivery: Delivery; endpoint: 'healthy' | 'failing' | 'gone'; retrySeconds?: number };

/**
 * Decides on the result of an attempt that ended at `now` (milliseconds): a 2xx status is delivered, 410 is dead, every
 * other result is retried until the maximum age. `random` is in [0, 1) and jitters the delay.
 */
export function afterAttempt(
  message: ReceivedMessage,
  previous: Delivery | undefined,
  attempt: DeliveryAttempt,
  now: number,
  random: number,
  policy: WebhookRetryPolicy,
): Outcome {
  const round = roundOf(message, previous);
  const tries = round.tries + 1;
  const attempted: Delivery = { ...round, tries, attempts: [...round.attempts, attempt].slice(-maxAttemptsKept) };
  if (attempt.status === 410) return { delivery: dead(attempted, 'gone'), endpoint: 'gone' };
  if (isAccepted(attempt)) return { delivery: { ...attempted, state: 'delivered' }, endpoint: 'healthy' };
  const retrySeconds = retryDelaySeconds(tries, random, policy);
  const nextAttemptAt = now + Math.round(retrySeconds * 1000);
  if (nextAttemptAt > round.startedAt + policy.maxAgeSeconds * 1000) {
    return { delivery: dead(attempted, 'not-accepted-in-time'), endpoint: 'failing' };
  }
  return { delivery: { ...attempted, nextAttemptAt }, endpoint: 'failing', retrySeconds };
}

/** Delay after the `tries`-th failed attempt; half of it is jitter. */
export function retryDelaySeconds(tries: number, random: number, policy: WebhookRetryPolicy): number {
  const longest = Math.min(policy.maxDelaySeconds, policy.initialDelaySeconds * 4 ** (tries - 1));
  return longest * (0.5 + random / 2);
}
