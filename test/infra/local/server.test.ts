import { request } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listen } from '../../../infra/local/server.ts';

let server: Awaited<ReturnType<typeof listen>>;
let port: string;
beforeAll(async () => {
  server = await listen(0, { localPagesOnly: true });
  server.serve((_request, response) => response.end('served'));
  ({ port } = new URL(server.url));
});
afterAll(() => server.stop());

const send = (headers: Record<string, string>) =>
  new Promise<string>((resolve, reject) => {
    request(server.url, { headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve(`${response.statusCode} ${text}`));
    })
      .on('error', reject)
      .end();
  });

test.each([
  ['127.0.0.1', true],
  ['localhost', true],
  ['LOCALHOST', true],
  ['[::1]', true],
  ['reports.localhost', true],
  ['reports.s3.localhost', true],
  ['attacker.example', false],
  ['127.0.0.1.attacker.example', false],
  ['localhost.attacker.example', false],
  ['attackerlocalhost', false],
  ['127.0.0.2', false],
  ['0.0.0.0', false],
  ['127.0.0.1@attacker.example', false],
  ['', false],
])('a request for the host %s is served: %s', async (host, isServed) => {
  const expected = isServed
    ? '200 served'
    : `421 {"message":"This server is http://127.0.0.1:${port}, not ${host}:${port}."}`;
  expect(await send({ host: `${host}:${port}` })).toBe(expected);
});

test.each(['127.0.0.1', '127.0.0.1:1', 'localhost:80', '127.0.0.1:x'])(
  'a request for another port, %s, is not served',
  async (host) => expect(await send({ host })).toMatch(/^421 /),
);

test.each([
  ['http://127.0.0.1:3000', true],
  ['http://localhost:5173', true],
  ['https://localhost', true],
  ['http://[::1]:3000', true],
  ['null', false],
  ['https://attacker.example', false],
  ['http://localhost.attacker.example', false],
  ['http://127.0.0.1:3000.attacker.example', false],
  ['file://', false],
  ['chrome-extension://localhost', false],
])('a page of %s is served: %s', async (origin, isServed) => {
  expect(await send({ origin })).toMatch(isServed ? /^200 served$/ : /^403 .*Only pages of this machine/);
});

test('a server for all pages leaves their origin to its handler', async () => {
  const open = await listen(0);
  open.serve((_request, response) => response.end());
  const response = await fetch(open.url, { headers: { origin: 'https://shop.example' } });
  expect(response.status).toBe(200);
  await open.stop();
});

test('a response announces no time after which its connection closes', async () => {
  const response = await fetch(server.url);
  expect(await response.text()).toBe('served');
  expect(response.headers.get('keep-alive')).toBeNull();
});
