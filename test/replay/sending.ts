import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiResponse } from '../support/system/api-client.ts';

/** Repeats a request that the back office was too busy for, as its `Retry-After` asks. */
export async function send(request: () => Promise<ApiResponse>): Promise<ApiResponse> {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await request();
    if ((answer.status !== 503 && answer.status !== 429) || attempt === 20) return answer;
    await sleep(Number(answer.headers['retry-after'] ?? 1) * 1000 * Math.random());
  }
}

export function expectStatus(answer: ApiResponse, ...statuses: number[]): void {
  if (!statuses.includes(answer.status)) throw new Error(`Unexpected answer ${answer.status}: ${answer.text}`);
}
