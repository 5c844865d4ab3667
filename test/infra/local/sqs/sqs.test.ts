import { describe, expect, test } from 'vitest';
import type { Queues } from '../../../../infra/local/sqs/sqs.ts';
import { StartError } from '../../../../infra/local/start-error.ts';
import { arnOf, bodies, handles, queueOf, total, until, withDeadLetters } from './queue-fixtures.ts';
import type { SmallResource } from '../small-template.ts';
import { codeOf, startQueues } from './started-queues.ts';

describe('a standard queue', () => {
  test('keeps messages, receive counts and visibility deadlines after a restart', () => {
    const engine = startQueues([queueOf('orders', { VisibilityTimeout: 30 })]);
    const before = engine.queues;
    before.send(arnOf('orders'), 'one', { messageAttributes: { kind: { DataType: 'String', StringValue: 'x' } } });
    before.send(arnOf('orders'), 'later', { delaySeconds: 60 });
    const [first] = before.receive(arnOf('orders'), 10);

    const after = engine.restart();
    expect(after.receive(arnOf('orders'), 10)).toEqual([]);
    expect(after.counts(arnOf('orders'))).toEqual({ visible: 0, inFlight: 1, delayed: 1 });
    engine.pass(30);
    const [second] = after.receive(arnOf('orders'), 10);
    expect(second).toMatchObject({ messageId: first?.messageId, body: 'one', md5OfBody: first?.md5OfBody });
    expect(second?.messageAttributes).toEqual(first?.messageAttributes);
    expect(second?.attributes).toEqual({ ...first?.attributes, ApproximateReceiveCount: '2' });
    engine.pass(30);
    expect(bodies(after.receive(arnOf('orders'), 10)).sort()).toEqual(['later', 'one']);
  });

  test('accepts a receipt handle after a restart, and ignores one of an earlier receive', () => {
    const engine = startQueues([queueOf('orders', { VisibilityTimeout: 30 })]);
    for (const body of ['a', 'b']) engine.queues.send(arnOf('orders'), body);
    const [a, b] = engine.queues.receive(arnOf('orders'), 10);
    const after = engine.restart();
    after.delete(arnOf('orders'), [a?.receiptHandle ?? '']);
    engine.pass(30);
    const again = after.receive(arnOf('orders'), 10);
    expect(bodies(again)).toEqual(['b']);
    after.delete(arnOf('orders'), [b?.receiptHandle ?? '']);
    expect(total(after, 'orders')).toBe(1);
    after.delete(arnOf('orders'), handles(again));
    after.delete(arnOf('orders'), handles(again));
    expect(total(after, 'orders')).toBe(0);
  });

  test('makes a message visible with a visibility timeout of 0, and refuses to change one that is not in flight', () => {
    const { queues } = startQueues([queueOf('orders')]);
    queues.send(arnOf('orders'), 'a');
    const [message] = queues.receive(arnOf('orders'), 1);
    const handle = message?.receiptHandle ?? '';
    queues.changeVisibility(arnOf('orders'), handle, 0);
    expect(codeOf(() => queues.changeVisibility(arnOf('orders'), handle, 10))).toBe('MessageNotInflight');
    expect(codeOf(() => queues.changeVisibility(arnOf('orders'), 'nonsense', 10))).toBe('ReceiptHandleIsInvalid');
    const [again] = queues.receive(arnOf('orders'), 1);
    expect(again?.attributes.ApproximateReceiveCount).toBe('2');
  });

  test('notifies listeners after a send, a delay and a visibility timeout', async () => {
    const engine = startQueues([queueOf('orders', { VisibilityTimeout: 30 })]);
    const { queues } = engine;
    let wakes = 0;
    const stop = queues.onMessage(arnOf('orders'), () => {
      wakes += 1;
    });
    queues.send(arnOf('orders'), 'a');
    queues.send(arnOf('orders'), 'b');
    await until(() => wakes === 1);
    expect(queues.receive(arnOf('orders'), 10)).toHaveLength(2);
    queues.send(arnOf('orders'), 'c', { delaySeconds: 10 });
    engine.pass(10);
    await until(() => wakes === 2);
    expect(bodies(queues.receive(arnOf('orders'), 10))).toEqual(['c']);
    engine.pass(20);
    await until(() => wakes === 3);
    stop();
  });

  test('deletes messages after the retention period', () => {
    const engine = startQueues([queueOf('orders', { MessageRetentionPeriod: 60 })]);
    engine.queues.send(arnOf('orders'), 'old');
    engine.pass(30);
    engine.queues.send(arnOf('orders'), 'new');
    engine.pass(30);
    expect(bodies(engine.queues.receive(arnOf('orders'), 10))).toEqual(['new']);
    expect(total(engine.queues, 'orders')).toBe(1);
  });

  test('receives thousands of messages in one call, up to the maximum total length', () => {
    const { queues } = startQueues([queueOf('orders')]);
    for (let index = 0; index < 1000; index += 1) queues.send(arnOf('orders'), 'x'.repeat(488));
    expect(queues.receive(arnOf('orders'), 100, 30, 10_000)).toHaveLength(10);
    expect(queues.receive(arnOf('orders'), 1, 30, 10)).toHaveLength(1);
    expect(queues.receive(arnOf('orders'), 10_000)).toHaveLength(989);
  });

  test('rolls back a send with the surrounding transaction', () => {
    const { queues, context } = startQueues([queueOf('orders')]);
    const failing = () =>
      context.state.transaction(() => {
        queues.send(arnOf('orders'), 'a');
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    expect(total(queues, 'orders')).toBe(0);
  });

  test('refuses invalid messages as SQS does', () => {
    const { queues } = startQueues([queueOf('orders', { MaximumMessageSize: 1024 })]);
    const send = (...args: [string, Parameters<Queues['send']>[2]?]) =>
      codeOf(() => queues.send(arnOf('orders'), ...args));
    expect(send('')).toBe('MissingParameter');
    expect(send('x'.repeat(1025))).toBe('InvalidParameterValue');
    expect(send('bell \u0007')).toBe('InvalidMessageContents');
    expect(send('half \ud800')).toBe('InvalidMessageContents');
    expect(send('a', { delaySeconds: 901 })).toBe('InvalidParameterValue');
    expect(send('a', { messageDeduplicationId: 'x' })).toBe('InvalidParameterValue');
    expect(send('a', { messageAttributes: { n: { DataType: 'Number', StringValue: 'one' } } })).toBe(
      'InvalidParameterValue',
    );
    expect(codeOf(() => queues.send(arnOf('nowhere'), 'a'))).toBe('QueueDoesNotExist');
    expect(total(queues, 'orders')).toBe(0);
  });
});

describe('a dead-letter queue', () => {
  test('receives a message after maxReceiveCount receives, with its id, send time and receive count', () => {
    const engine = startQueues(withDeadLetters('orders', 2, { VisibilityTimeout: 10 }));
    engine.queues.send(arnOf('orders'), 'poison');
    const [first] = engine.queues.receive(arnOf('orders'), 10);
    engine.pass(10);
    expect(engine.queues.receive(arnOf('orders'), 10)).toHaveLength(1);
    engine.pass(10);
    const after = engine.restart();
    expect(total(after, 'orders-dead')).toBe(0);
    expect(after.receive(arnOf('orders'), 10)).toEqual([]);
    expect(total(after, 'orders')).toBe(0);
    const [dead] = after.receive(arnOf('orders-dead'), 10);
    expect(dead).toMatchObject({ messageId: first?.messageId, body: 'poison' });
    expect(dead?.attributes).toEqual({
      ...first?.attributes,
      ApproximateReceiveCount: '3',
      DeadLetterQueueSourceArn: arnOf('orders'),
    });
  });

  test('does not delay the messages behind a dead letter', () => {
    const engine = startQueues(withDeadLetters('orders', 1, { VisibilityTimeout: 10 }));
    engine.queues.send(arnOf('orders'), 'poison');
    engine.queues.receive(arnOf('orders'), 10);
    engine.pass(10);
    for (const body of ['a', 'b']) engine.queues.send(arnOf('orders'), body);
    expect(bodies(engine.queues.receive(arnOf('orders'), 2))).toEqual(['a', 'b']);
  });

  test('must be in the template, of the same type, and allow the queue', () => {
    const fifo = [
      queueOf('a', { RedrivePolicy: { deadLetterTargetArn: arnOf('b.fifo'), maxReceiveCount: 1 } }),
      queueOf('b.fifo', { FifoQueue: true }),
    ];
    expect(() => startQueues(fifo)).toThrow(StartError);
    expect(() => startQueues([fifo[0] as SmallResource])).toThrow('not in the template');
    const [orders, dead] = withDeadLetters('orders', 1);
    const closed = { ...(dead as SmallResource), properties: { RedriveAllowPolicy: { redrivePermission: 'denyAll' } } };
    expect(() => startQueues([orders as SmallResource, closed])).toThrow('RedriveAllowPolicy');
    expect(() => startQueues([queueOf('c', { VisibilityTimeout: 43_201 })])).toThrow('VisibilityTimeout');
  });
});
