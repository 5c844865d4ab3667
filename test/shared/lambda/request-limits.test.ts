import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import '../../support/environment.ts';
import * as routes from '../../../shared/contracts/catalog/routes.ts';
import { placeOrders } from '../../../shared/contracts/orders/queue-routes.ts';
import { postPayment } from '../../../shared/contracts/orders/life-cycle-routes.ts';
import { problem } from '../../../shared/contracts/problem.ts';
import { httpHandler, on } from '../../../shared/lambda/http-handler.ts';
import { createRequestLimits, type RequestQuotas } from '../../../shared/lambda/request-limits.ts';
import { noon } from '../../support/builders.ts';

const quotas: RequestQuotas = { perSecond: 5, byClient: { large: 50 }, anonymousPerSecond: 2, burstSeconds: 10 };
const client = (clientId: string) => ({ clientId, address: '192.0.2.1' });
const anonymous = (address: string) => ({ clientId: '', address });
type Limits = ReturnType<typeof createRequestLimits>;

/** Sends `count` requests at one time; returns how many are served. */
const served = (limits: Limits, caller: { clientId: string; address: string }, count: number, now = noon) =>
  Array.from({ length: count }).filter(() => {
    if (limits.waitSeconds(caller, now) > 0) return false;
    limits.take(caller, now);
    return true;
  }).length;

describe('a caller has a quota of its own', () => {
  test.each([
    ['a client', client('a'), client('b'), 50],
    ['a client with its own rate', client('large'), client('a'), 500],
    ['an address', anonymous('192.0.2.1'), anonymous('192.0.2.2'), 20],
    ['an address beside a client from it', anonymous('192.0.2.1'), client('a'), 20],
    ['a client beside its address', client('a'), anonymous('192.0.2.1'), 50],
    ['a network of IPv6', anonymous('2001:db8:0:1::1'), anonymous('2001:db8:0:2::1'), 20],
  ])('%s', (_, hostile, honest, burst) => {
    const limits = createRequestLimits(quotas);
    expect(served(limits, hostile, 10_000)).toBe(burst);
    expect(limits.waitSeconds(honest, noon)).toBe(0);
    // A tenth of a burst comes back in a second, the whole in ten.
    expect(served(limits, hostile, 10_000, noon + 1000)).toBe(burst / 10);
    expect(served(limits, hostile, 10_000, noon + 60_000)).toBe(burst);
  });

  test.each([
    ['2001:db8::1', '2001:db8::2'],
    ['2001:db8:0:0::1', '2001:DB8::ffff'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::9'],
    ['2001:0db8:0000:0001::1', '2001:db8:0:1:ffff::1'],
    ['::1', '::2'],
  ])('addresses %s and %s of one network share it', (one, other) => {
    const limits = createRequestLimits(quotas);
    expect(served(limits, anonymous(one), 100)).toBe(20);
    expect(served(limits, anonymous(other), 100)).toBe(0);
  });

  test('a request that counts as many is served, and the caller waits for what it owes', () => {
    const limits = createRequestLimits(quotas);
    limits.take(client('a'), noon, 100);
    // It had 50, and gets 5 per second.
    expect(limits.waitSeconds(client('a'), noon)).toBe(51 / 5);
    expect(limits.waitSeconds(client('b'), noon)).toBe(0);
    expect(limits.waitSeconds(client('a'), noon + 10_200)).toBe(0);
  });

  test('a rate below one request per second still serves one, and a clock that is set back does not refuse a caller for long', () => {
    const limits = createRequestLimits({ ...quotas, perSecond: 0.05 });
    expect(served(limits, client('a'), 10)).toBe(1);
    expect(limits.waitSeconds(client('a'), noon)).toBe(20);
    expect(served(limits, client('a'), 10, noon + 20_000)).toBe(1);
    expect(limits.waitSeconds(client('a'), noon)).toBe(20);
  });

  test('the number of addresses that it remembers is bounded', () => {
    const limits = createRequestLimits(quotas);
    const before = process.memoryUsage().heapUsed;
    for (let index = 0; index < 200_000; index += 1) limits.take(anonymous(`10.${index >> 8}.${index & 255}`), noon);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100_000_000);
    expect(served(limits, client('a'), 100)).toBe(50);
  });
});

