import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { jsonResponse } from '../../../../infra/local/gateway/aws-call.ts';
import { openAccessKeys } from '../../../../infra/local/gateway/access-keys.ts';
import { createGateway } from '../../../../infra/local/gateway/gateway.ts';
import { createIam } from '../../../../infra/local/iam/iam.ts';
import { functionOf, smallContext } from '../small-template.ts';
import { presignedUrl, signedFetch, signedHeaders } from './signed-fetch.ts';

const key = { accessKeyId: 'administrator', secretAccessKey: 'local' };
const other = { accessKeyId: 'test', secretAccessKey: 'test' };
const signedAt = new Date('2026-01-31T10:00:00Z');
const clock = { now: signedAt.getTime() };
let handled = 0;
const echo = {
  permissions: () => [],
  handle: () => {
    handled += 1;
    return Promise.resolve(jsonResponse({}));
  },
};
const small = smallContext([]);
const gatewayOf = (options: { acceptsOtherKeys?: boolean }) =>
  createGateway(
    { ...small.context, now: () => clock.now, log: () => {} },
    {
      ...options,
      iam: createIam(small.context.template),
      accessKey: (id) => (id === key.accessKeyId ? { ...key, roleArn: undefined } : undefined),
      services: { s3: echo, dynamodb: echo, sqs: echo, lambda: echo, scheduler: echo },
    },
  );
const server = createServer(gatewayOf({}));
let endpoint: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  small.close();
});
beforeEach(() => {
  handled = 0;
  clock.now = signedAt.getTime();
});

const outcome = async (response: Response | Promise<Response>) => {
  const { status, headers } = await response;
  const text = await (await response).text();
  return `${status} ${/<Code>(\w+)</.exec(text)?.[1] ?? headers.get('x-amzn-errortype') ?? ''}`.trim();
};
const mismatch = '403 SignatureDoesNotMatch';

describe('a signed request of the SDK is accepted', () => {
  test.each<[string, string, string, Parameters<typeof signedFetch>[3]]>([
    ['of S3', 's3', '/lake/a.txt', {}],
    ['with a key of special characters', 's3', '/lake/dt%3D2026-01-31/a%20b%2Bc%C3%A9%21%27%28%29%2A~.csv', {}],
    ['with an encoded slash in the key', 's3', '/lake/a%2Fb', {}],
    ['with a query', 's3', '/lake?list-type=2&prefix=a%20b%2Bc%3D%26&delimiter=%2F', {}],
    ['with a query without a value', 's3', '/lake?uploads=', { method: 'POST' }],
    ['with a body', 's3', '/lake/a.txt', { method: 'PUT', body: 'hello' }],
    ['with spaces in a header', 's3', '/lake/a', { headers: { 'x-amz-meta-title': ' two  spaces ' } }],
    ['of DynamoDB', 'dynamodb', '/', { method: 'POST', headers: { 'x-amz-target': 'X.GetItem' }, body: '{"a":"é"}' }],
    ['of SQS', 'sqs', '/', { method: 'POST', headers: { 'x-amz-target': 'AmazonSQS.SendMessage' }, body: '{}' }],
    ['of Lambda', 'lambda', '/2015-03-31/functions/arn%3Aaws%3Alambda/invocations', { method: 'POST', body: '{}' }],
    ['of Scheduler', 'scheduler', '/schedules/order.due~1?groupName=default', {}],
  ])('%s', async (_name, service, path, sent) => {
    expect(await outcome(signedFetch(service, key, endpoint + path, sent))).toBe('200');
  });
});

