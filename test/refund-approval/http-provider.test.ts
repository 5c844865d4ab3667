import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { createHttpProvider } from '../../functions/refund-approval/payouts/http-provider.ts';
import { providersFrom } from '../../functions/refund-approval/payouts/providers.ts';
import { startHttpProvider } from '../support/payments/provider-double.ts';

const signingSecret = 'a secret of the two of us';
let acme: Awaited<ReturnType<typeof startHttpProvider>>;
beforeAll(async () => {
  acme = await startHttpProvider(signingSecret);
});
afterAll(() => acme.stop());
beforeEach(() => acme.reset());

let count = 0;
const repayment = () => ({
  reference: `ref_1.0.${(count += 1)}`,
  refundId: 'ref_1',
  paymentId: 'pay-1',
  amountMinor: 1000,
  currency: 'GBP',
  isLate: false,
});
const through = (url: string, secret = signingSecret) =>
  createHttpProvider({ url, signingSecret: secret }, 300, Date.now);
const repay = (given = repayment()) => through(acme.url)(given);

test('posts what is to be paid, signed, under its reference, and pays once', async () => {
  const given = repayment();
  const first = await repay(given);
  expect(first).toEqual({ kind: 'succeeded', providerRefundId: acme.refunds[0]?.id });
  expect(await repay(given)).toEqual(first);
  const { isLate: _isLate, ...body } = given;
  expect(acme.requests.map((request) => [request.key, JSON.parse(request.body)])).toEqual([
    [given.reference, body],
    [given.reference, body],
  ]);
  expect(acme.refunds).toHaveLength(1);
});

test.each([
  ['pending', { kind: 'pending' }],
  ['failed', { kind: 'failed', failure: 'failed' }],
  ['declined', { kind: 'failed', failure: 'account-closed' }],
] as const)('tells what an answer that is %s means', async (result, answer) => {
  acme.reset(() => ({ result }));
  expect(await repay()).toMatchObject(answer);
});

test.each([
  [{ fault: 500 }, '500'],
  [{ fault: 429 }, '429'],
  [{ fault: 'dropped-after' }, 'fetch failed'],
  [{ delayMs: 600 }, 'timeout'],
] as const)('leaves open what became of a payout after %o', async (behaviour, message) => {
  acme.reset(() => behaviour);
  await expect(repay()).rejects.toThrow(message);
});

test('a provider that does not know our signature pays nothing', async () => {
  await expect(through(acme.url, 'another secret')(repayment())).rejects.toThrow('401');
  expect(acme.refunds).toEqual([]);
});

test.each([
  ['is too large', 200, 'x'.repeat(70_000), {}, /more than 65536 bytes/],
  ['is no JSON', 200, 'paid', {}, /JSON/],
  ['says nothing', 200, '{"status":"done"}', {}, /status/],
  ['leads elsewhere', 302, '', { location: '/there' }, /fetch failed/],
] as const)('an answer that %s leaves it open', async (_what, status, body, headers, message) => {
  const server = createServer(({ url }, response) =>
    url === '/there' ? response.end('{"status":"succeeded"}') : response.writeHead(status, headers).end(body),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  await expect(through(`http://127.0.0.1:${port}`)(repayment())).rejects.toThrow(message);
});

test('providers are those of the secret as it is now; a plain address elsewhere than here is refused', async () => {
  let text = '{}';
  const providerOf = providersFrom(async () => text, 300, Date.now);
  expect(await providerOf('acme')).toBeUndefined();
  text = JSON.stringify({ acme: { kind: 'http', url: acme.url, signingSecret } });
  expect(await (await providerOf('acme'))?.(repayment())).toMatchObject({ kind: 'succeeded' });
  for (const url of ['http://acme.example/refunds', 'http://127.0.0.1.example/', 'ftp://acme.example']) {
    text = JSON.stringify({ acme: { kind: 'http', url, signingSecret } });
    await expect(providerOf('acme')).rejects.toThrow(/https/);
  }
});
