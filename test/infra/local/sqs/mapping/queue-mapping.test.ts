import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { QueueRecord } from '../../../../../infra/local/sqs/mapping/queue-batch.ts';
import { callOf } from '../../local-context.ts';
import { failing, failure, mappingOf, ok, orders, reporting, slow, startMapped } from './mapped-queues.ts';
import { arnOf, bodies, total, until, withDeadLetters } from '../queue-fixtures.ts';

describe('a queue mapping', () => {
  test("delivers records of Lambda's SQS event to the function, and deletes them after success", async () => {
    const seen: QueueRecord[] = [];
    const it = startMapped([orders(), mappingOf('orders')], {
      handle: (records) => {
        seen.push(...records);
        return ok();
      },
    });
    it.run();
    const messageAttributes = { kind: { DataType: 'String', StringValue: 'gift' } };
    it.queues.send(arnOf('orders'), '{"a":1}', { messageAttributes });
    await until(() => seen.length === 1 && it.pending() === 0);
    expect(seen[0]).toEqual({
      messageId: expect.stringMatching(/^[\da-f-]{36}$/),
      receiptHandle: expect.any(String),
      body: '{"a":1}',
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        SenderId: '000000000000',
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
      },
      messageAttributes: {
        kind: { stringValue: 'gift', stringListValues: [], binaryListValues: [], dataType: 'String' },
      },
      md5OfBody: 'bb6cb5c68df4652941caf652a366f2d8',
      md5OfMessageAttributes: expect.stringMatching(/^[\da-f]{32}$/),
      eventSource: 'aws:sqs',
      eventSourceARN: arnOf('orders'),
      awsRegion: 'eu-west-1',
    });
  });

  test('delivers the waiting messages at the start, within its concurrency', async () => {
    const worker4 = slow();
    const it = startMapped([orders(), mappingOf('orders', { BatchSize: 2 })], worker4);
    it.send('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l');
    it.run();
    await until(() => worker4.waiting.length === 4);
    await sleep(20);
    expect(it.batches).toEqual([
      ['a', 'b'],
      ['c', 'd'],
      ['e', 'f'],
      ['g', 'h'],
    ]);
    expect(it.queues.counts(arnOf('orders'))).toEqual({ visible: 4, inFlight: 8, delayed: 0 });
    expect(it.pending()).toBe(12);
    worker4.finish();
    await until(() => worker4.waiting.length === 2);
    worker4.finish();
    await until(() => it.pending() === 0);
  });

  test('runs at most MaximumConcurrency invocations at a time', async () => {
    const worker2 = slow();
    const scaling = { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } };
    const it = startMapped([orders(), mappingOf('orders', scaling)], worker2);
    it.send('a', 'b', 'c');
    it.run();
    await until(() => it.batches.length === 2);
    await sleep(30);
    expect(it.batches).toEqual([['a'], ['b']]);
    worker2.finish();
    await until(() => it.batches.length === 3);
    worker2.finish();
  });

  test('delivers a failed message again after the visibility timeout, and then moves it to the dead-letter queue', async () => {
    const it = startMapped([...withDeadLetters('orders', 2, { VisibilityTimeout: 30 }), mappingOf('orders')], {
      handle: () => failure,
    });
    it.run();
    it.send('a', 'b');
    await until(() => it.batches.length === 1);
    await sleep(80);
    expect(it.batches).toEqual([['a', 'b']]);
    expect(it.pending()).toBe(2);
    it.engine.pass(30);
    await until(() => it.batches.length === 2);
    it.engine.pass(30);
    await until(() => it.pending() === 0);
    expect(total(it.queues, 'orders-dead')).toBe(2);
    expect(it.batches).toHaveLength(2);
    expect(it.engine.lines.join()).toContain('worker failed for 2 messages of orders');
  });

  test('delivers messages again after a redrive', async () => {
    const it = startMapped([...withDeadLetters('orders', 1, { VisibilityTimeout: 30 }), mappingOf('orders')], {
      handle: () => failure,
    });
    it.run();
    it.send('a');
    await until(() => it.batches.length === 1);
    it.engine.pass(30);
    await until(() => total(it.queues, 'orders-dead') === 1);
    it.handle = () => ok();
    const body = Buffer.from(JSON.stringify({ SourceArn: arnOf('orders-dead') }));
    await it.queues.handle(callOf({ service: 'sqs', operation: 'StartMessageMoveTask', body }));
    await until(() => it.batches.length === 2 && it.pending() === 0);
    expect(total(it.queues, 'orders-dead')).toBe(0);
  });

  test('keeps only messages that the function reports as failed', async () => {
    const it = startMapped([orders(), mappingOf('orders', reporting)], {
      handle: (records) => failing(...records.filter(({ body }) => body === 'b')),
    });
    it.send('a', 'b', 'c');
    it.run();
    await until(() => it.pending() === 1);
    it.handle = () => ok({ batchItemFailures: [] });
    it.engine.pass(30);
    await until(() => it.pending() === 0);
    expect(it.batches).toEqual([['a', 'b', 'c'], ['b']]);
  });

  test.each([
    ['null', 'null', 0],
    ['an empty payload', '', 0],
    ['an empty object', '{}', 0],
    ['a null list', '{"batchItemFailures":null}', 0],
    ['an empty list', '{"batchItemFailures":[]}', 0],
    ['no JSON', 'oops', 2],
    ['a text', '"ok"', 2],
    ['a value other than a list', '{"batchItemFailures":"a"}', 2],
    ['an unknown id', '{"batchItemFailures":[{"itemIdentifier":"unknown"}]}', 2],
    ['an empty id', '{"batchItemFailures":[{"itemIdentifier":""}]}', 2],
    ['a null id', '{"batchItemFailures":[{"itemIdentifier":null}]}', 2],
    ['an unknown key', '{"batchItemFailures":[{"id":"x"}]}', 2],
  ])('handles a response of %s with ReportBatchItemFailures as AWS does', async (_name, payload, left) => {
    const it = startMapped([orders(), mappingOf('orders', reporting)], { handle: () => ({ kind: 'ok', payload }) });
    it.send('a', 'b');
    it.run();
    await until(() => it.batches.length === 1);
    await sleep(10);
    await expect.poll(it.pending).toBe(left);
  });

  test('ignores reported failures without ReportBatchItemFailures', async () => {
    const it = startMapped([orders(), mappingOf('orders')], { handle: (records) => failing(...records) });
    it.send('a');
    it.run();
    await until(() => it.batches.length === 1 && it.pending() === 0);
    expect(it.batches).toEqual([['a']]);
  });

  test('retries a throttled batch with backoff, without another receive', async () => {
    const counts: (string | undefined)[] = [];
    const it = startMapped([orders(), mappingOf('orders')], {
      handle: ([record]) => {
        counts.push(record?.attributes.ApproximateReceiveCount);
        return counts.length < 3 ? { kind: 'throttled' } : ok();
      },
    });
    it.send('a');
    it.run();
    await until(() => it.pending() === 0);
    expect(counts).toEqual(['1', '1', '1']);
  });

  test('drops a throttled batch when its visibility timeout ends', async () => {
    const it = startMapped([orders(), mappingOf('orders')], { handle: () => ({ kind: 'throttled' }) });
    it.send('a');
    it.run();
    await until(() => it.batches.length === 1);
    const counts: (string | undefined)[] = [];
    it.handle = ([record]) => {
      counts.push(record?.attributes.ApproximateReceiveCount);
      return counts.at(-1) === '2' ? ok() : { kind: 'throttled' };
    };
    it.engine.pass(30);
    await until(() => it.pending() === 0);
    expect(counts).toEqual(['2']);
  });

  test('does not poll the queue of a disabled mapping', async () => {
    const it = startMapped([orders(), mappingOf('orders', { Enabled: false })]);
    it.run();
    it.send('a');
    await sleep(20);
    expect(it.batches).toEqual([]);
    expect(it.pending()).toBe(0);
  });
});

