import { expect, test } from 'vitest';
import { isReachable, urlRefusal } from '../../../functions/channel-webhooks/endpoints/address.ts';

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
])('%s is not public', (address) => expect(isReachable(address, false)).toBe(false));

test.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111'])('%s is public', (address) =>
  expect(isReachable(address, false)).toBe(true),
);

test('loopback addresses, and no other private ones, are reachable where they are allowed', () => {
  expect(['127.0.0.1', '::1', '10.0.0.1'].map((address) => isReachable(address, true))).toEqual([true, true, false]);
});

test.each([
  'https://2130706433/',
  'https://0x7f.1/',
  'https://[::ffff:7f00:1]/',
  'https://127.1/',
  'https://localhost/',
])('%s is refused as a loopback URL', (url) => expect(urlRefusal(url, false)).toBeDefined());
