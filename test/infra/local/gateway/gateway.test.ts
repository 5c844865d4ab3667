import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type AwsCall, AwsError, type AwsService, jsonResponse } from '../../../../infra/local/gateway/aws-call.ts';
import type { LocalContext } from '../../../../infra/local/context.ts';
import { createGateway } from '../../../../infra/local/gateway/gateway.ts';
import { createIam } from '../../../../infra/local/iam/iam.ts';
import { signedFetch, signedHeaders } from './signed-fetch.ts';
import { loadShop } from '../template/small-assembly.ts';

const template = loadShop({
  Place: { Type: 'AWS::Lambda::Function', Properties: { Role: { 'Fn::GetAtt': ['Role', 'Arn'] } } },
  Role: {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: 'place-role',
      AssumeRolePolicyDocument: { Statement: [] },
      Policies: [{ PolicyDocument: { Statement: { Effect: 'Allow', Action: 'sqs:Send*', Resource: '*:work-*' } } }],
    },
  },
});

const clock = { now: Date.now() };
const lines: string[] = [];
const calls: AwsCall[] = [];
let failWith: Error | undefined;
let responseHeaders: Record<string, string> = {};
let permissions: { action: string; resource: string }[] = [];

/** A service that returns its call, or throws `failWith`. */
const echo: AwsService = {
  permissions: () => permissions,
  handle: async (call) => {
    calls.push(call);
    if (failWith) throw failWith;
    const response = jsonResponse({ operation: call.operation, length: call.body.length });
    return { ...response, headers: { ...response.headers, ...responseHeaders } };
  },
};

const keys = new Set(['someone', 'function.Place']);
const gateway = createGateway(
  { template, now: () => clock.now, log: (line: string) => lines.push(line) } as unknown as LocalContext,
  {
    iam: createIam(template),
    accessKey: (id) =>
      keys.has(id)
        ? {
            secretAccessKey: 'local',
            roleArn: id === 'someone' ? undefined : template.ofType('AWS::IAM::Role')[0]?.arn,
          }
        : undefined,
    services: { dynamodb: echo, sqs: echo, s3: echo, lambda: echo, scheduler: echo },
    pending: () => ({ orders: 4, streams: 3, bus: 0 }),
  },
);
const server = createServer(gateway);
let endpoint: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  clock.now = Date.now();
  lines.length = 0;
  calls.length = 0;
  permissions = [];
  failWith = undefined;
  responseHeaders = {};
});

const clientOf = (accessKeyId: string) => ({
  endpoint,
  region: 'eu-west-1',
  credentials: { accessKeyId, secretAccessKey: 'local' },
  maxAttempts: 1,
});
const someone = { accessKeyId: 'someone', secretAccessKey: 'local' };
const send = (service: string, path: string, sent?: Parameters<typeof signedFetch>[3]) =>
  signedFetch(service, someone, `${endpoint}${path}`, sent);
const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => {
      throw new Error('The call succeeded');
    },
    (error: Error & { $metadata: { httpStatusCode: number; requestId: string } }) => error,
  );
const sendBatch = (accessKeyId: string) =>
  new SQSClient(clientOf(accessKeyId)).send(
    new SendMessageBatchCommand({
      QueueUrl: `${endpoint}/000000000000/work`,
      Entries: [{ Id: '1', MessageBody: 'a' }],
    }),
  );
const sendTo = (...queues: string[]) =>
  queues.map((queue) => ({ action: 'sqs:SendMessage', resource: `arn:aws:sqs:eu-west-1:000000000000:${queue}` }));

test('passes a signed call to its service with operation and body', async () => {
  await new DynamoDBClient(clientOf('someone')).send(new PutItemCommand({ TableName: 'orders', Item: {} }));
  expect(calls).toMatchObject([{ service: 'dynamodb', operation: 'PutItem', method: 'POST', path: '/' }]);
  expect(JSON.parse(String(calls[0]?.body))).toEqual({ TableName: 'orders', Item: {} });
});

