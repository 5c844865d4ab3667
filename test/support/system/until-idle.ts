import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until the running system has no pending work: every event is delivered and every message is handled. */
export async function waitUntilIdle(gatewayUrl: string, timeoutMs = 600_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (let idleChecks = 0; idleChecks < 3;) {
    const { pending } = (await (await fetch(`${gatewayUrl}/_local/pending`)).json()) as { pending: number };
    idleChecks = pending === 0 ? idleChecks + 1 : 0;
    if (performance.now() > deadline) throw new Error(`${pending} tasks are still pending after ${timeoutMs} ms`);
    await sleep(50);
  }
}
