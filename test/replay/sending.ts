import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiResponse } from '../support/system/api-client.ts';

/** Repeats a request that the back office was too busy for, as its `Retry-After` asks. */
export async function send(request: () => Promise<ApiResponse>): Promise<ApiResponse> {
  for (let attempt = 0; ; attempt += 1) {
    const response = await request();
    if ((response.status !== 503 && response.status !== 429) || attempt === 20) return response;
    await sleep(Number(response.headers['retry-after'] ?? 1) * 1000 * Math.random());
  }
}

export function expectStatus(response: ApiResponse, ...statuses: number[]): void {
  if (!statuses.includes(response.status)) throw new Error(`Unexpected response ${response.status}: ${response.text}`);
}
