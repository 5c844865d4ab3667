import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalStore } from '../local-store.ts';

type Method = 'GET' | 'POST' | 'PUT';
type Answer = {
  status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- the demo reads a few members of responses of this store
  body: any;
};
export type DemoClient = ReturnType<typeof createDemoClient>;

const provider = 'acme';
const retryable = new Set([429, 500, 503]);
const maxAttempts = 20;

/**
 * A client of the HTTP API with the credentials of `name`. Every request of the demo is idempotent, so that it repeats a
 * request that was refused for a moment. Throws for other errors, except 409: the order or refund has changed since an
 * earlier demo, by somebody's work.
 */
export function createDemoClient({ credentials }: Pick<LocalStore, 'credentials'>, name: string, signal: AbortSignal) {
  // A token is valid for an hour; the demo takes a minute.
  let token: Promise<string> | undefined;
  const send = async (method: Method, path: string, body?: unknown): Promise<Answer> => {
    token ??= tokenOf(credentials, name, signal);
    const headers = {
      authorization: `Bearer ${await token}`,
      'content-type': 'application/json',
    };
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    return withRetries(() => fetch(credentials.apiUrl + path, { method, headers, signal, ...content }), path);
  };
  return {
    get: (path: string) => send('GET', path),
    post: (path: string, body: unknown) => send('POST', path, body),
    put: (path: string, body: unknown) => send('PUT', path, body),
  };
}

type Payment = { type: string; orderId: string; amountMinor: number; occurredAt: string; refundId?: string };

/** Posts a signed notification, as the payment provider of the store does. Counts once per `eventId`. */
export async function notifyPayment(
  { credentials: { apiUrl, webhookSecrets } }: Pick<LocalStore, 'credentials'>,
  eventId: string,
  payment: Payment,
  signal: AbortSignal,
): Promise<void> {
  const body = JSON.stringify({ eventId, paymentId: `demo-${payment.orderId}`, currency: 'GBP', ...payment });
  const t = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', webhookSecrets[provider] ?? '')
    .update(`${t}.${body}`)
    .digest('hex');
  const headers = { 'content-type': 'application/json', 'storeworks-signature': `t=${t},v1=${signature}` };
  const path = `/payments/webhooks/${provider}`;
  await withRetries(() => fetch(apiUrl + path, { method: 'POST', headers, body, signal }), path);
}

async function withRetries(send: () => Promise<Response>, path: string): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await send();
    const text = await response.text();
    if (retryable.has(response.status) && attempt < maxAttempts) {
      await sleep(Number(response.headers.get('retry-after') ?? 1) * 1000 * Math.random());
      continue;
    }
    if (response.status >= 400 && response.status !== 409) {
      throw new Error(`The demo's request to ${path} was refused: ${response.status} ${text}`);
    }
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  }
}

async function tokenOf({ tokenEndpoint, clients }: LocalStore['credentials'], name: string, signal: AbortSignal) {
  const client = clients[name];
  if (!client) throw new Error(`There is no client ${name}`);
  const authorization = Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64');
  const response = await fetch(tokenEndpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${authorization}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
    signal,
  });
  const { access_token: token } = (await response.json()) as { access_token?: string };
  if (token === undefined) throw new Error(`There is no token for ${name}: ${response.status}`);
  return token;
}
