import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a provider makes of one request; done and answered at once unless told. */
export type Behaviour = {
  result?: 'succeeded' | 'pending' | 'failed' | 'declined';
  /** The connection drops before anything is done, or after; or the answer is this status, with nothing done. */
  fault?: 'dropped-before' | 'dropped-after' | 429 | 500;
  delayMs?: number;
  /** Done when the refund is made and not answered yet. */
  meanwhile?: (refund: MadeRefund) => Promise<void>;
};

export type MadeRefund = {
  id: string;
  reference: string;
  refundId: string;
  paymentId: string;
  amountMinor: number;
  status: 'succeeded' | 'pending' | 'failed';
};

type Answer = { status: number; body: unknown };
type Asked = { method: string; url: URL; headers: IncomingMessage['headers']; body: string };

const newState = () => {
  const refunds: MadeRefund[] = [];
  const requests: { key: string; body: string }[] = [];
  /** Of the nth request, counted from 1, under this key. */
  let behave: (number: number, key: string) => Behaviour = () => ({});
  return {
    refunds,
    requests,
    next: (key: string): Behaviour => behave(requests.filter((request) => request.key === key).length, key),
    /** Forgets what it was asked and what it paid, and behaves like this from now on. */
    reset: (behaviour: typeof behave = () => ({})) => {
      refunds.length = 0;
      requests.length = 0;
      behave = behaviour;
    },
    /** Of one refund of ours. */
    of: (refundId: string) => refunds.filter((refund) => refund.refundId === refundId),
  };
};
type State = ReturnType<typeof newState>;

