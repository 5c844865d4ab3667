import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { isReachable, refusalOf } from '../../functions/channel-webhooks/address.ts';
import { createPost } from '../../functions/channel-webhooks/post.ts';
import { signatureHeaders } from '../../functions/channel-webhooks/sign.ts';

test.each([
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '169.254.169.254',
  '172.31.255.255',
  '192.168.0.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:10.0.0.1',
  '::ffff:127.0.0.1',
  'fc00::1',
  'fe80::1',
  '64:ff9b::a00:1',
  '2001:db8::1',
  '2002:a00:1::',
  '2001:0:a00:1::',
  'fd00:ec2::254',
  'not an address',
])('%s is not reached', (address) => expect(isReachable(address, false)).toBe(false));

test.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111'])('%s is public', (address) =>
  expect(isReachable(address, false)).toBe(true),
);

test('loopback is reached where it is allowed, and nothing else private', () => {
  expect(['127.0.0.1', '::1', '10.0.0.1'].map((address) => isReachable(address, true))).toEqual([true, true, false]);
});

test.each([
  'https://2130706433/',
  'https://0x7f.1/',
  'https://[::ffff:7f00:1]/',
  'https://127.1/',
  'https://localhost/',
])('%s is this machine in disguise', (url) => expect(refusalOf(url, false)).toBeDefined());

test('a name that resolves to this machine is refused when it is connected to', async () => {
  const server = createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const url = `http://localhost:${(server.address() as AddressInfo).port}/`;
  const post = (isLoopbackAllowed: boolean) => createPost({ isLoopbackAllowed, timeoutSeconds: 2 })(url, {}, '{}');
  expect(await post(false)).toEqual({ error: 'address-refused' });
  expect(await post(true)).toEqual({ status: 200 });
});

test('the signature is that of the Standard Webhooks specification’s own example', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const headers = signatureHeaders(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}');
  expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});
