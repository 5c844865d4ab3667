import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { createHttpProvider } from '../../../functions/refund-approval/payouts/http-provider-client.ts';
import { createProviderLookup } from '../../../functions/refund-approval/payouts/configured-provider-client.ts';
import { startHttpProvider } from '../../support/payments/provider-double.ts';
import { paymentSignature } from '../../support/payments/signature.ts';

const signingSecret = 'a shared signing secret';
let acme: Awaited<ReturnType<typeof startHttpProvider>>;
beforeAll(async () => {
  acme = await startHttpProvider(signingSecret);
});
afterAll(() => acme.stop());
beforeEach(() => acme.reset());

let count = 0;
const aPayout = () => ({
  reference: `ref_1.0.${(count += 1)}`,
  refundId: 'ref_1',
  paymentId: 'pay-1',
  amountMinor: 1000,
  currency: 'GBP',
  isRepeated: false,
});
/** Far above the normal duration: no test depends on the speed of its machine. */
const timeoutMs = 60_000;
const through = (url: string, secret = signingSecret, limitMs = timeoutMs) =>
  createHttpProvider({ url, signingSecret: secret }, limitMs, Date.now);
const send = (given = aPayout()) => through(acme.url)(given);

test('posts a signed payout with the reference as idempotency key and pays once', async () => {
  const given = aPayout();
  const first = await send(given);
  expect(first).toEqual({ kind: 'succeeded', providerRefundId: acme.refunds[0]?.id });
  expect(await send(given)).toEqual(first);
  const { isRepeated: _isRepeated, ...body } = given;
  expect(acme.requests.map((request) => [request.key, JSON.parse(request.body)])).toEqual([
    [given.reference, body],
    [given.reference, body],
  ]);
  expect(acme.refunds).toHaveLength(1);
});

test('signs with both secrets until the end of a rotation', async () => {
  const received: string[] = [];
  const server = createServer((request, response) => {
    received.push(String(request.headers['storeworks-signature']));
    request.resume().on('end', () => response.writeHead(202).end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [current, previous] = ['the current signing secret', 'the previous signing secret'];
  const end = Date.parse('2026-12-07T00:00:00Z');
  const rotating = { current, previous, previousUntil: new Date(end).toISOString() };
  const body = JSON.stringify(
    (({ isRepeated: _isRepeated, ...sent }) => sent)({ ...aPayout(), reference: 'ref_1.0.1' }),
  );
  for (const now of [end - 1, end]) {
    await createHttpProvider(
      { url, signingSecret: rotating },
      timeoutMs,
      () => now,
    )({
      ...aPayout(),
      reference: 'ref_1.0.1',
    });
  }
  const [t, v1] = [paymentSignature(body, current, end).split(','), paymentSignature(body, previous, end - 1)];
  expect(received[0]?.split(',')).toHaveLength(3);
  expect(received[0]).toMatch(new RegExp(`${v1.split(',')[1]}$`));
  expect(received[1]?.split(',')).toEqual(t);
});

test.each([
  ['pending', { kind: 'pending' }],
  ['failed', { kind: 'failed', failure: 'failed' }],
  ['declined', { kind: 'failed', failure: 'account-closed' }],
] as const)('returns the result of a response with %s', async (result, expected) => {
  acme.reset(() => ({ result }));
  expect(await send()).toMatchObject(expected);
});

test.each([
  [{ fault: 500 }, '500'],
  [{ fault: 429 }, '429'],
  [{ fault: 'dropped-after' }, 'fetch failed'],
] as const)('throws because the result is unknown after %o', async (behaviour, message) => {
  acme.reset(() => behaviour);
  await expect(send()).rejects.toThrow(message);
});

test('throws because the result is unknown after the time limit', async () => {
  acme.reset(() => ({ delayMs: 600 }));
  await expect(through(acme.url, signingSecret, 50)(aPayout())).rejects.toThrow('timeout');
});

test('a provider that rejects the signature pays nothing', async () => {
  await expect(through(acme.url, 'another secret')(aPayout())).rejects.toThrow('401');
  expect(acme.refunds).toEqual([]);
});

test.each([
  ['is too large', 200, 'x'.repeat(70_000), {}, /more than 65536 bytes/],
  ['is not JSON', 200, 'paid', {}, /JSON/],
  ['has an unknown status', 200, '{"status":"done"}', {}, /status/],
  ['is a redirect', 302, '', { location: '/elsewhere' }, /fetch failed/],
] as const)(
  'throws because the result is unknown when the response %s',
  async (_case, status, body, headers, message) => {
    const server = createServer(({ url }, response) =>
      url === '/elsewhere' ? response.end('{"status":"succeeded"}') : response.writeHead(status, headers).end(body),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    await expect(through(`http://127.0.0.1:${port}`)(aPayout())).rejects.toThrow(message);
  },
);

test('the lookup uses the current secret and refuses plain HTTP to other hosts', async () => {
  let text = '{}';
  const providerOf = createProviderLookup(async () => text, timeoutMs, Date.now);
  expect(await providerOf('acme')).toBeUndefined();
  text = JSON.stringify({ acme: { kind: 'http', url: acme.url, signingSecret } });
  expect(await (await providerOf('acme'))?.(aPayout())).toMatchObject({ kind: 'succeeded' });
  for (const url of ['http://acme.example/refunds', 'http://127.0.0.1.example/', 'ftp://acme.example']) {
    text = JSON.stringify({ acme: { kind: 'http', url, signingSecret } });
    await expect(providerOf('acme')).rejects.toThrow(/https/);
  }
});
