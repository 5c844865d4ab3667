import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** How a provider handles one request. */
export type Behaviour = {
  /** @default 'succeeded' */
  result?: 'succeeded' | 'pending' | 'failed' | 'declined';
  /** The connection drops before or after the refund is made, or the response has this status and no refund is made. */
  fault?: 'dropped-before' | 'dropped-after' | 429 | 500;
  delayMs?: number;
  /** Runs after the refund is made and before the response. */
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

type Response = { status: number; body: unknown };
type Received = { method: string; url: URL; headers: IncomingMessage['headers']; body: string };

const createState = () => {
  const refunds: MadeRefund[] = [];
  const requests: { key: string; body: string }[] = [];
  /** Returns the behaviour for the nth request under this key, counted from 1. */
  let behave: (number: number, key: string) => Behaviour = () => ({});
  return {
    refunds,
    requests,
    next: (key: string): Behaviour => behave(requests.filter((request) => request.key === key).length, key),
    /** Clears requests and refunds and sets the behaviour. */
    reset: (behaviour: typeof behave = () => ({})) => {
      refunds.length = 0;
      requests.length = 0;
      behave = behaviour;
    },
    /** The provider's refunds of one refund. */
    of: (refundId: string) => refunds.filter((refund) => refund.refundId === refundId),
  };
};
type State = ReturnType<typeof createState>;

async function serve(handle: (request: Received) => Promise<Response | undefined>) {
  const receive = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = '', url = '/', headers } = request;
    const body = await text(request);
    const given = await handle({ method, url: new URL(url, 'http://double'), headers, body });
    if (!given) return response.destroy();
    return response.writeHead(given.status, { 'content-type': 'application/json' }).end(JSON.stringify(given.body));
  };
  const server = createServer((request, response) => void receive(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The refund, if one was made, and the response; without a response the connection drops. */
type Result = { made?: MadeRefund; response?: Response };

/** Makes the refund and returns the response, or fails as configured. */
async function pay(
  state: State,
  wanted: Omit<MadeRefund, 'id' | 'status'>,
  { result = 'succeeded', fault, delayMs = 0, meanwhile }: Behaviour,
  responses: { refundBody: (refund: MadeRefund) => Response; declined: Response; error: (status: number) => Response },
): Promise<Result> {
  if (fault === 'dropped-before') return {};
  if (typeof fault === 'number') return { response: responses.error(fault) };
  if (result === 'declined') return { response: responses.declined };
  const made: MadeRefund = { ...wanted, id: `re_${randomUUID()}`, status: result };
  state.refunds.push(made);
  await meanwhile?.(made);
  await sleep(delayMs);
  return fault === 'dropped-after' ? { made } : { made, response: responses.refundBody(made) };
}

/**
 * A test double of the Stripe API: `POST /v1/refunds`, `GET /v1/refunds/{id}`, `GET /v1/refunds` by payment, and
 * `GET /v1/charges/{id}`. It keeps the first response per idempotency key, also of status 500, until `forgetKeys`.
 * docs.stripe.com/api/refunds, /api/idempotent_requests, /api/errors
 */
export async function startStripe(apiKey: string) {
  const state = createState();
  const kept = new Map<string, { params: string; response?: Response | undefined }>();
  /** Captured amounts by payment id. */
  const captured = new Map<string, number>();
  /** Metadata by charge id. */
  const charges = new Map<string, Record<string, string>>();
  let isDown = false;
  const refundBody = ({ id, amountMinor, paymentId, status, refundId, reference }: MadeRefund) => ({
    id,
    object: 'refund',
    amount: amountMinor,
    ...(paymentId.startsWith('pi_') ? { payment_intent: paymentId, charge: null } : { charge: paymentId }),
    status,
    failure_reason: status === 'failed' ? 'expired_or_canceled_card' : undefined,
    metadata: { refundId, reference },
  });
  const error = (status: number, type: string, code?: string): Response => ({
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
    if (!captured.has(paymentId)) return { response: error(404, 'invalid_request_error', 'resource_missing') };
    if (leftMinor === 0) return { response: error(400, 'invalid_request_error', 'charge_already_refunded') };
    if (wanted.amountMinor > leftMinor) return { response: error(400, 'invalid_request_error') };
    return pay(state, wanted, state.next(key), {
      refundBody: (refund) => ({ status: 200, body: refundBody(refund) }),
      declined: error(400, 'invalid_request_error', 'charge_disputed'),
      error: (status) => error(status, status === 429 ? 'rate_limit_error' : 'api_error'),
    });
  };

  const post = async (key: string, params: string): Promise<Response | undefined> => {
    state.requests.push({ key, body: params });
    const earlier = kept.get(key);
    if (earlier && earlier.params !== params) return error(400, 'idempotency_error');
    if (earlier) return earlier.response ?? error(409, 'idempotency_error', 'idempotency_key_in_use');
    const entry: { params: string; response?: Response | undefined } = { params };
    kept.set(key, entry);
    const { made, response } = await create(key, params);
    // Stripe applies rate limits before idempotency. A dropped request has no key either.
    if (response?.status === 429 || (!response && !made)) kept.delete(key);
    entry.response = response ?? (made && { status: 200, body: refundBody(made) });
    return response;
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
    if (id === undefined)
      return { status: 200, body: { object: 'list', has_more: false, data: found.map(refundBody) } };
    return found[0]
      ? { status: 200, body: refundBody(found[0]) }
      : error(404, 'invalid_request_error', 'resource_missing');
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

/** A test double of a provider with the generic HTTP interface of http-provider-client.ts. It keeps keys forever. */
export async function startHttpProvider(signingSecret: string) {
  const state = createState();
  const byKey = new Map<string, Promise<Result>>();
  const isSigned = (header: string, body: string) => {
    const [, t = '', v1 = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(header) ?? [];
    return v1 === createHmac('sha256', signingSecret).update(`${t}.${body}`).digest('hex');
  };
  const refundBody = ({ id, status }: MadeRefund): Response =>
    status === 'pending' ? { status: 202, body: {} } : { status: 200, body: { status, providerRefundId: id } };
  const responses = {
    refundBody,
    declined: { status: 409, body: { failure: 'account-closed' } },
    error: (status: number) => ({ status, body: {} }),
  };

  const server = await serve(async ({ headers, body }) => {
    if (!isSigned(String(headers['storeworks-signature']), body)) return { status: 401, body: {} };
    const key = String(headers['idempotency-key']);
    state.requests.push({ key, body });
    const earlier = await byKey.get(key);
    if (earlier) return earlier.made ? refundBody(earlier.made) : earlier.response;
    const payment = pay(state, JSON.parse(body), state.next(key), responses);
    byKey.set(key, payment);
    const { made, response } = await payment;
    if (!made && response?.status !== 409) byKey.delete(key);
    return response;
  });
  return { ...state, ...server };
}
