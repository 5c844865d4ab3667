import {
  ChangeMessageVisibilityCommand,
  CancelMessageMoveTaskCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { callOf } from '../local-context.ts';
import { arnOf, handles, queueOf, total, urlOf, withDeadLetters } from './queue-fixtures.ts';
import { startApi } from './sqs-client.ts';

const QueueUrl = urlOf('orders');

const entry = (Id: string, MessageBody = 'a') => ({ Id, MessageBody });

describe('the SQS API', () => {
  test('sends and receives with digests for the client and the requested attributes', async () => {
    const { client } = await startApi([queueOf('orders')]);
    const MessageAttributes = {
      zone: { DataType: 'String', StringValue: 'Zürich' },
      count: { DataType: 'Number', StringValue: '3' },
      blob: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2, 255]) },
    };
    const sent = await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'grüße 🛒', MessageAttributes }));
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] }),
    );
    const [message] = Messages;
    expect(message).toMatchObject({ MessageId: sent.MessageId, Body: 'grüße 🛒', MD5OfBody: sent.MD5OfMessageBody });
    expect(message?.MD5OfMessageAttributes).toBe(sent.MD5OfMessageAttributes);
    expect(message?.MessageAttributes?.blob?.BinaryValue).toEqual(new Uint8Array([1, 2, 255]));
    expect(message?.Attributes).toMatchObject({ ApproximateReceiveCount: '1', SenderId: '000000000000' });
  });

  test('computes the digest of message attributes as AWS documents it', async () => {
    const { client } = await startApi([queueOf('orders')]);
    const MessageAttributes = { timestamp: { DataType: 'Number', StringValue: '1493147359900' } };
    const sent = await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a', MessageAttributes }));
    // The digest that AWS returns for this attribute, as recorded in the tests of emulators.
    expect(sent.MD5OfMessageAttributes).toBe('235c5c510d26fb653d073faed50ae77c');
  });

  test('sends a batch and refuses only its invalid entries', async () => {
    const { client, queues } = await startApi([queueOf('orders')]);
    const Entries = [
      { Id: 'good', MessageBody: 'a' },
      { Id: 'bad', MessageBody: '\u0001' },
      { Id: 'also-good', MessageBody: 'b', DelaySeconds: 5 },
    ];
    const response = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(response.Successful?.map(({ Id }) => Id)).toEqual(['good', 'also-good']);
    expect(response.Failed).toMatchObject([{ Id: 'bad', Code: 'InvalidMessageContents', SenderFault: true }]);
    expect(queues.counts(arnOf('orders'))).toEqual({ visible: 1, inFlight: 0, delayed: 1 });
  });

  test('names its errors as AWS does', async () => {
    const { client } = await startApi([queueOf('orders'), ...withDeadLetters('mail', 1)]);
    const batch = (Entries: { Id: string; MessageBody: string }[]) =>
      client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    const unknown = client.send(new SendMessageCommand({ QueueUrl: urlOf('nowhere'), MessageBody: 'a' }));
    await expect(unknown).rejects.toMatchObject({ Error: { Code: 'AWS.SimpleQueueService.NonExistentQueue' } });
    await expect(client.send(new GetQueueUrlCommand({ QueueName: 'nowhere' }))).rejects.toThrow(
      expect.objectContaining({ name: 'QueueDoesNotExist' }),
    );
    await expect(batch([])).rejects.toMatchObject({ name: 'EmptyBatchRequest' });
    await expect(batch([entry('a'), entry('a')])).rejects.toMatchObject({ name: 'BatchEntryIdsNotDistinct' });
    await expect(batch([entry('a b')])).rejects.toMatchObject({ name: 'InvalidBatchEntryId' });
    await expect(batch(Array.from({ length: 11 }, (_, index) => entry(`${index}`)))).rejects.toMatchObject({
      name: 'TooManyEntriesInBatchRequest',
    });
    const half = 'x'.repeat(600_000);
    await expect(batch([entry('a', half), entry('b', half)])).rejects.toMatchObject({ name: 'BatchRequestTooLong' });
    const large = client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x'.repeat(1_048_577) }));
    await expect(large).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    const eleven = client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 11 }));
    await expect(eleven).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    const remove = client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'nonsense' }));
    await expect(remove).rejects.toMatchObject({ name: 'ReceiptHandleIsInvalid' });
    const nonsense = { QueueUrl, ReceiptHandle: 'nonsense', VisibilityTimeout: 1 };
    await expect(client.send(new ChangeMessageVisibilityCommand(nonsense))).rejects.toMatchObject({
      name: 'ReceiptHandleIsInvalid',
    });
    await expect(client.send(new CreateQueueCommand({ QueueName: 'new' }))).rejects.toThrow(
      'the template defines the queues',
    );
    const notDead = client.send(new StartMessageMoveTaskCommand({ SourceArn: arnOf('orders') }));
    await expect(notDead).rejects.toThrow('must be configured as a Dead Letter Queue');
    const noTask = client.send(new CancelMessageMoveTaskCommand({ TaskHandle: 'bm9uZQ==' }));
    await expect(noTask).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('ends a long poll when a message arrives, or empty after the wait time', async () => {
    const { client, queues } = await startApi([queueOf('orders')]);
    const polls = [1, 2].map(() => client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 })));
    setTimeout(() => queues.send(arnOf('orders'), 'a'), 50);
    const responses = await Promise.all(polls);
    expect(responses.flatMap(({ Messages = [] }) => Messages.map(({ Body }) => Body))).toEqual(['a']);
  });

  test('deletes batches, and allows PurgeQueue once a minute', async () => {
    const { client, queues } = await startApi([queueOf('orders')]);
    for (const body of ['a', 'b', 'c']) queues.send(arnOf('orders'), body);
    const held = queues.receive(arnOf('orders'), 2);
    const Entries = [...handles(held), 'bad'].map((ReceiptHandle, index) => ({ Id: `${index}`, ReceiptHandle }));
    const response = await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    expect(response.Successful).toHaveLength(2);
    expect(response.Failed).toMatchObject([{ Id: '2', Code: 'ReceiptHandleIsInvalid' }]);
    expect(total(queues, 'orders')).toBe(1);
    await client.send(new PurgeQueueCommand({ QueueUrl }));
    expect(total(queues, 'orders')).toBe(0);
    await expect(client.send(new PurgeQueueCommand({ QueueUrl }))).rejects.toMatchObject({
      name: 'PurgeQueueInProgress',
    });
  });

  test('returns URLs and attributes of queues', async () => {
    const { client } = await startApi([queueOf('orders', { VisibilityTimeout: 77 }), ...withDeadLetters('mail', 3)]);
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: urlOf('mail'), AttributeNames: ['All'] }),
    );
    expect(Attributes).toMatchObject({
      QueueArn: arnOf('mail'),
      VisibilityTimeout: '30',
      MaximumMessageSize: '1048576',
    });
    expect(JSON.parse(Attributes?.RedrivePolicy ?? '')).toEqual({
      deadLetterTargetArn: arnOf('mail-dead'),
      maxReceiveCount: 3,
    });
    const one = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['VisibilityTimeout'] }));
    expect(one.Attributes).toEqual({ VisibilityTimeout: '77' });
    const first = await client.send(new ListQueuesCommand({ MaxResults: 2 }));
    expect(first.QueueUrls).toEqual([urlOf('mail'), urlOf('mail-dead')]);
    const second = await client.send(new ListQueuesCommand({ MaxResults: 2, NextToken: first.NextToken }));
    expect(second).toMatchObject({ QueueUrls: [QueueUrl] });
    expect(second.NextToken).toBeUndefined();
    const sources = await client.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: urlOf('mail-dead') }));
    expect(sources.queueUrls).toEqual([urlOf('mail')]);
  });

  test('requires the single operation’s permission for a batch, and more permissions for a redrive', async () => {
    const { queues } = await startApi([queueOf('orders'), ...withDeadLetters('mail', 1)]);
    const permissions = (operation: string, body: object) =>
      queues.permissions(callOf({ service: 'sqs', operation, body: Buffer.from(JSON.stringify(body)) }));
    expect(permissions('SendMessageBatch', { QueueUrl })).toEqual([
      { action: 'sqs:SendMessage', resource: arnOf('orders') },
    ]);
    expect(permissions('GetQueueUrl', { QueueName: 'orders' })).toEqual([
      { action: 'sqs:GetQueueUrl', resource: arnOf('orders') },
    ]);
    const redrive = permissions('StartMessageMoveTask', { SourceArn: arnOf('mail-dead') });
    expect(redrive.map(({ action, resource }) => `${action} ${resource}`)).toEqual([
      `sqs:StartMessageMoveTask ${arnOf('mail-dead')}`,
      `sqs:ReceiveMessage ${arnOf('mail-dead')}`,
      `sqs:DeleteMessage ${arnOf('mail-dead')}`,
      `sqs:GetQueueAttributes ${arnOf('mail-dead')}`,
      `sqs:SendMessage ${arnOf('mail')}`,
    ]);
  });
});