test('passes path and query unchanged', async () => {
  await send('s3', '/lake/a%2Fb/c%20d?list-type=2&prefix=x%2B');
  expect(calls[0]).toMatchObject({ path: '/lake/a%2Fb/c%20d', operation: '' });
  expect([...(calls[0]?.query ?? [])]).toEqual([
    ['list-type', '2'],
    ['prefix', 'x+'],
  ]);
});

test('allows a batch if the role has the permission for every item', async () => {
  permissions = sendTo('work-a', 'work-b');
  await sendBatch('function.Place').catch(() => {});
  expect(calls).toHaveLength(1);
});

test('denies a batch if the role lacks the permission for one item, before it reaches the service', async () => {
  permissions = sendTo('work-a', 'other', 'work-b');
  const error = await failureOf(sendBatch('function.Place'));
  expect(calls).toEqual([]);
  expect(error.name).toBe('AccessDeniedException');
  expect(error.message).toBe(
    'User: arn:aws:sts::000000000000:assumed-role/place-role/Shop-Place is not authorized to perform: sqs:SendMessage ' +
      'on resource: arn:aws:sqs:eu-west-1:000000000000:other because no identity-based policy allows the sqs:SendMessage action',
  );
  expect(lines).toEqual([`AccessDeniedException: ${error.message}`]);
});

test('lets the administrator call everything', async () => {
  permissions = sendTo('other');
  await sendBatch('someone').catch(() => {});
  expect(calls).toHaveLength(1);
});

test.each<[string, number, (accessKeyId: string) => Promise<unknown>]>([
  [
    'AccessDeniedException',
    400,
    (id) => new DynamoDBClient(clientOf(id)).send(new PutItemCommand({ TableName: 'orders', Item: {} })),
  ],
  [
    'AccessDeniedException',
    403,
    (id) => new LambdaClient(clientOf(id)).send(new InvokeCommand({ FunctionName: 'place' })),
  ],
  [
    'AccessDeniedException',
    403,
    (id) => new SchedulerClient(clientOf(id)).send(new GetScheduleCommand({ Name: 'night' })),
  ],
  ['AccessDenied', 403, (id) => new S3Client(clientOf(id)).send(new GetObjectCommand({ Bucket: 'lake', Key: 'a' }))],
])('a denied call returns %s with status %i in the protocol of the service', async (name, status, call) => {
  permissions = sendTo('other');
  const error = await failureOf(call('function.Place'));
  expect(error).toMatchObject({
    name,
    message: expect.stringContaining('is not authorized to perform: sqs:SendMessage'),
  });
  expect(error.$metadata).toMatchObject({ httpStatusCode: status });
});