describe('a stop or kill of the engine', () => {
  test('between an invocation and its delete repeats the message', async () => {
    const waiting = slow();
    const it = startMapped([orders(), mappingOf('orders')], waiting);
    it.send('a', 'b');
    it.run();
    await until(() => waiting.waiting.length === 1);
    const after = it.kill();
    expect(after.counts(arnOf('orders'))).toEqual({ visible: 0, inFlight: 2, delayed: 0 });
    it.handle = () => ok();
    it.run();
    await until(() => it.pending() === 0);
    expect(it.batches).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  test('delivers messages that wait for their batching window when all windows end, within its concurrency', async () => {
    const window = { BatchSize: 2, MaximumBatchingWindowInSeconds: 300 };
    const worker = slow();
    const concurrency = { ScalingConfig: { MaximumConcurrency: 2 } };
    const it = startMapped(
      [orders({ VisibilityTimeout: 900 }), mappingOf('orders', { ...window, ...concurrency })],
      worker,
    );
    it.run();
    it.send('a', 'b', 'c', 'd', 'e');
    await until(() => it.batches.length === 2);
    it.mappings?.endWindows();
    expect(it.batches).toHaveLength(2);
    worker.finish();
    await until(() => worker.waiting.length === 0 && it.pending() === 1);
    expect(it.batches).toHaveLength(2);
    it.mappings?.endWindows();
    await until(() => it.batches.length === 3);
    expect(it.batches[2]).toEqual(['e']);
    worker.finish();
    await until(() => it.pending() === 0);
  });

  test('waits for a running invocation, and makes undelivered messages visible', async () => {
    const it = startMapped([orders(), mappingOf('orders', { BatchSize: 2, MaximumBatchingWindowInSeconds: 20 })], {
      handle: async () => {
        await sleep(50);
        return ok();
      },
    });
    it.send('a', 'b', 'c');
    it.run();
    await it.mappings?.stop();
    expect(it.batches).toEqual([['a', 'b']]);
    expect(bodies(it.queues.receive(arnOf('orders'), 10))).toEqual(['c']);
  });
});
