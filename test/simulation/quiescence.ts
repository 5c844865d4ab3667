import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalStore } from '../../infra/local-store.ts';

/**
 * Consecutive polls without progress before the clock jumps past visibility timeouts. Counted in polls, not seconds, so
 * that a slow machine does not matter. A jump while a function runs would let its messages be received twice.
 */
const pollsBeforeJump = 10;
const pauseMs = 20;
/** Longer than most visibility timeouts. Each further jump is twice as long. */
const firstJumpSeconds = 400;
const maxJumpSeconds = 7200;
/** More than ten receives of a message with a visibility timeout of 90 minutes need. */
const maxJumps = 60;

type Pending = { pending: number; where: Record<string, number> };

/**
 * Waits until the system is quiescent: no message, stream record or invocation is pending. When nothing progresses, it
 * calls `handleStuckWork` and moves the clock past the next visibility timeout.
 */
export async function untilQuiescent(
  engine: Pick<LocalStore, 'gatewayUrl' | 'inFlight'>,
  jump: (seconds: number) => void,
  handleStuckWork: () => Promise<void>,
): Promise<void> {
  const readPending = async () => (await fetch(`${engine.gatewayUrl}/_local/pending`)).json() as Promise<Pending>;
  let [last, stuckPolls, idlePolls, jumps] = [-1, 0, 0, 0];
  while (idlePolls < 3) {
    const { pending, where } = await readPending();
    idlePolls = pending === 0 ? idlePolls + 1 : 0;
    stuckPolls = pending === last && pending > 0 && engine.inFlight() === 0 ? stuckPolls + 1 : 0;
    last = pending;
    if (stuckPolls >= pollsBeforeJump) {
      if (jumps === maxJumps) {
        throw new Error(`Still pending after ${maxJumps} clock jumps: ${JSON.stringify(where)}`);
      }
      await handleStuckWork();
      jump(Math.min(maxJumpSeconds, firstJumpSeconds * 2 ** jumps));
      jumps += 1;
      stuckPolls = 0;
    }
    await sleep(pauseMs);
  }
}
