import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalStore } from '../../infra/local-store.ts';

/**
 * How often in a row nothing must run or move before time is moved on to wake what hides: looks and not seconds, as on
 * a busy machine everything takes longer. A leap while a function runs would take its messages from it.
 */
const pollsBeforeJump = 10;
const pauseMs = 20;
/** First over most visibility timeouts; what hides longer is woken by longer leaps. */
const firstJumpSeconds = 400;
const maxJumpSeconds = 7200;
/** More than ten receives of a message that hides for an hour and a half take, one after the other. */
const maxJumps = 60;

type Left = { pending: number; where: Record<string, number> };

/**
 * Waits until nothing is left to do. What hides in a queue until a timeout is waited for by moving the clock, before which
 * people look after what is stuck.
 */
export async function untilQuiescent(
  engine: Pick<LocalStore, 'gatewayUrl' | 'inFlight'>,
  jump: (seconds: number) => void,
  lookAfter: () => Promise<void>,
): Promise<void> {
  const look = async () => (await fetch(`${engine.gatewayUrl}/_local/pending`)).json() as Promise<Left>;
  let [last, stuck, calm, leaps] = [-1, 0, 0, 0];
  while (calm < 3) {
    const { pending: left, where } = await look();
    calm = left === 0 ? calm + 1 : 0;
    stuck = left === last && left > 0 && engine.inFlight() === 0 ? stuck + 1 : 0;
    last = left;
    if (stuck >= pollsBeforeJump) {
      if (leaps === maxJumps) {
        throw new Error(`Still ${JSON.stringify(where)} to do after ${maxJumps} leaps of the clock`);
      }
      await lookAfter();
      jump(Math.min(maxJumpSeconds, firstJumpSeconds * 2 ** leaps));
      leaps += 1;
      stuck = 0;
    }
    await sleep(pauseMs);
  }
}
