import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until a running back office has nothing left to do: every event delivered, every message handled. */
export async function untilSettled(gatewayUrl: string, timeoutMs = 600_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (let calm = 0; calm < 3;) {
    const { pending } = (await (await fetch(`${gatewayUrl}/_local/pending`)).json()) as { pending: number };
    calm = pending === 0 ? calm + 1 : 0;
    if (performance.now() > deadline) throw new Error(`Still ${pending} pieces of work after ${timeoutMs} ms`);
    await sleep(50);
  }
}
