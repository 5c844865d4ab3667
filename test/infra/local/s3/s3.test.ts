import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterEach, describe, expect, test } from 'vitest';
import type { AwsCall } from '../../../../infra/local/gateway/aws-call.ts';
import { startS3 } from '../../../../infra/local/s3/s3.ts';
import { StartError } from '../../../../infra/local/start-error.ts';
import type { Resource } from '../../../../infra/local/template/template.ts';
import { callOf, localContext, resource } from '../local-context.ts';

const functionArn = 'arn:aws:lambda:eu-west-1:000000000000:function:import';
const queueArn = 'arn:aws:sqs:eu-west-1:000000000000:imports';
const defaultBus = 'arn:aws:events:eu-west-1:000000000000:event-bus/default';
const importer = resource('AWS::Lambda::Function', 'import', {}, functionArn);
const imports = resource('AWS::SQS::Queue', 'imports', {}, queueArn);
const bucket = (properties: Record<string, unknown> = {}, name = 'lake') =>
  resource('AWS::S3::Bucket', name, properties, `arn:aws:s3:::${name}`);
const Bucket = 'lake';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

type Local = ReturnType<typeof localContext>;

/** S3 on its own port, with an SDK client. */
async function start(resources: Resource[] = [bucket()], { local = localContext(resources), refusals = 0 } = {}) {
  cleanups.push(local.remove);
  const delivered: { arn: string; body: unknown }[] = [];
  let refused = 0;
  const s3 = await startS3(local.context, {
    deliver: async (arn, payload) => {
      refused += 1;
      if (refused <= refusals) throw new Error('not now');
      delivered.push({ arn, body: JSON.parse(payload) });
    },
  });
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const [path = '/', query = ''] = (request.url ?? '/').split('?');
    const call = callOf({
      service: 's3',
      method: request.method ?? '',
      path,
      query: new URLSearchParams(query),
      headers: request.headers as AwsCall['headers'],
      body: await buffer(request),
    });
    const { status, headers, body } = await s3.handle(call);
    response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : body);
  };
  const server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new S3Client({
    endpoint,
    region: 'eu-west-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
  const stop = async () => {
    await s3.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  cleanups.push(stop, client.destroy.bind(client));
  return { s3, client, local, delivered, stop };
}

const rules = (...Rules: object[]) => ({ S3Key: { Rules } });
const object = (action: string, key = 'a/b c') => `s3:${action} arn:aws:s3:::lake/${key}`;
const put = (client: S3Client, Key: string, Body: string, more: object = {}) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = async (client: S3Client, Key: string, more: object = {}) =>
  (await client.send(new GetObjectCommand({ Bucket, Key, ...more }))).Body?.transformToString();
const failure = (work: Promise<unknown>) =>
  work.then(
    () => 'no failure',
    (error: { name: string; $metadata: { httpStatusCode: number } }) =>
      `${error.name} ${error.$metadata.httpStatusCode}`,
  );
const filesOf = (local: Local) =>
  readdirSync(join(local.context.state.directory, 's3'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

describe('objects', () => {
  test('are returned with their bytes, type, encoding and metadata, also by range', async () => {
    const { client } = await start();
    const Key = 'events/dt=2010-12-01/a b+c%é.ndjson.gz';
    await put(client, Key, 'hello world', {
      ContentType: 'application/x-ndjson',
      ContentEncoding: 'gzip',
      Metadata: { rows: '3' },
    });
    const got = await client.send(new GetObjectCommand({ Bucket, Key }));
    expect(got).toMatchObject({
      ContentType: 'application/x-ndjson',
      ContentEncoding: 'gzip',
      Metadata: { rows: '3' },
      ETag: '"5eb63bbbe01eeed093cb22bb8f5acdc3"',
      ContentLength: 11,
    });
    expect(await got.Body?.transformToString()).toBe('hello world');
    expect(await get(client, Key, { Range: 'bytes=6-' })).toBe('world');
    expect(await get(client, Key, { Range: 'bytes=0-4' })).toBe('hello');
    expect(await get(client, Key, { Range: 'bytes=-100' })).toBe('hello world');
    expect(await failure(get(client, Key, { Range: 'bytes=11-' }))).toBe('InvalidRange 416');
    expect(await failure(get(client, Key, { IfMatch: '"other"' }))).toBe('PreconditionFailed 412');
    const head = await client.send(new HeadObjectCommand({ Bucket, Key }));
    expect(head).toMatchObject({ ContentLength: 11, Metadata: { rows: '3' } });
    expect(await failure(get(client, 'events'))).toBe('NoSuchKey 404');
    expect(await failure(client.send(new HeadObjectCommand({ Bucket, Key: 'events' })))).toBe('NotFound 404');
    expect(await failure(client.send(new GetObjectCommand({ Bucket: 'unknown', Key })))).toBe('NoSuchBucket 404');
  });

  test('are returned to anybody with a presigned URL of the SDK', async () => {
    const { client } = await start();
    await put(client, 'report', 'hello', { ChecksumAlgorithm: 'CRC32' });
    const ResponseContentDisposition = 'attachment; filename="report.csv"';
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: 'report', ResponseContentDisposition }));
    expect(url).toContain('x-amz-checksum-mode=ENABLED');
    const response = await fetch(url);
    expect(await response.text()).toBe('hello');
    expect(response.headers.get('content-disposition')).toBe(ResponseContentDisposition);
    expect(response.headers.get('x-amz-checksum-crc32')).toBe('NhCmhg==');
  });

  test('are separate for keys that are the same file path', async () => {
    const { client } = await start();
    const keys = ['a', 'a/b', 'a//b', 'a/../b', '../../escape', 'A', 'long'.repeat(250)];
    for (const key of keys) await put(client, key, `this is ${key}`);
    for (const key of keys) expect(await get(client, key)).toBe(`this is ${key}`);
  });

  test('are stored from a stream, and refused with a wrong checksum', async () => {
    const { client } = await start();
    const Body = Readable.from([Buffer.from('streamed '.repeat(20_000))]);
    await client.send(new PutObjectCommand({ Bucket, Key: 'stream', Body, ContentLength: 180_000 }));
    expect(await get(client, 'stream')).toBe('streamed '.repeat(20_000));
    expect(await failure(put(client, 'wrong', 'body', { ChecksumCRC32: 'AAAAAA==' }))).toBe('BadDigest 400');
    expect(await failure(put(client, 'wrong', 'body', { ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' }))).toBe(
      'BadDigest 400',
    );
    expect(await failure(get(client, 'wrong'))).toBe('NoSuchKey 404');
  });

  test('are copied, and deleted singly and in batches', async () => {
    const { client } = await start();
    await put(client, 'a&b', 'one', { ContentType: 'text/plain' });
    await client.send(
      new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/${encodeURIComponent('a&b')}` }),
    );
    expect(await client.send(new HeadObjectCommand({ Bucket, Key: 'copy' }))).toMatchObject({
      ContentType: 'text/plain',
    });
    expect(await get(client, 'copy')).toBe('one');
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'copy' }));
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'copy' }));
    const Delete = { Objects: [{ Key: 'a&b' }, { Key: 'never there' }] };
    const { Deleted } = await client.send(new DeleteObjectsCommand({ Bucket, Delete }));
    expect(Deleted).toEqual([{ Key: 'a&b' }, { Key: 'never there' }]);
    expect(await failure(get(client, 'a&b'))).toBe('NoSuchKey 404');
  });

  test('are listed in pages in byte order, with common prefixes', async () => {
    const { client } = await start();
    const keys = ['a/1', 'a/2', 'b', 'B', 'é', 'a-1', 'a/10', '𝄞', '�', 'c/d/e'];
    for (const key of keys) await put(client, key, 'a');
    const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const listed: string[] = [];
    let token: string | undefined;
    do {
      const page = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 3, ContinuationToken: token }));
      listed.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
      token = page.NextContinuationToken;
    } while (token);
    expect(listed).toEqual(sorted);

    const folders: string[] = [];
    do {
      const page = await client.send(
        new ListObjectsV2Command({ Bucket, Delimiter: '/', MaxKeys: 1, ContinuationToken: token }),
      );
      folders.push(...(page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix));
      token = page.NextContinuationToken;
    } while (token);
    expect(folders).toEqual(['a/', 'c/']);
    const inA = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'a/', StartAfter: 'a/1' }));
    expect(inA.Contents?.map(({ Key }) => Key)).toEqual(['a/10', 'a/2']);
    expect(inA.KeyCount).toBe(2);
  });

  test('uploaded in parts exist after the upload is completed', async () => {
    const { client, local } = await start();
    const Key = 'big';
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key, ContentType: 'x/y' }));
    const part = async (PartNumber: number, Body: Buffer) => {
      const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
      return { PartNumber, ETag };
    };
    const first = Buffer.alloc(5 * 1024 ** 2, 'a');
    const parts = [await part(1, Buffer.from('replaced')), await part(1, first), await part(2, Buffer.from('end'))];
    expect(await failure(get(client, Key))).toBe('NoSuchKey 404');
    const complete = (Parts: typeof parts) =>
      client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
    expect(await failure(complete(parts.slice(0, 1)))).toBe('InvalidPart 400');
    expect(await failure(complete(parts.slice(1).toReversed()))).toBe('InvalidPartOrder 400');
    const { ETag } = await complete(parts.slice(1));
    expect(ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    const got = await client.send(new GetObjectCommand({ Bucket, Key }));
    expect(got.ContentType).toBe('x/y');
    expect((await got.Body?.transformToString())?.endsWith('aend')).toBe(true);
    expect(await failure(complete(parts.slice(1)))).toBe('NoSuchUpload 404');

    const other = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    await client.send(
      new UploadPartCommand({ Bucket, Key, UploadId: other.UploadId, PartNumber: 1, Body: Buffer.from('gone') }),
    );
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: other.UploadId }));
    await expect.poll(() => filesOf(local)).toHaveLength(1);
  });
});

describe('conditional writes', () => {
  test('let exactly one of many writers create a key', async () => {
    const { client } = await start();
    const writers = Array.from({ length: 20 }, (_, index) =>
      failure(put(client, 'lock', String(index), { IfNoneMatch: '*' })),
    );
    const results = await Promise.all(writers);
    expect(results.filter((result) => result === 'no failure')).toHaveLength(1);
    expect(results.filter((result) => result === 'PreconditionFailed 412')).toHaveLength(19);
    expect(await get(client, 'lock')).toBe(String(results.indexOf('no failure')));
  });

  test('replace only the version in If-Match', async () => {
    const { client } = await start();
    expect(await failure(put(client, 'latest.json', '1', { IfMatch: '"any"' }))).toBe('NoSuchKey 404');
    const { ETag } = await put(client, 'latest.json', '1');
    await put(client, 'latest.json', '2', { IfMatch: ETag });
    expect(await failure(put(client, 'latest.json', '3', { IfMatch: ETag }))).toBe('PreconditionFailed 412');
    expect(await get(client, 'latest.json')).toBe('2');
  });
});

describe('a restart', () => {
  test('keeps objects and open uploads, and deletes files of unfinished writes', async () => {
    const first = await start();
    await put(first.client, 'kept', 'bytes', { Metadata: { a: 'b' } });
    await put(first.client, 'kept', 'newer bytes', { Metadata: { a: 'c' } });
    const { UploadId } = await first.client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'big' }));
    const Body = Buffer.from('part');
    const uploaded = await first.client.send(
      new UploadPartCommand({ Bucket, Key: 'big', UploadId, PartNumber: 1, Body }),
    );
    await first.stop();
    cleanups.length = 0;
    const half = join(first.local.context.state.directory, 's3', 'half-written');
    writeFileSync(half, 'half');

    const { client } = await start([bucket()], { local: first.local.reopened() });
    expect(existsSync(half)).toBe(false);
    expect(await get(client, 'kept')).toBe('newer bytes');
    const Parts = [{ PartNumber: 1, ETag: uploaded.ETag }];
    await client.send(new CompleteMultipartUploadCommand({ Bucket, Key: 'big', UploadId, MultipartUpload: { Parts } }));
    expect(await get(client, 'big')).toBe('part');
  });

  test('after a kill during a write keeps the old object or the new one, and all acknowledged writes', async () => {
    const local = localContext([bucket()]);
    const { directory } = local.context.state;
    local.context.state.close();
    const script = `
      import { startS3 } from ${JSON.stringify(new URL('../../../../infra/local/s3/s3.ts', import.meta.url).href)};
      import { callOf, localContext, resource } from ${JSON.stringify(new URL('../local-context.ts', import.meta.url).href)};
      const { context } = localContext([resource('AWS::S3::Bucket', 'lake', {})], process.argv[1]);
      const s3 = await startS3(context, { deliver: async () => {} });
      for (let version = 0; ; version += 1) {
        const body = Buffer.alloc(4_000_000, String(version % 10));
        const headers = { 'x-amz-meta-version': String(version) };
        await s3.handle(callOf({ service: 's3', method: 'PUT', path: '/lake/latest', headers, body }));
        process.stdout.write(version + '\\n');
      }`;
    const writer = spawn(process.execPath, ['--input-type=module', '-e', script, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said = text(writer.stdout);
    await once(writer.stdout, 'readable');
    await sleep(150 + Math.random() * 20);
    writer.kill('SIGKILL');
    const acknowledged = Number((await said).trim().split('\n').at(-1));

    const { client } = await start([bucket()], { local: localContext([bucket()], directory) });
    const found = await client.send(new GetObjectCommand({ Bucket, Key: 'latest' }));
    const version = Number(found.Metadata?.version);
    const bytes = Buffer.from((await found.Body?.transformToByteArray()) ?? []);
    expect(version).toBeGreaterThanOrEqual(acknowledged);
    expect(bytes.equals(Buffer.alloc(4_000_000, String(version % 10)))).toBe(true);
  });

  test('delivers notifications which the receiver refused before', async () => {
    const resources = [
      importer,
      bucket({
        NotificationConfiguration: { LambdaConfigurations: [{ Event: 's3:ObjectCreated:*', Function: functionArn }] },
      }),
    ];
    const first = await start(resources, { refusals: 1000 });
    await put(first.client, 'file.csv', 'a');
    expect(first.s3.pending()).toBe(1);
    await first.stop();
    cleanups.length = 0;
    const { delivered, s3 } = await start(resources, { local: first.local.reopened() });
    await expect.poll(s3.pending).toBe(0);
    expect(delivered).toMatchObject([
      { arn: functionArn, body: { Records: [{ s3: { object: { key: 'file.csv' } } }] } },
    ]);
  });
});

describe('notifications', () => {
  test('of the bucket reach functions and queues with a matching event and filter', async () => {
    const { client, delivered, s3 } = await start([
      importer,
      imports,
      bucket({
        NotificationConfiguration: {
          LambdaConfigurations: [
            {
              Event: 's3:ObjectCreated:*',
              Function: functionArn,
              Filter: rules({ Name: 'prefix', Value: 'in/' }, { Name: 'suffix', Value: '.csv' }),
            },
          ],
          QueueConfigurations: [{ Event: 's3:ObjectRemoved:Delete', Queue: queueArn }],
        },
      }),
    ]);
    await put(client, 'in/a b.csv', 'a,b');
    await put(client, 'in/a.txt', 'no');
    await put(client, 'out/a.csv', 'no');
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'in/a.txt' }));
    await expect.poll(s3.pending).toBe(0);
    expect(delivered).toEqual([
      {
        arn: functionArn,
        body: {
          Records: [
            {
              eventVersion: '2.1',
              eventSource: 'aws:s3',
              awsRegion: 'eu-west-1',
              eventTime: expect.any(String),
              eventName: 'ObjectCreated:Put',
              userIdentity: { principalId: expect.any(String) },
              requestParameters: { sourceIPAddress: expect.any(String) },
              responseElements: { 'x-amz-request-id': expect.any(String), 'x-amz-id-2': expect.any(String) },
              s3: {
                s3SchemaVersion: '1.0',
                configurationId: expect.any(String),
                bucket: { name: 'lake', ownerIdentity: { principalId: expect.any(String) }, arn: 'arn:aws:s3:::lake' },
                object: {
                  key: 'in/a+b.csv',
                  size: 3,
                  eTag: createHash('md5').update('a,b').digest('hex'),
                  sequencer: expect.any(String),
                },
              },
            },
          ],
        },
      },
      { arn: queueArn, body: { Records: [expect.objectContaining({ eventName: 'ObjectRemoved:Delete' })] } },
    ]);
  });

  test("by CDK's custom resource reach the function and the default event bus", async () => {
    const { client, delivered, s3 } = await start([
      importer,
      bucket(),
      resource('Custom::S3BucketNotifications', 'Notifications', {
        BucketName: 'lake',
        Managed: true,
        NotificationConfiguration: {
          EventBridgeConfiguration: {},
          LambdaFunctionConfigurations: [
            {
              Events: ['s3:ObjectCreated:*'],
              LambdaFunctionArn: functionArn,
              Filter: { Key: { FilterRules: [{ Name: 'suffix', Value: '.csv' }] } },
            },
          ],
        },
      }),
    ]);
    await put(client, 'a b.csv', 'a,b');
    await expect.poll(s3.pending).toBe(0);
    expect(delivered.map(({ arn }) => arn)).toEqual([functionArn, defaultBus]);
    const entry = delivered[1]?.body as { Detail: string };
    expect(entry).toMatchObject({ Source: 'aws.s3', DetailType: 'Object Created', Resources: ['arn:aws:s3:::lake'] });
    expect(JSON.parse(entry.Detail)).toMatchObject({
      version: '0',
      bucket: { name: 'lake' },
      object: { key: 'a b.csv', size: 3 },
      reason: 'PutObject',
    });
  });

  test('to an unknown target or a topic prevent the start', async () => {
    const nowhere = { LambdaConfigurations: [{ Event: 's3:ObjectCreated:*', Function: functionArn }] };
    await expect(start([bucket({ NotificationConfiguration: nowhere })])).rejects.toThrow(StartError);
    const topic = { TopicConfigurations: [{ Event: 's3:ObjectCreated:*', Topic: 'arn' }] };
    await expect(start([bucket({ NotificationConfiguration: topic })])).rejects.toThrow(StartError);
  });
});

describe('permissions', () => {
  test('follow from method, path and query', async () => {
    const { s3, client } = await start();
    const permissionsOf = (method: string, url: string, headers: AwsCall['headers'] = {}, body = '') => {
      const [path = '', query = ''] = url.split('?');
      return s3
        .permissions(callOf({ method, path, query: new URLSearchParams(query), headers, body: Buffer.from(body) }))
        .map(({ action, resource }) => `${action} ${resource}`);
    };
    expect(permissionsOf('GET', '/')).toEqual(['s3:ListAllMyBuckets *']);
    expect(permissionsOf('GET', '/lake?list-type=2&prefix=a')).toEqual(['s3:ListBucket arn:aws:s3:::lake']);
    expect(permissionsOf('HEAD', '/lake')).toEqual(['s3:ListBucket arn:aws:s3:::lake']);
    expect(permissionsOf('GET', '/lake/?location')).toEqual(['s3:GetBucketLocation arn:aws:s3:::lake']);
    // Without permission to list the bucket, AWS does not show whether an object exists: 403 instead of 404.
    for (const method of ['GET', 'HEAD']) {
      expect(permissionsOf(method, '/lake/a/b%20c')).toEqual([object('GetObject'), 's3:ListBucket arn:aws:s3:::lake']);
    }
    await put(client, 'a/b c', '1');
    expect(permissionsOf('GET', '/lake/a/b%20c?x-id=GetObject')).toEqual([object('GetObject')]);
    expect(permissionsOf('HEAD', '/lake/a/b%20c')).toEqual([object('GetObject')]);
    expect(permissionsOf('PUT', '/lake/a/b%20c')).toEqual([object('PutObject')]);
    expect(permissionsOf('POST', '/lake/a/b%20c?uploads')).toEqual([object('PutObject')]);
    expect(permissionsOf('PUT', '/lake/a/b%20c?partNumber=1&uploadId=u')).toEqual([object('PutObject')]);
    expect(permissionsOf('POST', '/lake/a/b%20c?uploadId=u')).toEqual([object('PutObject')]);
    expect(permissionsOf('DELETE', '/lake/a/b%20c?uploadId=u')).toEqual([object('AbortMultipartUpload')]);
    expect(permissionsOf('DELETE', '/lake/a/b%20c')).toEqual([object('DeleteObject')]);
    expect(permissionsOf('PUT', '/lake/a', { 'x-amz-copy-source': '/other/x%2Fy' })).toEqual([
      's3:GetObject arn:aws:s3:::other/x/y',
      object('PutObject', 'a'),
    ]);
    const xml = '<Delete><Object><Key>a&amp;b</Key></Object><Object><Key>c</Key></Object></Delete>';
    expect(permissionsOf('POST', '/lake?delete', {}, xml)).toEqual([
      object('DeleteObject', 'a&b'),
      object('DeleteObject', 'c'),
    ]);
    const unclosed = '<Delete><Object><Key>a</Key></Object>';
    expect(() => permissionsOf('POST', '/lake?delete', {}, unclosed)).toThrow(/not well-formed/);
    expect(permissionsOf('GET', '/a/b%20c', { host: 'lake.localhost:4000' })).toEqual([object('GetObject')]);
    expect(permissionsOf('GET', '/a/b%20c', { host: 'lake.s3.eu-west-1.localhost' })).toEqual([object('GetObject')]);
    expect(permissionsOf('GET', '/lake/a/b%20c', { host: 's3.localhost:4000' })).toEqual([object('GetObject')]);
    expect(() => permissionsOf('GET', '/lake/a?tagging')).toThrow(/does not support S3 GET \?tagging/);
    expect(() => permissionsOf('GET', '/lake/a?versionId=1')).toThrow(/does not support S3 GET \?versionId/);
    expect(() => permissionsOf('PUT', '/other')).toThrow(/does not support S3 PUT of a bucket/);
  });

  test('buckets return their location, and unsupported calls return NotImplemented', async () => {
    const { client } = await start();
    const { LocationConstraint } = await client.send(new GetBucketLocationCommand({ Bucket }));
    expect(LocationConstraint).toBe('eu-west-1');
    await client.send(new HeadBucketCommand({ Bucket }));
    const { Buckets } = await client.send(new ListBucketsCommand());
    expect(Buckets?.map(({ Name }) => Name)).toEqual(['lake']);
    await put(client, 'a', 'kept');
    const TagSet = [{ Key: 'a', Value: 'b' }];
    const tagging = client.send(new PutObjectTaggingCommand({ Bucket, Key: 'a', Tagging: { TagSet } }));
    expect(await failure(tagging)).toBe('NotImplemented 501');
    expect(await get(client, 'a')).toBe('kept');
  });
});
