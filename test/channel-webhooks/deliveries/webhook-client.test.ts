import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createWebhookClient } from '../../../functions/channel-webhooks/deliveries/webhook-client.ts';

test('a host name that resolves to a loopback address is refused on connection', async () => {
  const server = createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const url = `http://localhost:${(server.address() as AddressInfo).port}/`;
  const post = (isLoopbackAllowed: boolean) =>
    createWebhookClient({ isLoopbackAllowed, timeoutSeconds: 2 })(url, {}, '{}');
  expect(await post(false)).toEqual({ error: 'address-refused' });
  expect(await post(true)).toEqual({ status: 200 });
});