test.each<[string, string, (accessKeyId: string) => Promise<unknown>]>([
  [
    'dynamodb',
    'ResourceNotFoundException',
    (id) => new DynamoDBClient(clientOf(id)).send(new PutItemCommand({ TableName: 'orders', Item: {} })),
  ],
  [
    'lambda',
    'ResourceNotFoundException',
    (id) => new LambdaClient(clientOf(id)).send(new InvokeCommand({ FunctionName: 'place' })),
  ],
  [
    'scheduler',
    'ResourceNotFoundException',
    (id) => new SchedulerClient(clientOf(id)).send(new GetScheduleCommand({ Name: 'night' })),
  ],
  ['s3', 'NoSuchBucket', (id) => new S3Client(clientOf(id)).send(new GetObjectCommand({ Bucket: 'lake', Key: 'a' }))],
])('an error of %s reaches its client with code, message and request id', async (_service, code, call) => {
  failWith = new AwsError(code, 'There is no <such> & thing', 404);
  const error = await failureOf(call('someone'));
  expect(error).toMatchObject({ name: code, message: 'There is no <such> & thing' });
  expect(error.$metadata).toMatchObject({ httpStatusCode: 404, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
});

test('returns 500 and logs an internal error of the engine', async () => {
  failWith = new TypeError('cannot read properties of undefined');
  const response = await send('dynamodb', '/', { method: 'POST', body: '{}' });
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({ __type: 'InternalServerError' });
  expect(lines.join()).toContain('dynamodb failed: TypeError: cannot read properties of undefined');
});

test('names an unsupported service in the protocol of the call', async () => {
  const json = await send('secretsmanager', '/', { method: 'POST', body: '{}' });
  expect(json.status).toBe(400);
  expect(await json.json()).toEqual({
    __type: 'UnknownService',
    message: 'The local engine does not support secretsmanager; it supports dynamodb, sqs, s3, lambda, scheduler.',
  });
  const form = await send('sns', '/', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'Action=Publish',
  });
  expect(await form.text()).toContain('<ErrorResponse><Error><Type>Sender</Type><Code>UnknownService</Code>');
});

/** A body of S3 is not hashed; that of another service is refused before its hash is compared. */
const unhashed = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
const post = async (service: string, body: Buffer | ReadableStream) => {
  const headers = await signedHeaders(service, someone, endpoint, { method: 'POST', headers: unhashed });
  return fetch(endpoint, { method: 'POST', headers, body, duplex: 'half' });
};

test.each([
  ['with its length', Buffer.alloc(11 * 1024 * 1024)],
  ['in chunks', new Blob([Buffer.alloc(11 * 1024 * 1024)]).stream()],
])('refuses a body over 10 MiB sent %s, except to S3', async (_name, body) => {
  const [toDynamodb, toS3] = body instanceof ReadableStream ? body.tee() : [body, body];
  const [refused, accepted] = await Promise.all([post('dynamodb', toDynamodb), post('s3', toS3)]);
  expect(refused.status).toBe(413);
  expect(await refused.json()).toMatchObject({ __type: 'RequestEntityTooLarge' });
  expect(await accepted.json()).toMatchObject({ length: 11 * 1024 * 1024 });
});

test('delivers an error to a client that reads only after it has sent the whole body', async () => {
  const bytes = 64 * 1024 * 1024;
  const sent = { method: 'POST', headers: { connection: 'close' } };
  const headers = Object.entries({
    ...(await signedHeaders('dynamodb', someone, endpoint, sent)),
    'content-length': String(bytes),
  });
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(`POST / HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
  await new Promise((resolve) => socket.write(Buffer.alloc(bytes), resolve));
  expect(await text(socket)).toMatch(/^HTTP\/1.1 413 /);
});

test('continues after a client disconnects in the middle of its body', async () => {
  const leaving = new AbortController();
  const body = new ReadableStream({
    start: (controller) => {
      controller.enqueue(new Uint8Array(10));
      setTimeout(() => leaving.abort(), 50);
    },
  });
  const headers = await signedHeaders('dynamodb', someone, endpoint, { method: 'POST' });
  const init = { method: 'POST', headers, body, duplex: 'half', signal: leaving.signal };
  await expect(fetch(endpoint, init as RequestInit)).rejects.toThrow('aborted');
  expect((await send('dynamodb', '/', { method: 'POST', body: '{}' })).status).toBe(200);
  expect(calls).toHaveLength(1);
  expect(lines).toEqual([]);
});

test('responds to HEAD without a body and with the service’s content length', async () => {
  responseHeaders = { 'content-length': '123456' };
  const response = await send('s3', '/lake/a.txt', { method: 'HEAD' });
  expect(response.status).toBe(200);
  expect(await response.text()).toBe('');
  expect(response.headers.get('content-length')).toBe('123456');
});

test('returns the number of pending items by component', async () => {
  const response = await fetch(`${endpoint}/_local/pending`);
  expect(await response.json()).toEqual({ pending: 7, where: { orders: 4, streams: 3 } });
  expect(response.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
});
