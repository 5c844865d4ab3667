import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalStore } from '../../../infra/local-store.ts';
import type { ApiResponse, ApiClient } from '../../support/system/api-client.ts';
import type { Admin } from '../checkers/final-state.ts';
import type { Plan } from '../workload/plan.ts';
import type { ObservedResponses } from './observed-responses.ts';

/** The run as its actors use it. */
export type RunContext = {
  plan: Plan;
  client: (name: string) => ApiClient;
  /** AWS clients with an administrator's credentials, for queues and buckets. */
  admin: Admin;
  engine: Pick<LocalStore, 'credentials' | 'gatewayUrl' | 'context'>;
  observed: ObservedResponses;
  /** Milliseconds since the epoch, by the engine's clock. */
  now: () => number;
  /** Moves that clock ahead. */
  jump: (seconds: number) => void;
  /** Whether the time limit of the run has passed. */
  isTimeUp: () => boolean;
  /** Called after each order. */
  onOrder: () => void;
  /** Called after the last order. */
  allOrdersDone: () => void;
  /** Resolves once this share of the orders (0 to 1) has been processed. */
  reached: (share: number) => Promise<void>;
};

/** A user of the back office during the faults phase. `act` resolves when it has attempted its whole plan. */
export type Actor = { name: string; act: (context: RunContext) => Promise<void> };

const maxAttempts = 12;
/** Responses that callers retry: server errors, throttling, and a token or signature that expired in transit. */
const isTransient = ({ status }: ApiResponse) => status >= 500 || status === 429 || status === 401;

/** Repeats a call until its response is final, as the API documentation requires; undefined after `maxAttempts`. */
export async function callWithRetries(
  observed: ObservedResponses,
  call: () => Promise<ApiResponse>,
): Promise<ApiResponse | undefined> {
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    if (attempt > 0) observed.countRetry();
    const response = await call().catch(() => undefined);
    if (response && !isTransient(response)) return response;
    await sleep(20 * (attempt + 1));
  }
  observed.countUnanswered();
  return undefined;
}

/** Runs `work` once and then `repeats` more times, sequentially or concurrently. Returns the first result. */
export async function repeatedly<T>(
  { repeats, isConcurrent }: { repeats: number; isConcurrent: boolean },
  work: () => Promise<T>,
): Promise<T> {
  const again = Array.from({ length: repeats });
  if (!isConcurrent) {
    const first = await work();
    for (const _ of again) await work();
    return first;
  }
  const [first] = await Promise.all([work(), ...again.map(work)]);
  return first;
}
