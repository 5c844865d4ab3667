import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

export type Received = {
  headers: IncomingHttpHeaders;
  body: string;
  json: { type: string; data: { orderId: string; challenge?: string } };
};
type Behaviour = (
  received: Received,
  number: number,
) => { status: number; afterMs?: number; headers?: object; body?: string };

/** Starts a channel's webhook server. It records every delivery and responds as `behave` returns. */
export async function startReceiver(behave: Behaviour = () => ({ status: 204 })) {
  const received: Received[] = [];
  const receiver = { behave, received, url: '', stop: async () => {} };
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    const delivery = { headers: request.headers, body, json: JSON.parse(body) };
    received.push(delivery);
    const { status, afterMs = 0, headers = {}, body: responseBody = '' } = receiver.behave(delivery, received.length);
    await sleep(afterMs);
    response.writeHead(status, { ...headers }).end(responseBody);
  };
  const server = createServer((request, response) => {
    void take(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`;
  receiver.stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return receiver;
}

/** Checks a delivery's signature as the Standard Webhooks specification describes. */
export function isSignedWith(secret: string, { headers, body }: Received, now = Date.now()): boolean {
  const timestamp = String(headers['webhook-timestamp']);
  if (Math.abs(now / 1000 - Number(timestamp)) > 300) return false;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signed = `${String(headers['webhook-id'])}.${timestamp}.${body}`;
  const signature = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  return String(headers['webhook-signature']).split(' ').includes(signature);
}
