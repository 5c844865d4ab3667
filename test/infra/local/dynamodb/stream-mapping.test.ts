import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { type DynamoDb, startDynamodb } from '../../../../infra/local/dynamodb/dynamodb.ts';
import type { InvokeResult } from '../../../../infra/local/lambda/invoke-result.ts';
import { StartError } from '../../../../infra/local/start-error.ts';
import { outcomeOf } from '../../../../infra/local/dynamodb/stream-batch.ts';
import { startStreamMappings } from '../../../../infra/local/dynamodb/stream-mapping.ts';
import { callOf, localContext, resource } from '../local-context.ts';

const tableArn = 'arn:aws:dynamodb:eu-west-1:000000000000:table/Orders';
const streamArn = `${tableArn}/stream/local`;
const functionArn = 'arn:aws:lambda:eu-west-1:000000000000:function:relay';
const failures = 'arn:aws:sqs:eu-west-1:000000000000:failures';
const table = resource(
  'AWS::DynamoDB::Table',
  'Orders',
  {
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
  },
  tableArn,
);
const relay = resource('AWS::Lambda::Function', 'relay', { Role: 'arn:aws:iam::000000000000:role/relay' }, functionArn);
const mapping = (properties: Record<string, unknown> = {}) =>
  resource('AWS::Lambda::EventSourceMapping', 'Mapping', {
    FunctionName: 'relay',
    EventSourceArn: streamArn,
    StartingPosition: 'TRIM_HORIZON',
    ...properties,
  });
const eventsOnly = {
  Filters: [
    { Pattern: JSON.stringify({ eventName: ['INSERT'], dynamodb: { Keys: { sk: { S: [{ prefix: 'EVENT#' }] } } } }) },
  ],
};

type Properties = Record<string, unknown>;
type StreamRecord = { eventID: string; dynamodb: { SequenceNumber: string; Keys: { sk: { S: string } } } };
type Reply = (records: StreamRecord[]) => InvokeResult | Promise<InvokeResult>;
const ok = (response: unknown = null): InvokeResult => ({ kind: 'ok', payload: JSON.stringify(response) });
const error: InvokeResult = { kind: 'error', payload: '{}', errorType: 'Error', errorMessage: 'no' };
const sortKeys = (records: StreamRecord[]) => records.map(({ dynamodb }) => dynamodb.Keys.sk.S);

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Starts a mapping; the items in `before` are written before its first start. */
async function start(properties: Properties, reply: Reply = () => ok(), before: string[] = [], pauseMs = 0) {
  const resources = [table, relay, mapping(properties)];
  const local = localContext(resources);
  cleanups.push(local.remove);
  const dynamodb = await startDynamodb(local.context);
  cleanups.push(dynamodb.stop);
  for (const sk of before) await put(dynamodb, sk);
  await sleep(pauseMs);
  const batches: string[][] = [];
  const records: StreamRecord[] = [];
  const delivered: { arn: string; body: unknown }[] = [];
  const parts = {
    dynamodb,
    lambda: {
      invoke: async (_arn: string, payload: string) => {
        const event = JSON.parse(payload) as { Records: StreamRecord[] };
        batches.push(sortKeys(event.Records));
        records.push(...event.Records);
        return reply(event.Records);
      },
    },
    iam: { authorize: () => 'allowed' as const },
    deliver: async (arn: string, payload: string) => void delivered.push({ arn, body: JSON.parse(payload) }),
  };
  const run = () => {
    const mappings = startStreamMappings(local.context, parts);
    cleanups.push(mappings.stop);
    return mappings;
  };
  return { dynamodb, batches, records, delivered, run, mappings: run(), logged: local.logged };
}

async function put(dynamodb: DynamoDb, sk: string): Promise<void> {
  const Item = { pk: { S: 'ORDER#1' }, sk: { S: sk }, note: { S: 'a' } };
  const body = Buffer.from(JSON.stringify({ TableName: 'Orders', Item }));
  await dynamodb.handle(callOf({ operation: 'PutItem', body }));
}

