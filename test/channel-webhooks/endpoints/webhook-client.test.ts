import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createWebhookClient } from '../../../functions/channel-webhooks/endpoints/webhook-client.ts';
import {
  type HostileBehaviour,
  rebindingLookup,
  startHostileReceiver,
} from '../../support/webhooks/hostile-receiver.ts';

const timeoutSeconds = 0.5;

test('a host name that resolves to a loopback address is refused on connection', async () => {
  const server = createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const url = `http://localhost:${(server.address() as AddressInfo).port}/`;
  const post = (isLoopbackAllowed: boolean) =>
    createWebhookClient({ isLoopbackAllowed, timeoutSeconds: 2 })(url, {}, '{}');
  expect(await post(false)).toEqual({ error: 'address-refused' });
  expect(await post(true)).toEqual({ status: 200, body: '' });
});

describe('a receiver that', () => {
  test.each<[HostileBehaviour, { status?: number; error?: unknown; body?: string }]>([
    ['switches protocols', { status: 101, error: 'upgrade-refused' }],
    ['switches protocols and closes', { status: 101, error: 'upgrade-refused' }],
    ['sends informational answers without end', { error: 'timeout' }],
    ['never answers', { error: 'timeout' }],
    ['sends headers without end', { error: 'timeout' }],
    ['sends a body without end', { error: 'timeout' }],
    ['sends half of its body and waits', { error: 'timeout' }],
    ['sends half of its body and closes', { error: 'connection-closed' }],
    ['closes without an answer', { error: 'ECONNRESET' }],
    ['closes its side without an answer', { error: 'ECONNRESET' }],
    ['resets the connection', { error: 'ECONNRESET' }],
    ['answers in another protocol', { error: expect.stringMatching(/^HPE_/) }],
    ['redirects', { status: 302, body: '' }],
    ['sends huge headers', { error: 'HPE_HEADER_OVERFLOW' }],
    ['sends a huge body', { error: 'answer-too-large' }],
  ])('%s fails within the deadline and holds no connection', async (behaviour, expected) => {
    const receiver = await startHostileReceiver(behaviour);
    onTestFinished(() => receiver.stop());
    const post = createWebhookClient({ isLoopbackAllowed: true, timeoutSeconds });
    expect(await post(receiver.url, {}, '{}')).toEqual(expected);
    expect(receiver.requests).toBe(1);
    await expect.poll(receiver.openSockets).toBe(0);
  });
});

describe('a host name', () => {
  test.each([
    ['resolves to a loopback address', [['127.0.0.1']]],
    ['resolves to a public and a loopback address', [['203.0.114.1', '127.0.0.1']]],
    ['resolves to a public and a private IPv6 address', [['203.0.114.1', 'fd00::1']]],
    ['resolves to the metadata service', [['169.254.169.254']]],
    ['resolves to an IPv4-mapped loopback address', [['::ffff:127.0.0.1']]],
    ['resolves to no address', [[]]],
  ])('that %s gets no request', async (_what, answers) => {
    const receiver = await startHostileReceiver('redirects');
    onTestFinished(() => receiver.stop());
    const { lookup, queries } = rebindingLookup(...answers);
    const post = createWebhookClient({ isLoopbackAllowed: false, timeoutSeconds, lookup });
    const error = answers.flat().length === 0 ? 'no-address' : 'address-refused';
    expect(await post(`http://rebinding.example:${receiver.port}/`, {}, '{}')).toEqual({ error });
    expect([queries(), receiver.requests]).toEqual([1, 0]);
  });

  test('is checked again for each connection, with the very address of the connection', async () => {
    const receiver = await startHostileReceiver('redirects');
    onTestFinished(() => receiver.stop());
    const { lookup, queries } = rebindingLookup(['127.0.0.1'], ['10.0.0.1']);
    const post = createWebhookClient({ isLoopbackAllowed: true, timeoutSeconds, lookup });
    const url = `http://rebinding.example:${receiver.port}/`;
    expect(await post(url, {}, '{}')).toMatchObject({ status: 302 });
    expect(await post(url, {}, '{}')).toEqual({ error: 'address-refused' });
    expect([queries(), receiver.requests]).toEqual([2, 1]);
  });

  test('whose resolver never answers fails within the deadline', async () => {
    const post = createWebhookClient({ isLoopbackAllowed: true, timeoutSeconds, lookup: () => undefined });
    expect(await post('http://silent.example/', {}, '{}')).toEqual({ error: 'timeout' });
  });
});