/** A handler of one route with the quotas, which counts the requests that its function serves. */
function handlerOf() {
  const done = { requests: 0, verifications: 0 };
  // Bursts of 50 requests of a client and 20 of an address; the next one is served after 20 s.
  const slow: RequestQuotas = { perSecond: 0.05, byClient: {}, anonymousPerSecond: 0.02, burstSeconds: 1000 };
  process.env['REQUEST_QUOTAS'] = JSON.stringify(slow);
  const getSku = on(routes.getSku, async () => {
    done.requests += 1;
    return { status: 200, body: {} };
  });
  const webhook = on(
    postPayment,
    async () => {
      done.requests += 1;
      return { status: 200, body: {} };
    },
    async (headers) => {
      done.verifications += 1;
      return headers['storeworks-signature'] === 'valid' ? undefined : problem(401, 'invalid-signature', 'No.');
    },
  );
  const handler = httpHandler(getSku, webhook);
  delete process.env['REQUEST_QUOTAS'];
  const send = async (event: object, count: number) => {
    const statuses: number[] = [];
    let last: Awaited<ReturnType<typeof handler>> | undefined;
    for (let index = 0; index < count; index += 1) {
      last = await handler(event as APIGatewayProxyEventV2, { functionName: 'api' } as Context);
      statuses.push(last.statusCode ?? 0);
    }
    return {
      statuses: Object.fromEntries([...Map.groupBy(statuses, (each) => each)].map(([k, v]) => [k, v.length])),
      last,
    };
  };
  return { done, send };
}

const requestOf = (clientId: string) => ({
  routeKey: routes.getSku.key,
  headers: {},
  pathParameters: { sku: 'MUG' },
  requestContext: {
    requestId: 'request-1',
    http: { sourceIp: '192.0.2.1' },
    authorizer: { jwt: { claims: { client_id: clientId } } },
  },
});
const payment = {
  eventId: 'event-1',
  type: 'payment.captured',
  paymentId: 'payment-1',
  orderId: 'ord_0123456789abcdefghjkmnpqrs',
  amountMinor: 1,
  currency: 'GBP',
  occurredAt: '2026-03-01T12:00:00Z',
};
const webhookOf = (signature: string, address: string, body = JSON.stringify(payment)) => ({
  routeKey: postPayment.key,
  headers: { 'content-type': 'application/json', 'storeworks-signature': signature },
  pathParameters: { provider: 'acme' },
  requestContext: { requestId: 'request-1', http: { sourceIp: address } },
  body,
});

describe('a function', () => {
  test('serves a client its quota, tells it when to retry, and serves others meanwhile', async () => {
    const { done, send } = handlerOf();
    const { statuses, last } = await send(requestOf('hostile'), 200);
    expect([done.requests, statuses]).toEqual([50, { 200: 50, 429: 150 }]);
    expect(last).toMatchObject({ statusCode: 429, headers: { 'retry-after': '20' } });
    expect(JSON.parse(last?.body ?? '')).toMatchObject({ type: 'too-many-requests', status: 429 });
    expect((await send(requestOf('honest'), 10)).statuses).toEqual({ 200: 10 });
  });

  test('counts the orders of a batch, and ten lines as one request; before, a batch of 100 orders counted as one', async () => {
    process.env['REQUEST_QUOTAS'] = JSON.stringify({ ...quotas, perSecond: 1, byClient: {}, burstSeconds: 10 });
    let placed = 0;
    const serve = async () => {
      placed += 1;
      return { status: 202, body: {} };
    };
    const handler = httpHandler(on(placeOrders, serve));
    delete process.env['REQUEST_QUOTAS'];
    const send = (clientId: string, orders: unknown) => {
      const event = { ...requestOf(clientId), routeKey: placeOrders.key, pathParameters: {} };
      const body = { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ orders }) };
      return handler({ ...event, ...body } as unknown as APIGatewayProxyEventV2, { functionName: 'api' } as Context);
    };
    const orders = [{ lines: Array.from({ length: 101 }, () => ({})) }, { lines: 'many' }, null, 'order'];
    expect(await send('hostile', orders)).toMatchObject({ statusCode: 202 });
    // 11 for 101 lines and 1 for each of the others, of the 10 that it had.
    const refused = await send('hostile', []);
    expect([refused.statusCode, refused.headers?.['retry-after'], placed]).toEqual([429, '5', 1]);
    expect(await send('honest', [null])).toMatchObject({ statusCode: 202 });
  });

  test('verifies signatures of an address within its quota, and counts no valid one', async () => {
    const { done, send } = handlerOf();
    expect((await send(webhookOf('valid', '192.0.2.9'), 200)).statuses).toEqual({ 200: 200 });
    const guessed = await send(webhookOf('guessed', '192.0.2.1'), 200);
    expect([done.verifications, guessed.statuses]).toEqual([220, { 401: 20, 429: 180 }]);
    expect((await send(webhookOf('valid', '192.0.2.9'), 10)).statuses).toEqual({ 200: 10 });
  });

  test('refuses a body above the limit of an anonymous route before its signature is verified', async () => {
    const { done, send } = handlerOf();
    const { statuses } = await send(webhookOf('valid', '192.0.2.1', ' '.repeat(300_000)), 5);
    expect([statuses, done.verifications]).toEqual([{ 413: 5 }, 0]);
  });
});