const atRest = async (mappings: { pending: () => number }) => {
  await expect.poll(mappings.pending, { interval: 5 }).toBe(0);
};

describe('stream records', () => {
  test('reach the function in order and in the format of AWS', async () => {
    const { dynamodb, records, batches, mappings } = await start({});
    await put(dynamodb, 'EVENT#1');
    await put(dynamodb, 'EVENT#2');
    expect(mappings.pending()).toBeGreaterThan(0);
    await atRest(mappings);
    expect(batches.flat()).toEqual(['EVENT#1', 'EVENT#2']);
    expect(records[0]).toEqual({
      eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventName: 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'eu-west-1',
      dynamodb: {
        ApproximateCreationDateTime: expect.any(Number),
        Keys: { pk: { S: 'ORDER#1' }, sk: { S: 'EVENT#1' } },
        NewImage: { pk: { S: 'ORDER#1' }, sk: { S: 'EVENT#1' }, note: { S: 'a' } },
        SequenceNumber: expect.any(String),
        SizeBytes: expect.any(Number),
        StreamViewType: 'NEW_IMAGE',
      },
      eventSourceARN: streamArn,
    });
  });

  test('arrive within the 250 ms between two reads of a shard', async () => {
    const { dynamodb, batches, mappings } = await start({});
    await atRest(mappings);
    const began = performance.now();
    await put(dynamodb, 'EVENT#1');
    await atRest(mappings);
    expect(batches).toHaveLength(1);
    expect(performance.now() - began).toBeLessThan(700);
  });

  test('of writes that bypass the engine are found at the next idle read', async () => {
    const { dynamodb, batches, mappings } = await start({});
    await atRest(mappings);
    const Item = { pk: { S: 'ORDER#1' }, sk: { S: 'EVENT#1' } };
    const headers = {
      'x-amz-target': 'DynamoDB_20120810.PutItem',
      'x-amz-date': '20200101T000000Z',
      'content-type': 'application/x-amz-json-1.0',
      authorization:
        'AWS4-HMAC-SHA256 Credential=A/20200101/eu-west-1/dynamodb/aws4_request, SignedHeaders=host, Signature=x',
    };
    await fetch(dynamodb.endpoint, { method: 'POST', headers, body: JSON.stringify({ TableName: 'Orders', Item }) });
    await expect.poll(() => batches).toEqual([['EVENT#1']]);
  });

  test('that match no filter do not reach the function', async () => {
    const { dynamodb, batches, mappings } = await start({ FilterCriteria: eventsOnly });
    for (const sk of ['ORDER', 'EVENT#1', 'ORDER', 'EVENT#2']) await put(dynamodb, sk);
    await atRest(mappings);
    expect(batches.flat()).toEqual(['EVENT#1', 'EVENT#2']);
  });

  test.each([
    ['TRIM_HORIZON', [['EVENT#1'], ['EVENT#2']]],
    ['LATEST', [['EVENT#2']]],
  ])('from before the mapping are delivered as of its starting position %s', async (StartingPosition, expected) => {
    const { dynamodb, batches, mappings } = await start(
      { StartingPosition, BatchSize: 1 },
      () => ok(),
      ['EVENT#1'],
      1100,
    );
    await put(dynamodb, 'EVENT#2');
    await atRest(mappings);
    expect(batches).toEqual(expected);
  });

  test('are delivered in batches of the configured size, or at the end of the batching window', async () => {
    const { dynamodb, batches, mappings } = await start({ BatchSize: 3, MaximumBatchingWindowInSeconds: 1 });
    await atRest(mappings);
    for (const sk of ['EVENT#1', 'EVENT#2', 'EVENT#3', 'EVENT#4']) await put(dynamodb, sk);
    await expect.poll(() => batches).toEqual([['EVENT#1', 'EVENT#2', 'EVENT#3']]);
    expect(mappings.pending()).toBeGreaterThan(0);
    await expect.poll(() => batches).toEqual([['EVENT#1', 'EVENT#2', 'EVENT#3'], ['EVENT#4']]);
    await atRest(mappings);
  });
});

