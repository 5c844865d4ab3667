import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiAnswer } from '../support/system/api-client.ts';

/** Repeats a request that the back office was too busy for, as its `Retry-After` asks. */
export async function send(request: () => Promise<ApiAnswer>): Promise<ApiAnswer> {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await request();
    if ((answer.status !== 503 && answer.status !== 429) || attempt === 20) return answer;
    await sleep(Number(answer.headers['retry-after'] ?? 1) * 1000 * Math.random());
  }
}

export function expectStatus(answer: ApiAnswer, ...statuses: number[]): void {
  if (!statuses.includes(answer.status)) throw new Error(`Unexpected answer ${answer.status}: ${answer.text}`);
}
