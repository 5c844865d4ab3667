import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '../../infra/local/engine.ts';

/**
 * How long nothing must run or move, in real ms, before time is moved on to wake what hides. A leap while a function
 * runs would take its messages from it.
 */
const patienceMs = 200;
/** First over most visibility timeouts; what hides longer is woken by longer leaps. */
const firstLeapSeconds = 400;
const longestLeapSeconds = 7200;
const limitMs = 120_000;

/** Waits until nothing is left to do. What hides in a queue until a timeout is waited for by moving the clock. */
export async function untilAtRest(
  engine: Pick<Engine, 'gatewayUrl' | 'inFlight'>,
  jump: (seconds: number) => void,
): Promise<void> {
  const pending = async () =>
    ((await (await fetch(`${engine.gatewayUrl}/_local/pending`)).json()) as { pending: number }).pending;
  const deadline = performance.now() + limitMs;
  let [last, since, calm, leapSeconds] = [-1, performance.now(), 0, firstLeapSeconds];
  while (calm < 3) {
    const left = await pending();
    calm = left === 0 ? calm + 1 : 0;
    if (left !== last || engine.inFlight() > 0) [last, since] = [left, performance.now()];
    else if (left > 0 && performance.now() - since > patienceMs) {
      jump(leapSeconds);
      leapSeconds = Math.min(longestLeapSeconds, leapSeconds * 2);
      since = performance.now();
    }
    if (performance.now() > deadline) throw new Error(`Still ${left} pieces of work after two minutes of calm`);
    await sleep(20);
  }
}