describe('a signature does not cover another request', () => {
  const json = { method: 'POST', headers: { 'x-amz-target': 'DynamoDB_20120810.GetItem' }, body: '{"Key":1}' };
  type Changes = { method?: string; path?: string; headers?: Record<string, string>; body?: string };
  test.each<[string, string, string, Changes, string]>([
    ['another path', 's3', '/lake/a.txt', { path: '/lake/b.txt' }, mismatch],
    ['a longer path', 's3', '/lake/a.txt', { path: '/lake/a.txt/' }, mismatch],
    ['another query', 's3', '/lake?prefix=a', { path: '/lake?prefix=b' }, mismatch],
    ['one more parameter', 's3', '/lake/a.txt', { path: '/lake/a.txt?uploadId=1' }, mismatch],
    ['another method', 's3', '/lake/a.txt', { method: 'DELETE' }, mismatch],
    ['the source of a copy', 's3', '/lake/a.txt', { headers: { 'x-amz-copy-source': '/lake/secret' } }, mismatch],
    ['another body', 'dynamodb', '/', { ...json, body: '{"Key":2}' }, '400 InvalidSignatureException'],
    [
      'another operation',
      'dynamodb',
      '/',
      { ...json, headers: { 'x-amz-target': 'DynamoDB_20120810.DeleteItem' } },
      '400 InvalidSignatureException',
    ],
    ['another path of Lambda', 'lambda', '/a', { path: '/b' }, '403 InvalidSignatureException'],
  ])('%s', async (_name, service, path, changes, expected) => {
    const sent = service === 'dynamodb' ? json : {};
    const { host: _host, ...headers } = await signedHeaders(service, key, endpoint + path, sent);
    const changed = { ...sent, ...changes, headers: { ...headers, ...changes.headers } };
    expect(await outcome(fetch(endpoint + (changes.path ?? path), changed))).toBe(expected);
    expect(handled).toBe(0);
  });

  test('an object with another hash than stated', async () => {
    const sent = { method: 'PUT', body: 'hello' };
    const { host: _host, ...headers } = await signedHeaders('s3', key, `${endpoint}/lake/a`, sent);
    const changed = { ...sent, headers, body: 'other' };
    expect(await outcome(fetch(`${endpoint}/lake/a`, changed))).toBe('400 XAmzContentSHA256Mismatch');
    expect(handled).toBe(0);
  });
});

describe('access keys', () => {
  const sign = (service: string, credentials = key) => signedFetch(service, credentials, `${endpoint}/`);
  test.each<[string, () => Promise<Response>, string]>([
    ['another secret for S3', () => sign('s3', { ...key, secretAccessKey: 'guess' }), mismatch],
    [
      'another secret for DynamoDB',
      () => sign('dynamodb', { ...key, secretAccessKey: 'guess' }),
      '400 InvalidSignatureException',
    ],
    ['an unknown key for S3', () => sign('s3', { ...key, accessKeyId: 'someone' }), '403 InvalidAccessKeyId'],
    ['an unknown key for SQS', () => sign('sqs', { ...key, accessKeyId: 'x' }), '400 UnrecognizedClientException'],
    [
      'a property of objects as the key',
      () => sign('s3', { ...key, accessKeyId: '__proto__' }),
      '403 InvalidAccessKeyId',
    ],
    ['no signature for S3', () => fetch(`${endpoint}/lake/a.txt`), '403 AccessDenied'],
    [
      'no signature for another service',
      () => fetch(endpoint, { method: 'POST', headers: { 'x-amz-target': 'AmazonSQS.SendMessage' } }),
      '403 MissingAuthenticationToken',
    ],
    [
      'a signature of another algorithm',
      () => fetch(`${endpoint}/lake/a`, { headers: { authorization: 'AWS4-ECDSA-P256-SHA256 Credential=a' } }),
      '403 MissingAuthenticationToken',
    ],
  ])('%s is refused', async (_name, call, expected) => {
    expect(await outcome(call())).toBe(expected);
    expect(handled).toBe(0);
  });

  test('are those of the administrator and of each function, with secrets that outlive a restart', () => {
    const own = smallContext([functionOf('Place', '')]);
    const { administrator, ofFunction, find } = openAccessKeys(own.context);
    expect(find(ofFunction('Place').accessKeyId)).toEqual({
      secretAccessKey: ofFunction('Place').secretAccessKey,
      roleArn: 'arn:aws:iam::000000000000:role/Place',
    });
    expect(find('function.Other')).toBeUndefined();
    expect(find(administrator.accessKeyId)).toMatchObject({ roleArn: undefined });
    expect(ofFunction('Place').secretAccessKey).not.toBe(administrator.secretAccessKey);
    expect(openAccessKeys(own.context).administrator).toEqual(administrator);
    expect(openAccessKeys(small.context).administrator).not.toEqual(administrator);
    own.close();
  });
});