describe('a failing batch', () => {
  test('is retried until it succeeds, and blocks the following records', async () => {
    let failuresLeft = 2;
    const { dynamodb, batches, mappings } = await start({}, () => (failuresLeft-- > 0 ? error : ok()), ['EVENT#1']);
    await expect.poll(() => batches.length).toBeGreaterThan(0);
    await put(dynamodb, 'EVENT#2');
    await atRest(mappings);
    expect(batches).toEqual([['EVENT#1'], ['EVENT#1'], ['EVENT#1'], ['EVENT#2']]);
  });

  test('of a throttled function is retried without counting as a retry', async () => {
    let throttles = 2;
    const { batches, mappings, delivered } = await start(
      { MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: failures } } },
      () => (throttles-- > 0 ? { kind: 'throttled' } : ok()),
      ['EVENT#1'],
    );
    await atRest(mappings);
    expect(batches).toHaveLength(3);
    expect(delivered).toEqual([]);
  });

  test('continues at the lowest reported record', async () => {
    const seen: string[] = [];
    const { batches, mappings } = await start(
      { FunctionResponseTypes: ['ReportBatchItemFailures'], MaximumBatchingWindowInSeconds: 1, BatchSize: 3 },
      (records) => {
        const failed = records.filter(({ dynamodb }) => dynamodb.Keys.sk.S !== 'EVENT#1' && !seen.includes('again'));
        seen.push('again');
        return ok({
          batchItemFailures: failed.toReversed().map((each) => ({ itemIdentifier: each.dynamodb.SequenceNumber })),
        });
      },
      ['EVENT#1', 'EVENT#2', 'EVENT#3'],
    );
    await atRest(mappings);
    expect(batches).toEqual([
      ['EVENT#1', 'EVENT#2', 'EVENT#3'],
      ['EVENT#2', 'EVENT#3'],
    ]);
  });

  test('is bisected to the failing record, which is discarded after its retries and reported to the queue', async () => {
    const names = ['EVENT#1', 'EVENT#2', 'EVENT#3', 'EVENT#4'];
    const { batches, mappings, delivered } = await start(
      {
        BatchSize: 4,
        MaximumBatchingWindowInSeconds: 1,
        BisectBatchOnFunctionError: true,
        MaximumRetryAttempts: 1,
        DestinationConfig: { OnFailure: { Destination: failures } },
      },
      (records) => (sortKeys(records).includes('EVENT#3') ? error : ok()),
      names,
    );
    await atRest(mappings);
    expect(batches).toEqual([names, names.slice(0, 2), names.slice(2), ['EVENT#3'], ['EVENT#3'], ['EVENT#4']]);
    expect(delivered).toEqual([
      {
        arn: failures,
        body: {
          requestContext: {
            requestId: expect.any(String),
            functionArn,
            condition: 'RetryAttemptsExhausted',
            approximateInvokeCount: expect.any(Number),
          },
          responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
          version: '1.0',
          timestamp: expect.any(String),
          DDBStreamBatchInfo: {
            shardId: expect.any(String),
            startSequenceNumber: '3',
            endSequenceNumber: '3',
            approximateArrivalOfFirstRecord: expect.any(String),
            approximateArrivalOfLastRecord: expect.any(String),
            batchSize: 1,
            streamArn,
          },
        },
      },
    ]);
  });

  test('is discarded after the maximum record age', async () => {
    const { batches, delivered, mappings } = await start(
      { MaximumRecordAgeInSeconds: 2, DestinationConfig: { OnFailure: { Destination: failures } } },
      () => error,
      ['EVENT#1'],
    );
    await expect.poll(mappings.pending).toBe(0);
    expect(batches.length).toBeGreaterThan(0);
    expect(delivered).toMatchObject([{ body: { requestContext: { condition: 'RecordAgeExceeded' } } }]);
  });

  test.each([
    ['no failures', [], 3],
    ['an unknown record', [{ itemIdentifier: '99' }], 0],
    ['an empty identifier', [{ itemIdentifier: '' }], 0],
    ['another member', [{ id: '2' }], 0],
    ['a value other than a list', 'all', 0],
    ['its last record', [{ itemIdentifier: '3' }], 2],
  ])('with a report of %s continues as on AWS', (_report, batchItemFailures, done) => {
    const records = ['1', '2', '3'].map((sequenceNumber) => ({ sequenceNumber, createdAt: 0, json: '{}' }));
    const settings = { reportsItemFailures: true, bisects: false, maximumRetries: -1 };
    const outcome = outcomeOf(
      settings,
      { records, failures: 0 },
      { kind: 'ok', payload: JSON.stringify({ batchItemFailures }) },
    );
    expect(outcome.processed).toBe(done);
    expect(outcome.retries).toHaveLength(done === 3 ? 0 : 1);
  });
});

