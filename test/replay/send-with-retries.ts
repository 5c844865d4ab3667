import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiResponse } from '../support/system/api-client.ts';

/** Repeats a request with status 503 or 429 up to 20 times, after the delay in `Retry-After`. */
export async function sendWithRetries(request: () => Promise<ApiResponse>): Promise<ApiResponse> {
  for (let attempt = 0; ; attempt += 1) {
    const response = await request();
    if ((response.status !== 503 && response.status !== 429) || attempt === 20) return response;
    await sleep(Number(response.headers['retry-after'] ?? 1) * 1000 * Math.random());
  }
}

export function expectStatus(response: ApiResponse, ...statuses: number[]): void {
  if (!statuses.includes(response.status))
    throw new Error(`Unexpected response status ${response.status}: ${response.text}`);
}