describe('a gateway that accepts other keys', () => {
  let own: Server;
  let url: string;
  beforeAll(async () => {
    own = createServer(gatewayOf({ acceptsOtherKeys: true }));
    await new Promise<void>((resolve) => own.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(own.address() as AddressInfo).port}/reports/a.csv`;
  });
  afterAll(() => {
    own.closeAllConnections();
    own.close();
  });

  test.each<[string, () => Promise<Response>, string]>([
    ['takes a key of its caller for the administrator', () => signedFetch('s3', other, url), '200'],
    [
      'verifies the signature of an issued key',
      () => signedFetch('s3', { ...key, secretAccessKey: 'x' }, url),
      mismatch,
    ],
    ['refuses an unsigned request', () => fetch(url), '403 AccessDenied'],
    [
      'refuses a presigned URL of another key',
      async () => fetch(await presignedUrl(other, url, { signingDate: signedAt })),
      '403 InvalidAccessKeyId',
    ],
  ])('%s', async (_name, call, expected) => {
    expect(await outcome(call())).toBe(expected);
  });
});

describe('a presigned URL', () => {
  const presign = (options = {}) =>
    presignedUrl(key, `${endpoint}/reports/daily/a.csv`, { signingDate: signedAt, ...options });

  test('is valid until it expires', async () => {
    const url = await presign();
    clock.now += 59_000;
    expect(await outcome(fetch(url))).toBe('200');
    clock.now += 2000;
    expect(await outcome(fetch(url))).toBe('403 AccessDenied');
  });

  test.each<[string, (url: string) => string, string]>([
    ['another key', (url) => url.replace('a.csv', 'b.csv'), mismatch],
    ['another bucket', (url) => url.replace('/reports/', '/reporta/'), mismatch],
    ['a longer lifetime', (url) => url.replace('Expires=60', 'Expires=61'), mismatch],
    ['a later date', (url) => url.replace('T100000Z', 'T110000Z'), mismatch],
    ['another response header', (url) => `${url}&response-content-type=text%2Fhtml`, mismatch],
    ['another signature', (url) => url.replace(/Signature=./, 'Signature=g'), mismatch],
    ['no signature', (url) => url.replace(/&X-Amz-Signature=\w+/, ''), mismatch],
    ['no signed headers', (url) => url.replace('SignedHeaders=host', 'SignedHeaders='), mismatch],
    ['an unknown key', (url) => url.replace('administrator', 'someone'), '403 InvalidAccessKeyId'],
  ])('does not allow %s', async (_name, change, expected) => {
    const url = await presign();
    expect(change(url)).not.toBe(url);
    expect(await outcome(fetch(change(url)))).toBe(expected);
    expect(handled).toBe(0);
  });

  test('does not allow a change of any byte of its path or query', async () => {
    const url = await presign();
    const start = endpoint.length + 1;
    const changed = Array.from({ length: url.length - start }, (_, index) => {
      const at = start + index;
      return `${url.slice(0, at)}${url[at] === 'z' ? 'y' : 'z'}${url.slice(at + 1)}`;
    });
    const outcomes = await Promise.all(changed.map(async (each) => (await fetch(each)).status));
    // 400: the credential scope names a service that does not exist.
    expect(outcomes.filter((status) => status !== 403 && status !== 400)).toEqual([]);
    expect(handled).toBe(0);
  });

  test('does not allow another method', async () => {
    expect(await outcome(fetch(await presign(), { method: 'DELETE' }))).toBe(mismatch);
    expect(await outcome(fetch(await presign({ method: 'PUT' }), { method: 'PUT', body: 'a' }))).toBe('200');
  });

  test('lasts for a week at most', async () => {
    const url = await presign({ seconds: 604_801 }).catch(String);
    expect(url).toMatch(/less than/);
    expect(await outcome(fetch(await presign({ seconds: 604_800 })))).toBe('200');
  });
});