async function serve(answer: (asked: Asked) => Promise<Answer | undefined>) {
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '/', headers } = request;
    const body = await text(request);
    const given = await answer({ method, url: new URL(url, 'http://double'), headers, body });
    if (!given) return response.destroy();
    return response.writeHead(given.status, { 'content-type': 'application/json' }).end(JSON.stringify(given.body));
  };
  const server = createServer((request, response) => void take(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What became of a request: the refund if one was made, and the answer; none: the connection drops. */
type Result = { made?: MadeRefund; answer?: Answer };

/** Makes the refund and answers, or fails as told. */
async function pay(
  state: State,
  wanted: Omit<MadeRefund, 'id' | 'status'>,
  { result = 'succeeded', fault, delayMs = 0, meanwhile }: Behaviour,
  answers: { seen: (refund: MadeRefund) => Answer; declined: Answer; error: (status: number) => Answer },
): Promise<Result> {
  if (fault === 'dropped-before') return {};
  if (typeof fault === 'number') return { answer: answers.error(fault) };
  if (result === 'declined') return { answer: answers.declined };
  const made: MadeRefund = { ...wanted, id: `re_${randomUUID()}`, status: result };
  state.refunds.push(made);
  await meanwhile?.(made);
  await sleep(delayMs);
  return fault === 'dropped-after' ? { made } : { made, answer: answers.seen(made) };
}

/**
 * The routes of Stripe's API that refunds take, after its reference: `POST /v1/refunds`, `GET /v1/refunds/{id}`,
 * `GET /v1/refunds` by payment; and `GET /v1/charges/{id}`. The first answer under an idempotency key is kept, 500s included, until `forgetKeys`.
 * docs.stripe.com/api/refunds, /api/idempotent_requests, /api/errors
 */
export async function startStripe(apiKey: string) {
  const state = newState();
  const kept = new Map<string, { params: string; answer?: Answer | undefined }>();
  /** What customers paid, by payment. */
  const captured = new Map<string, number>();
  /** Charges, with the metadata of their payments. */
  const charges = new Map<string, Record<string, string>>();
  let isDown = false;
  const seen = ({ id, amountMinor, paymentId, status, refundId, reference }: MadeRefund) => ({
    id,
    object: 'refund',
    amount: amountMinor,
    ...(paymentId.startsWith('pi_') ? { payment_intent: paymentId, charge: null } : { charge: paymentId }),
    status,
    failure_reason: status === 'failed' ? 'expired_or_canceled_card' : undefined,
    metadata: { refundId, reference },
  });
  const error = (status: number, type: string, code?: string): Answer => ({
    status,
    body: { error: { type, code, message: `${type} ${code ?? ''}` } },
  });

  const create = async (key: string, params: string): Promise<Result> => {
    const form = new URLSearchParams(params);
    const field = (name: string) => form.get(name) ?? '';
    const paymentId = form.get('payment_intent') ?? field('charge');
    const paid = state.refunds.filter((refund) => refund.paymentId === paymentId && refund.status !== 'failed');
    const wanted = {
      paymentId,
      amountMinor: Number(field('amount')),
      refundId: field('metadata[refundId]'),
      reference: field('metadata[reference]'),
    };
    const leftMinor = (captured.get(paymentId) ?? 0) - paid.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
    if (!captured.has(paymentId)) return { answer: error(404, 'invalid_request_error', 'resource_missing') };
    if (leftMinor === 0) return { answer: error(400, 'invalid_request_error', 'charge_already_refunded') };
    if (wanted.amountMinor > leftMinor) return { answer: error(400, 'invalid_request_error') };
    return pay(state, wanted, state.next(key), {
      seen: (refund) => ({ status: 200, body: seen(refund) }),
      declined: error(400, 'invalid_request_error', 'charge_disputed'),
      error: (status) => error(status, status === 429 ? 'rate_limit_error' : 'api_error'),
    });
  };

  const post = async (key: string, params: string): Promise<Answer | undefined> => {
    state.requests.push({ key, body: params });
    const earlier = kept.get(key);
    if (earlier && earlier.params !== params) return error(400, 'idempotency_error');
    if (earlier) return earlier.answer ?? error(409, 'idempotency_error', 'idempotency_key_in_use');
    const entry: { params: string; answer?: Answer | undefined } = { params };
    kept.set(key, entry);
    const { made, answer } = await create(key, params);
    // Rate limits come before idempotency; a request that never arrived was never seen.
    if (answer?.status === 429 || (!answer && !made)) kept.delete(key);
    entry.answer = answer ?? (made && { status: 200, body: seen(made) });
    return answer;
  };

  const server = await serve(async ({ method, url, headers, body }) => {
    if (headers.authorization !== `Bearer ${apiKey}`) return error(401, 'invalid_request_error');
    if (isDown) return error(500, 'api_error');
    const charge = /^\/v1\/charges\/(\w+)$/.exec(url.pathname)?.[1];
    if (charge !== undefined) {
      const metadata = charges.get(charge);
      return metadata
        ? { status: 200, body: { id: charge, object: 'charge', metadata } }
        : error(404, 'invalid_request_error', 'resource_missing');
    }
    if (method === 'POST' && url.pathname === '/v1/refunds') return post(String(headers['idempotency-key']), body);
    const paymentId = url.searchParams.get('payment_intent') ?? url.searchParams.get('charge');
    const id = /^\/v1\/refunds\/(\w.*)$/.exec(url.pathname)?.[1];
    const found = state.refunds.filter((refund) => refund.paymentId === paymentId || refund.id === id);
    if (id === undefined) return { status: 200, body: { object: 'list', has_more: false, data: found.map(seen) } };
    return found[0] ? { status: 200, body: seen(found[0]) } : error(404, 'invalid_request_error', 'resource_missing');
  });
  return {
    ...state,
    ...server,
    capture: (paymentId: string, amountMinor: number) => void captured.set(paymentId, amountMinor),
    charge: (id: string, metadata: Record<string, string>) => void charges.set(id, metadata),
    fail: (fails: boolean) => (isDown = fails),
    forgetKeys: () => kept.clear(),
  };
}

/** A provider of the generic kind, after functions/refund-approval/payouts/http-provider-client.ts. A key is kept for good. */
export async function startHttpProvider(signingSecret: string) {
  const state = newState();
  const byKey = new Map<string, Promise<Result>>();
  const isSigned = (header: string, body: string) => {
    const [, t = '', v1 = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? [];
    return v1 === createHmac('sha256', signingSecret).update(`${t}.${body}`).digest('hex');
  };
  const seen = ({ id, status }: MadeRefund): Answer =>
    status === 'pending' ? { status: 202, body: {} } : { status: 200, body: { status, providerRefundId: id } };
  const answers = {
    seen,
    declined: { status: 409, body: { failure: 'account-closed' } },
    error: (status: number) => ({ status, body: {} }),
  };

  const server = await serve(async ({ headers, body }) => {
    if (!isSigned(String(headers['storeworks-signature']), body)) return { status: 401, body: {} };
    const key = String(headers['idempotency-key']);
    state.requests.push({ key, body });
    const earlier = await byKey.get(key);
    if (earlier) return earlier.made ? seen(earlier.made) : earlier.answer;
    const paying = pay(state, JSON.parse(body), state.next(key), answers);
    byKey.set(key, paying);
    const { made, answer } = await paying;
    if (!made && answer?.status !== 409) byKey.delete(key);
    return answer;
  });
  return { ...state, ...server };
}
