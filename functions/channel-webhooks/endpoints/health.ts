import type { DeliveryAttempt } from '../../../shared/contracts/webhooks/delivery-routes.ts';
import type { Endpoint } from './endpoint.ts';

/** Consecutive failures from which an endpoint is paused, so that its messages do not hold up other endpoints. */
const failuresBeforePause = 3;
const maxPauseSeconds = 300;
/** Fewer failures do not disable an endpoint: one order, retried for a day, has at least nine. */
const minFailuresToDisable = 10;
/** An endpoint that takes longer to answer gets one event at a time, so that it does not occupy the deliverer. */
const slowMs = 3000;

/** What is known of an endpoint from its last attempts. */
export type Health = Pick<Endpoint, 'failures' | 'pausedUntil' | 'failingSince' | 'lastFailure' | 'isSlow'> &
  Partial<Pick<Endpoint, 'isUnverified'>>;

export type HealthChange =
  { kind: 'none' } | { kind: 'update'; health: Health } | { kind: 'disable'; reason: 'gone' | 'failing' };

/** How long an endpoint is paused after this many consecutive failures. */
export const pauseSeconds = (failures: number): number =>
  failures < failuresBeforePause ? 0 : Math.min(maxPauseSeconds, 2 ** (failures - failuresBeforePause));

/** A complete response with a 2xx status. */
export const isAccepted = ({ status, error }: Pick<DeliveryAttempt, 'status' | 'error'>): boolean =>
  error === undefined && status !== undefined && status >= 200 && status < 300;

/** Whether an endpoint gets one attempt at a time: it failed or answered slowly the last time, or is not verified. */
export const isLimited = ({ failures, isSlow = false, isUnverified = false }: Health): boolean =>
  failures > 0 || isSlow || isUnverified;

/**
 * The health of an endpoint after an attempt that ended at `now` (milliseconds). An endpoint that has only failed for
 * `disableAfterSeconds`, or that is gone, is disabled.
 */
export function healthAfter(
  endpoint: Health,
  result: 'healthy' | 'failing' | 'gone',
  attempt: DeliveryAttempt,
  now: number,
  { disableAfterSeconds }: { disableAfterSeconds: number },
): HealthChange {
  if (result === 'gone') return { kind: 'disable', reason: 'gone' };
  const isSlow = attempt.milliseconds > slowMs;
  if (result === 'healthy') {
    if (!isLimited(endpoint) && !isSlow) return { kind: 'none' };
    // Idle for twice as long as it was busy: a slow endpoint occupies a third of an execution.
    return {
      kind: 'update',
      health: isSlow ? { failures: 0, isSlow, pausedUntil: now + 2 * attempt.milliseconds } : { failures: 0 },
    };
  }
  const failures = endpoint.failures + 1;
  const failingSince = endpoint.failingSince ?? now;
  if (failures >= minFailuresToDisable && now - failingSince >= disableAfterSeconds * 1000) {
    return { kind: 'disable', reason: 'failing' };
  }
  const lastFailure = attempt.error ?? `status ${attempt.status}`;
  const pausedUntil = now + pauseSeconds(failures) * 1000;
  return { kind: 'update', health: { failures, failingSince, lastFailure, pausedUntil } };
}
