import { createHmac } from 'node:crypto';
import * as z from 'zod';
import type { ProviderAnswer, Repay } from './provider.ts';

const maxAnswerBytes = 65_536;

const Done = z.object({ status: z.enum(['succeeded', 'failed']), providerRefundId: z.string().max(200).optional() });
const Declined = z.object({ failure: z.string().min(1).max(200) });

/** Statuses by which a provider decides not to pay. */
const declined = new Set([402, 409, 422]);

/**
 * Refunds by any provider that takes them over HTTP. It is posted `{ reference, refundId, paymentId, amountMinor,
 * currency }`, signed as it signs its own webhooks to us, and must pay once under an `Idempotency-Key`, for good. It
 * answers 200 with `{ status, providerRefundId? }`, 202 if it tells later by webhook, or 402, 409 or 422 with
 * `{ failure }` if it does not pay. Anything else leaves open whether it paid.
 */
export const createHttpProvider =
  ({ url, signingSecret }: { url: string; signingSecret: string }, timeoutMs: number, now: () => number): Repay =>
  async ({ reference, refundId, paymentId, amountMinor, currency }) => {
    const body = JSON.stringify({ reference, refundId, paymentId, amountMinor, currency });
    const t = Math.floor(now() / 1000);
    const v1 = createHmac('sha256', signingSecret).update(`${t}.${body}`).digest('hex');
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': reference,
        'storeworks-signature': `t=${t},v1=${v1}`,
      },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return wordOf(answer.status, await textOf(answer));
  };

function wordOf(status: number, text: string): ProviderAnswer {
  if (status === 202) return { kind: 'pending' };
  if (status === 200) {
    const { status: result, providerRefundId } = Done.parse(JSON.parse(text));
    return result === 'succeeded'
      ? { kind: 'succeeded', providerRefundId }
      : { kind: 'failed', failure: 'failed', providerRefundId };
  }
  if (declined.has(status)) return { kind: 'failed', ...Declined.parse(JSON.parse(text)) };
  throw new Error(`The provider answered ${status}: ${text.slice(0, 300)}`);
}

async function textOf(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of answer.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxAnswerBytes) throw new Error(`The provider answered more than ${maxAnswerBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
