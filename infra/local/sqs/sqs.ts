import { AwsError, type AwsService, jsonResponse } from '../gateway/aws-call.ts';
import type { LocalContext, Support } from '../context.ts';
import { type QueueMessage, queueMessageOf } from './responses.ts';
import { createQueueCalls } from './calls.ts';
import { checkDraft, type MessageAttributes } from './message.ts';
import { type Queue, queuesOf } from './queue.ts';
import { errorResponse, permissionsOf } from './request.ts';
import { createMessageStore, type StoredQueue } from './store.ts';
import { openQueueTables } from './tables.ts';

export const supports: Support = {
  'AWS::SQS::Queue': {
    effective: [
      'QueueName',
      'VisibilityTimeout',
      'MessageRetentionPeriod',
      'DelaySeconds',
      'ReceiveMessageWaitTimeSeconds',
      'MaximumMessageSize',
      'RedrivePolicy',
      'RedriveAllowPolicy',
      'FifoQueue',
      'ContentBasedDeduplication',
      'DeduplicationScope',
    ],
    // Callers do not notice encryption, and local FIFO queues have no throughput limit.
    inert: ['SqsManagedSseEnabled', 'KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds', 'FifoThroughputLimit'],
  },
};

type SendOptions = {
  messageGroupId?: string;
  messageDeduplicationId?: string;
  delaySeconds?: number;
  messageAttributes?: MessageAttributes;
};

/** The template's queues: the SQS API for the gateway, and functions by queue ARN for the other services. */
export type Queues = AwsService & {
  /** Sends a message durably. Throws AwsError if the queue does not exist or refuses it. */
  send: (arn: string, body: string, options?: SendOptions) => void;
  /**
   * Receives up to `max` messages of at most `maxLength` characters in total, but at least one message.
   * `visibilitySeconds` @default the queue's visibility timeout
   */
  receive: (arn: string, max: number, visibilitySeconds?: number, maxLength?: number) => QueueMessage[];
  /** Deletes messages in one transaction; an outdated handle does not delete its message. */
  delete: (arn: string, receiptHandles: string[]) => void;
  /** Throws AwsError `MessageNotInflight` or `InvalidParameterValue` if the message is not in flight. */
  changeVisibility: (arn: string, receiptHandle: string, seconds: number) => void;
  /** Makes all messages in flight visible: for a queue whose receivers ended with an earlier engine. */
  makeInFlightVisible: (arn: string) => void;
  /** Calls `wake` when messages may have become visible, until the returned function is called. */
  onMessage: (arn: string, wake: () => void) => () => void;
  counts: (arn: string) => { visible: number; inFlight: number; delayed: number };
  /** Milliseconds since the epoch when the oldest message was sent; undefined for an empty queue. */
  oldestSentAt: (arn: string) => number | undefined;
  /** The queue's properties. */
  find: (arn: string) => Queue | undefined;
};

/** Opens the template's queues on the state. Throws StartError for a queue that AWS refuses to create. */
export function createQueues(context: LocalContext): Queues {
  const numberOf = openQueueTables(context);
  const queues = new Map<string, StoredQueue>();
  for (const [arn, queue] of queuesOf(context.template)) queues.set(arn, { ...queue, ...numberOf(queue.name) });
  const store = createMessageStore(context, (arn) => queues.get(arn));
  const run = createQueueCalls(context, queues, store);

  function existing(arn: string): StoredQueue {
    const queue = queues.get(arn);
    if (queue) return queue;
    throw new AwsError('QueueDoesNotExist', `The queue ${arn} does not exist.`);
  }
  const sourcesOf = (deadLetterArn: string) =>
    [...queues.values()].filter(({ deadLetter }) => deadLetter?.arn === deadLetterArn).map(({ arn }) => arn);

  return {
    permissions: (call) => permissionsOf(context.template, call, sourcesOf),
    async handle(call) {
      try {
        return jsonResponse(await run(call));
      } catch (error) {
        if (error instanceof AwsError) return errorResponse(error);
        throw error;
      }
    },
    send(arn, body, { messageGroupId, messageDeduplicationId, delaySeconds, messageAttributes } = {}) {
      const queue = existing(arn);
      const draft = {
        body,
        groupId: messageGroupId,
        deduplicationId: messageDeduplicationId,
        delaySeconds,
        attributes: messageAttributes,
      };
      store.send(queue, checkDraft(queue, draft));
    },
    receive(arn, max, visibilitySeconds, maxLength) {
      const queue = existing(arn);
      const seconds = visibilitySeconds ?? queue.visibilityTimeoutSeconds;
      return store.receive(queue, max, seconds, maxLength).map((row) => queueMessageOf(queue, row));
    },
    delete(arn, receiptHandles) {
      const queue = existing(arn);
      context.state.transaction(() => {
        for (const handle of receiptHandles) deleteHeld(queue, handle);
      });
    },
    changeVisibility: (arn, receiptHandle, seconds) => store.changeVisibility(existing(arn), receiptHandle, seconds),
    makeInFlightVisible: (arn) => store.makeInFlightVisible(existing(arn)),
    onMessage: (arn, wake) => store.watch(existing(arn), wake),
    counts: (arn) => store.counts(existing(arn)),
    oldestSentAt: (arn) => store.oldestSentAt(existing(arn)),
    find: (arn) => queues.get(arn),
  };

  /** A FIFO queue refuses a delete after the visibility timeout; the message is delivered again. */
  function deleteHeld(queue: StoredQueue, handle: string): void {
    try {
      store.delete(queue, handle);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      context.log(`A message of ${queue.name} was not deleted: ${error.message}`);
    }
  }
}