describe('a restart', () => {
  test('continues after the last processed batch, and repeats the unprocessed one', async () => {
    let mode: 'ok' | 'hang' = 'ok';
    const late = Promise.withResolvers<InvokeResult>();
    const { dynamodb, batches, mappings, run } = await start({ BatchSize: 1 }, () =>
      mode === 'ok' ? ok() : late.promise,
    );
    await put(dynamodb, 'EVENT#1');
    await atRest(mappings);
    mode = 'hang';
    await put(dynamodb, 'EVENT#2');
    await expect.poll(() => batches.length).toBe(2);
    await mappings.stop();
    late.resolve(ok());
    mode = 'ok';
    await put(dynamodb, 'EVENT#3');
    await atRest(run());
    expect(batches).toEqual([['EVENT#1'], ['EVENT#2'], ['EVENT#2'], ['EVENT#3']]);
  });

  test('keeps the position of the first start for LATEST', async () => {
    const { dynamodb, batches, mappings, run } = await start({ StartingPosition: 'LATEST' });
    await atRest(mappings);
    await mappings.stop();
    await put(dynamodb, 'EVENT#1');
    await sleep(1100);
    await atRest(run());
    expect(batches).toEqual([['EVENT#1']]);
  });
});

const refusal = (properties: Properties, authorize: (action: string) => boolean = () => true) => {
  const local = localContext([table, relay, mapping(properties)]);
  cleanups.push(local.remove);
  return () =>
    startStreamMappings(local.context, {
      dynamodb: { endpoint: 'http://127.0.0.1:9', onWrite: () => () => {} },
      lambda: { invoke: async () => ok() },
      iam: { authorize: (_role, { action }) => (authorize(action) ? 'allowed' : 'denied') },
      deliver: async () => {},
    });
};

describe('a mapping is refused at the start', () => {
  test.each(['GetRecords', 'GetShardIterator', 'DescribeStream', 'ListStreams'])(
    'if the role of its function has no permission for dynamodb:%s',
    (missing) => {
      const refused = refusal({}, (action) => action !== `dynamodb:${missing}`);
      expect(refused).toThrow(StartError);
      expect(refused).toThrow(/role can perform|can perform the GetRecords/);
    },
  );

  test.each([
    ['another source', { EventSourceArn: 'arn:aws:kinesis:eu-west-1:000000000000:stream/x' }],
    ['a tumbling window', { TumblingWindowInSeconds: 30 }],
    ['a parallelization factor', { ParallelizationFactor: 2 }],
    ['an unknown filter operator', { FilterCriteria: { Filters: [{ Pattern: '{"a":[{"like":"b"}]}' }] } }],
    ['a filter that is not JSON', { FilterCriteria: { Filters: [{ Pattern: '{' }] } }],
    ['a destination other than a queue', { DestinationConfig: { OnFailure: { Destination: functionArn } } }],
    ['a function that does not exist', { FunctionName: 'unknown' }],
    ['an unsupported starting position', { StartingPosition: 'AT_TIMESTAMP' }],
  ])('with %s', (_what, properties) => {
    expect(refusal(properties)).toThrow(StartError);
  });
});
