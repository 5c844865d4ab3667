import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalStore } from '../../../infra/local-store.ts';
import type { ApiResponse, ApiClient } from '../../support/system/api-client.ts';
import type { Admin } from '../checkers/final-state.ts';
import type { Plan } from '../workload/plan.ts';
import type { ObservedResponses } from './observed-responses.ts';

/** What an actor knows of the run. */
export type RunContext = {
  plan: Plan;
  client: (name: string) => ApiClient;
  /** The account's administrator, for queues and buckets. */
  admin: Admin;
  engine: Pick<LocalStore, 'credentials' | 'gatewayUrl' | 'context'>;
  observed: ObservedResponses;
  /** Milliseconds since the epoch, by the clock of the engine and its functions. */
  now: () => number;
  /** Moves that clock ahead. */
  jump: (seconds: number) => void;
  /** Whether the time for the run is up. */
  isTimeUp: () => boolean;
  /** Called when an order has been dealt with. */
  onOrder: () => void;
  /** Called when there will be no more of them. */
  ordersOver: () => void;
  /** Resolves once this share of the orders, from 0 to 1, has been dealt with. */
  reached: (share: number) => Promise<void>;
};

/** Somebody who uses the back office while the storm goes on; resolves when everything planned was tried. */
export type Actor = { name: string; act: (context: RunContext) => Promise<void> };

const maxAttempts = 12;
/** What callers are told to send again: no room, no answer, a token or a signature that ended on the way. */
const isTransient = ({ status }: ApiResponse) => status >= 500 || status === 429 || status === 401;

/** Calls until there is an answer that repeating would not change, as callers are told to; none after many tries. */
export async function callWithRetries(observed: ObservedResponses, call: () => Promise<ApiResponse>): Promise<ApiResponse | undefined> {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    if (attempt > 0) observed.retried();
    const answer = await call().catch(() => undefined);
    if (answer && !isTransient(answer)) return answer;
    await sleep(20 * (attempt + 1));
  }
  observed.leftUnanswered();
  return undefined;
}

/** Does something once and then again so many times, one after the other or all at once; the first result. */
export async function repeatedly<T>(
  { repeats, isHasty }: { repeats: number; isHasty: boolean },
  work: () => Promise<T>,
): Promise<T> {
  const again = Array.from({ length: repeats });
  if (!isHasty) {
    const first = await work();
    for (const _ of again) await work();
    return first;
  }
  const [first] = await Promise.all([work(), ...again.map(work)]);
  return first;
}
