import { createHmac } from 'node:crypto';
import * as z from 'zod';
import { type SigningSecret, validSecrets } from '../../../shared/payments/webhook-secret.ts';
import type { ProviderResponse, SendPayout } from './provider.ts';

const maxResponseBytes = 65_536;

const Done = z.object({ status: z.enum(['succeeded', 'failed']), providerRefundId: z.string().max(200).optional() });
const Declined = z.object({ failure: z.string().min(1).max(200) });

/** Statuses with which a provider declines a payout. */
const declinedStatuses = new Set([402, 409, 422]);

/**
 * Sends payouts to a provider with the generic HTTP interface in reference.md. The body is signed like the provider's own
 * webhooks, and the provider must keep each `Idempotency-Key` forever. It responds with 200 and `{ status,
 * providerRefundId? }`, with 202 if a webhook follows, or with 402, 409 or 422 and `{ failure }`. After any other
 * response the result is unknown.
 */
export const createHttpProvider =
  (
    { url, signingSecret }: { url: string; signingSecret: SigningSecret },
    timeoutMs: number,
    now: () => number,
  ): SendPayout =>
  async ({ reference, refundId, paymentId, amountMinor, currency }) => {
    const body = JSON.stringify({ reference, refundId, paymentId, amountMinor, currency });
    const t = Math.floor(now() / 1000);
    // During a rotation the request has the signatures of both secrets, and the provider accepts either.
    const signatures = validSecrets(signingSecret, now()).map(
      (secret) => `v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`,
    );
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': reference,
        'storeworks-signature': [`t=${t}`, ...signatures].join(','),
      },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return parseResponse(response.status, await readLimited(response));
  };

function parseResponse(status: number, text: string): ProviderResponse {
  if (status === 202) return { kind: 'pending' };
  if (status === 200) {
    const { status: result, providerRefundId } = Done.parse(JSON.parse(text));
    return result === 'succeeded'
      ? { kind: 'succeeded', providerRefundId }
      : { kind: 'failed', failure: 'failed', providerRefundId };
  }
  if (declinedStatuses.has(status)) return { kind: 'failed', ...Declined.parse(JSON.parse(text)) };
  throw new Error(`The provider responded with ${status}: ${text.slice(0, 300)}`);
}

async function readLimited(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxResponseBytes) throw new Error(`The provider's response has more than ${maxResponseBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
