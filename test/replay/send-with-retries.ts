import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiResponse } from '../support/system/api-client.ts';

/** Status 500 is that of a function that timed out, as on a busy machine. Every request of a replay is idempotent. */
const retryable = new Set([429, 500, 503]);

/** Repeats a request with such a status up to 20 times, after the delay in `Retry-After`. */
export async function sendWithRetries(request: () => Promise<ApiResponse>): Promise<ApiResponse> {
  for (let attempt = 0; ; attempt += 1) {
    const response = await request();
    if (!retryable.has(response.status) || attempt === 20) return response;
    await sleep(Number(response.headers['retry-after'] ?? 1) * 1000 * Math.random());
  }
}

export function expectStatus(response: ApiResponse, ...statuses: number[]): void {
  if (!statuses.includes(response.status))
    throw new Error(`Unexpected response status ${response.status}: ${response.text}`);
}
