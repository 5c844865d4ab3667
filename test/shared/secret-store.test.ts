import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { secretReader } from '../../shared/secret-store.ts';

afterEach(() => vi.unstubAllEnvs());

/** Starts a Secrets Manager that responds with these statuses in turn, and with 200 after them. */
async function startSecretsManager(...statuses: number[]) {
  const requests: { target: unknown; authorization: unknown; body: string }[] = [];
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const { 'x-amz-target': target, authorization } = request.headers;
    requests.push({ target, authorization, body: await text(request) });
    response.writeHead(statuses.shift() ?? 200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ SecretString: `secret ${requests.length}` }));
  };
  const server = createServer((request, response) => void respond(request, response)).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  return requests;
}

test('a secret is read with a signed request and cached', async () => {
  const requests = await startSecretsManager();
  const read = secretReader('payments');
  expect(await Promise.all([read(), read()])).toEqual(['secret 1', 'secret 1']);
  expect(await read()).toBe('secret 1');
  expect(requests).toEqual([
    {
      target: 'secretsmanager.GetSecretValue',
      authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=test\/\d{8}\/eu-west-1\/secretsmanager\//),
      body: '{"SecretId":"payments"}',
    },
  ]);
});

test('a read is retried after a server error', async () => {
  const requests = await startSecretsManager(500, 503);
  expect(await secretReader('payments')()).toBe('secret 3');
  expect(requests).toHaveLength(3);
});

test('an error is not cached', async () => {
  const requests = await startSecretsManager(400);
  const read = secretReader('payments');
  await expect(read()).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
  expect(await read()).toBe('secret 2');
  expect(requests).toHaveLength(2);
});
