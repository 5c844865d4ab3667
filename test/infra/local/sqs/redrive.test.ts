import { ListMessageMoveTasksCommand, StartMessageMoveTaskCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { createQueues } from '../../../../infra/local/sqs/sqs.ts';
import { callOf } from '../local-context.ts';
import { arnOf, bodies, queueOf, total, until, withDeadLetters } from './queue-fixtures.ts';
import type { SmallResource } from '../small-template.ts';
import { startApi } from './sqs-client.ts';

const bury = (engine: Awaited<ReturnType<typeof startApi>>, name: string, count: number) => {
  for (let index = 0; index < count; index += 1) engine.queues.send(arnOf(name), `${name} ${index}`);
  engine.queues.receive(arnOf(name), count);
  engine.pass(30);
  engine.queues.receive(arnOf(name), count);
};

const statusOf = async (client: SQSClient, SourceArn: string) =>
  (await client.send(new ListMessageMoveTasksCommand({ SourceArn }))).Results?.[0];

describe('a redrive', () => {
  test('moves each dead letter to its source queue as a new message', async () => {
    const [mail, dead] = withDeadLetters('mail', 1);
    const [other] = withDeadLetters('mail', 1);
    const engine = await startApi([mail, dead, { ...other, id: 'post', arn: arnOf('post') }] as SmallResource[]);
    const { client, queues } = engine;
    bury(engine, 'mail', 120);
    bury(engine, 'post', 3);
    expect(total(queues, 'mail-dead')).toBe(123);
    const { TaskHandle } = await client.send(new StartMessageMoveTaskCommand({ SourceArn: arnOf('mail-dead') }));
    expect(TaskHandle).toBeDefined();
    await until(() => total(queues, 'mail-dead') === 0);
    expect(queues.counts(arnOf('mail'))).toEqual({ visible: 120, inFlight: 0, delayed: 0 });
    const back = queues.receive(arnOf('post'), 10);
    expect(bodies(back).sort()).toEqual(['post 0', 'post 1', 'post 2']);
    expect(back[0]?.attributes.ApproximateReceiveCount).toBe('1');
    await expect
      .poll(() => statusOf(client, arnOf('mail-dead')))
      .toMatchObject({
        Status: 'COMPLETED',
        ApproximateNumberOfMessagesMoved: 123,
        ApproximateNumberOfMessagesToMove: 123,
      });
  });

  test('continues after a restart, keeps its rate, and can be cancelled', async () => {
    const engine = await startApi(withDeadLetters('mail', 1));
    const { client, queues } = engine;
    bury(engine, 'mail', 8);
    const request = { SourceArn: arnOf('mail-dead'), MaxNumberOfMessagesPerSecond: 3 };
    const { TaskHandle } = await client.send(new StartMessageMoveTaskCommand(request));
    await expect(client.send(new StartMessageMoveTaskCommand(request))).rejects.toThrow('already a task running');
    await until(() => total(queues, 'mail') === 3);
    const after = createQueues(engine.next());
    await until(() => total(after, 'mail') === 6);
    const body = Buffer.from(JSON.stringify({ TaskHandle }));
    const cancelled = await after.handle(callOf({ operation: 'CancelMessageMoveTask', body }));
    expect(JSON.parse(String(cancelled.body))).toEqual({ ApproximateNumberOfMessagesMoved: 6 });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(total(after, 'mail-dead')).toBe(2);
  });

  test('with a destination also moves messages without a source queue, and fails without a destination', async () => {
    const engine = await startApi([...withDeadLetters('mail', 1), queueOf('orders')]);
    const { client, queues } = engine;
    queues.send(arnOf('mail-dead'), 'from a person');
    await client.send(new StartMessageMoveTaskCommand({ SourceArn: arnOf('mail-dead') }));
    await expect
      .poll(() => statusOf(client, arnOf('mail-dead')))
      .toMatchObject({
        Status: 'FAILED',
        FailureReason: 'CouldNotDetermineMessageSource',
      });
    const request = { SourceArn: arnOf('mail-dead'), DestinationArn: arnOf('orders') };
    await client.send(new StartMessageMoveTaskCommand(request));
    await until(() => total(queues, 'orders') === 1);
  });
});
