import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Queues } from '../../../../../infra/local/sqs/sqs.ts';
import { failing, failure, mappingOf, ok, orders, reporting, slow, startMapped } from './mapped-queues.ts';
import { arnOf, queueOf, total, until, withDeadLetters } from '../queue-fixtures.ts';

const windowed = (batchSize: number) =>
  mappingOf('orders', { BatchSize: batchSize, MaximumBatchingWindowInSeconds: 20 });

describe('a batch', () => {
  test('is delivered at the end of the batching window after its first message', async () => {
    const it = startMapped([orders(), windowed(100)]);
    it.run();
    it.send('a');
    await until(() => it.queues.counts(arnOf('orders')).inFlight === 1);
    it.engine.pass(19);
    it.send('b');
    await sleep(80);
    expect(it.batches).toEqual([]);
    it.engine.pass(1);
    await until(() => it.batches.length === 1);
    expect(it.batches).toEqual([['a', 'b']]);
  });

  test('is delivered when it is full, up to thousands of messages', async () => {
    const it = startMapped([orders(), windowed(5000)]);
    it.run();
    it.engine.context.state.transaction(() => it.send(...Array.from({ length: 5001 }, (_, index) => `${index}`)));
    await until(() => it.batches.length === 1);
    expect(it.batches[0]).toHaveLength(5000);
    await until(() => it.pending() === 1);
  });

  test('is delivered at 6 MB, whatever the size of its characters in JSON', async () => {
    const sizes: number[] = [];
    const it = startMapped([orders(), windowed(100)], {
      handle: (records) => {
        sizes.push(Buffer.byteLength(JSON.stringify({ Records: records })));
        return ok();
      },
    });
    it.run();
    for (let index = 0; index < 10; index += 1) it.send('"'.repeat(1_000_000));
    await until(() => sizes.length === 3);
    expect(Math.max(...sizes)).toBeLessThan(6_291_556);
    it.engine.pass(20);
    await until(() => it.pending() === 0);
    expect(it.batches.flat()).toHaveLength(10);
  });

  test('contains only messages that match a filter; others are deleted', async () => {
    const filters = [{ Pattern: '{"body":{"kind":["gift"]}}' }, { Pattern: '{"body":["plain"]}' }];
    const it = startMapped([orders(), mappingOf('orders', { FilterCriteria: { Filters: filters } })]);
    it.send('{"kind":"gift"}', '{"kind":"other"}', 'plain', 'gift', '"plain"', '{"body":"plain"}');
    it.run();
    await until(() => it.pending() === 0);
    expect(it.batches).toEqual([['{"kind":"gift"}', 'plain']]);
  });

  test('omits messages whose visibility timeout ended during the window and which are dead letters now', async () => {
    const window = { BatchSize: 100, MaximumBatchingWindowInSeconds: 40 };
    const it = startMapped([...withDeadLetters('orders', 1, { VisibilityTimeout: 30 }), mappingOf('orders', window)]);
    it.run();
    it.send('early');
    await until(() => it.queues.counts(arnOf('orders')).inFlight === 1);
    it.engine.pass(30);
    await until(() => total(it.queues, 'orders-dead') === 1);
    it.send('late');
    await until(() => it.queues.counts(arnOf('orders')).inFlight === 1);
    it.engine.pass(10);
    await sleep(80);
    expect(it.batches).toEqual([]);
    expect(it.engine.lines.join()).toContain('less than the sum of the batching window');
  });
});

const sendAll = (queues: Queues, ...messages: string[]) => {
  for (const body of messages) queues.send(arnOf('steps.fifo'), body, { messageGroupId: body.slice(0, 1) });
};

describe('a FIFO mapping', () => {
  const fifo = queueOf('steps.fifo', { FifoQueue: true, VisibilityTimeout: 30, ContentBasedDeduplication: true });

  test('delivers one batch of a group at a time, in order, while other groups continue', async () => {
    const waiting = slow();
    const it = startMapped([fifo, mappingOf('steps.fifo', { BatchSize: 2 })], waiting);
    sendAll(it.queues, 'a1', 'a2', 'a3', 'b1', 'a4');
    it.run();
    await until(() => it.batches.length === 2);
    await sleep(30);
    expect(it.batches).toEqual([['a1', 'a2'], ['b1']]);
    waiting.finish();
    await until(() => it.batches.length === 3);
    expect(it.batches[2]).toEqual(['a3', 'a4']);
    waiting.finish();
    await until(() => it.pending() === 0);
  });

  test('delivers no message of a group before its failed one', async () => {
    const it = startMapped([fifo, mappingOf('steps.fifo', { BatchSize: 3, ...reporting })], {
      handle: (records) => failing(...records.filter(({ body }) => body === 'a2' || body === 'a3')),
    });
    sendAll(it.queues, 'a1', 'a2', 'a3', 'a4');
    it.run();
    await until(() => it.pending() === 3);
    it.handle = () => ok();
    sendAll(it.queues, 'a5', 'b1');
    await until(() => it.batches.length === 2);
    expect(it.batches[1]).toEqual(['b1']);
    it.engine.pass(30);
    await until(() => it.pending() === 0);
    expect(it.batches.slice(2).flat()).toEqual(['a2', 'a3', 'a4', 'a5']);
  });

  test('keeps the order after a failure of the whole batch and a restart', async () => {
    const it = startMapped([fifo, mappingOf('steps.fifo', { BatchSize: 2 })], { handle: () => failure });
    sendAll(it.queues, 'a1', 'a2', 'a3');
    it.run();
    await until(() => it.batches.length === 1);
    it.kill();
    it.handle = () => ok();
    it.run();
    await until(() => it.pending() === 0);
    expect(it.batches.flat()).toEqual(['a1', 'a2', 'a1', 'a2', 'a3']);
  });

  test('never has a group in two concurrent batches, also with the 6 MB limit', async () => {
    const waiting = slow();
    const it = startMapped([fifo, mappingOf('steps.fifo')], waiting);
    const sent = Array.from({ length: 10 }, (_, index) => `a${index}${'"'.repeat(1_000_000)}`);
    sendAll(it.queues, ...sent);
    it.run();
    for (let rounds = 1; it.pending() > 0; rounds += 1) {
      await until(() => it.batches.length === rounds);
      await sleep(10);
      expect(waiting.waiting).toHaveLength(1);
      const before = it.pending();
      waiting.finish();
      await until(() => it.pending() < before);
    }
    expect(it.batches.flat()).toEqual(sent);
  });
});
