import { describe, expect, test } from 'vitest';
import type { Queues } from '../../../../infra/local/sqs/sqs.ts';
import { arnOf, bodies, handles, queueOf, total, until, withDeadLetters } from './queue-fixtures.ts';
import { codeOf, startQueues } from './started-queues.ts';

const sendAll = (queues: Queues, ...messages: string[]) => {
  for (const body of messages) queues.send(arnOf('steps.fifo'), body, { messageGroupId: body.slice(0, 1) });
};

describe('a FIFO queue', () => {
  const fifo = queueOf('steps.fifo', { FifoQueue: true, VisibilityTimeout: 30, ContentBasedDeduplication: true });

  test('delivers messages of a group in order, and none while one is in flight, also after a restart', () => {
    const engine = startQueues([fifo]);
    sendAll(engine.queues, 'a1', 'a2', 'b1', 'a3');
    expect(bodies(engine.queues.receive(arnOf('steps.fifo'), 2))).toEqual(['a1', 'a2']);
    const after = engine.restart();
    expect(bodies(after.receive(arnOf('steps.fifo'), 10))).toEqual(['b1']);
    sendAll(after, 'b2');
    expect(after.receive(arnOf('steps.fifo'), 10)).toEqual([]);
    engine.pass(30);
    expect(bodies(after.receive(arnOf('steps.fifo'), 10)).sort()).toEqual(['a1', 'a2', 'a3', 'b1', 'b2']);
  });

  test('delivers a failed message again before the later ones of its group', () => {
    const engine = startQueues([fifo]);
    const { queues } = engine;
    sendAll(queues, 'a1', 'a2', 'a3', 'a4');
    const [, second] = queues.receive(arnOf('steps.fifo'), 3);
    const rest = queues.receive(arnOf('steps.fifo'), 3);
    expect(rest).toEqual([]);
    queues.delete(arnOf('steps.fifo'), [second?.receiptHandle ?? '']);
    expect(queues.receive(arnOf('steps.fifo'), 3)).toEqual([]);
    engine.pass(30);
    expect(bodies(queues.receive(arnOf('steps.fifo'), 10))).toEqual(['a1', 'a3', 'a4']);
  });

  test('blocks a group while a later message is in flight, although an earlier one is visible again', () => {
    const engine = startQueues([fifo]);
    const { queues } = engine;
    sendAll(queues, 'a1', 'a2');
    const [first] = queues.receive(arnOf('steps.fifo'), 2);
    queues.changeVisibility(arnOf('steps.fifo'), first?.receiptHandle ?? '', 0);
    expect(queues.receive(arnOf('steps.fifo'), 2)).toEqual([]);
    engine.pass(30);
    expect(bodies(queues.receive(arnOf('steps.fifo'), 2))).toEqual(['a1', 'a2']);
  });

  test('notifies listeners when a group can be received again', async () => {
    const { queues } = startQueues([fifo]);
    sendAll(queues, 'a1', 'a2');
    const first = queues.receive(arnOf('steps.fifo'), 1);
    const seen: string[] = [];
    const stop = queues.onMessage(arnOf('steps.fifo'), () => {
      seen.push(...bodies(queues.receive(arnOf('steps.fifo'), 10)));
    });
    queues.delete(arnOf('steps.fifo'), handles(first));
    await until(() => seen.length > 0);
    expect(seen).toEqual(['a2']);
    stop();
  });

  test('deduplicates for five minutes, also after a delete and a restart', () => {
    const engine = startQueues([fifo]);
    sendAll(engine.queues, 'a1');
    engine.queues.delete(arnOf('steps.fifo'), handles(engine.queues.receive(arnOf('steps.fifo'), 1)));
    const after = engine.restart();
    sendAll(after, 'a1');
    expect(total(after, 'steps.fifo')).toBe(0);
    engine.pass(300);
    sendAll(after, 'a1');
    expect(total(after, 'steps.fifo')).toBe(1);
  });

  test('deduplicates per message group with the scope messageGroup', () => {
    const { queues } = startQueues([queueOf('steps.fifo', { FifoQueue: true, DeduplicationScope: 'messageGroup' })]);
    for (const messageGroupId of ['a', 'b', 'a']) {
      queues.send(arnOf('steps.fifo'), 'x', { messageGroupId, messageDeduplicationId: 'same' });
    }
    expect(total(queues, 'steps.fifo')).toBe(2);
    expect(codeOf(() => queues.send(arnOf('steps.fifo'), 'x', { messageGroupId: 'a' }))).toBe('InvalidParameterValue');
    expect(codeOf(() => queues.send(arnOf('steps.fifo'), 'x'))).toBe('MissingParameter');
  });

  test('keeps a message whose receipt handle has expired, and logs it', () => {
    const engine = startQueues([fifo]);
    sendAll(engine.queues, 'a1');
    const received = engine.queues.receive(arnOf('steps.fifo'), 1);
    engine.pass(30);
    engine.queues.delete(arnOf('steps.fifo'), handles(received));
    expect(total(engine.queues, 'steps.fifo')).toBe(1);
    expect(engine.lines.join()).toContain('expired');
  });

  test('removes a dead letter from its group, which continues in order', () => {
    const engine = startQueues(
      withDeadLetters('steps.fifo', 1, { VisibilityTimeout: 30, ContentBasedDeduplication: true }),
    );
    sendAll(engine.queues, 'a1', 'a2', 'a3');
    engine.queues.receive(arnOf('steps.fifo'), 1);
    engine.pass(30);
    expect(bodies(engine.queues.receive(arnOf('steps.fifo'), 10))).toEqual(['a2', 'a3']);
    expect(bodies(engine.queues.receive(arnOf('steps-dead.fifo'), 10))).toEqual(['a1']);
  });
});
