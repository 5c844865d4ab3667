import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { expect, test, vi } from 'vitest';
import '../../support/environment.ts';
import type { QueuedOrder } from '../../../functions/order-intake/queue/intake-item.ts';
import { createOrderQueue } from '../../../functions/order-intake/queue/order-queue.ts';

// Seen failing without `MessageGroupId`: the orders of all channels were one tenant of the queue.
test('the orders of a channel are a tenant of the queue, so that its backlog does not delay the others', async () => {
  const sent: { MessageBody: string; MessageGroupId?: string }[] = [];
  const server = createServer((request, response) => {
    const respond = async () => {
      sent.push(...((await json(request)) as { Entries: typeof sent }).Entries);
      response.setHeader('content-type', 'application/x-amz-json-1.0').end('{"Successful":[]}');
    };
    void respond();
  }).listen(0, '127.0.0.1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'person').stubEnv('AWS_SECRET_ACCESS_KEY', 'x');
  try {
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/000000000000/orders`;
    const orderOf = (channel: string) => ({ orderId: 'ord_1', channel: { channel } }) as QueuedOrder;
    await createOrderQueue(url).send(['large', 'large', 'small'].map(orderOf));
    expect(sent.map(({ MessageGroupId }) => MessageGroupId)).toEqual(['large', 'large', 'small']);
  } finally {
    vi.unstubAllEnvs();
    server.closeAllConnections();
    server.close();
  }
});
