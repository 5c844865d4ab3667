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
    // Encryption changes nothing that a caller sees; a local FIFO queue has no throughput limit to lift.
    inert: ['SqsManagedSseEnabled', 'KmsMasterKeyId', 'KmsDataKeyReusePeriodSeconds', 'FifoThroughputLimit'],
  },
};

type SendOptions = {
  messageGroupId?: string;
  messageDeduplicationId?: string;
  delaySeconds?: number;
  messageAttributes?: MessageAttributes;
};

/** The queues of the template: SQS's API for the gateway, and the same queues by ARN for the rest of the engine. */
export type Queues = AwsService & {
  /** The message is durable when this returns. Throws AwsError when the queue does not exist or refuses it. */
  send: (arn: string, body: string, options?: SendOptions) => void;
  /**
   * Up to `max` messages, hidden for `visibilitySeconds` (the queue's own timeout if left out), and of up to
   * `maxLength` characters together, though at least one message.
   */
  receive: (arn: string, max: number, visibilitySeconds?: number, maxLength?: number) => QueueMessage[];
  /** Deletes messages in one transaction; a handle whose receive is over leaves its message in place. */
  delete: (arn: string, receiptHandles: string[]) => void;
  /** Throws AwsError `MessageNotInflight` or `InvalidParameterValue` when the message is no longer held. */
  changeVisibility: (arn: string, receiptHandle: string, seconds: number) => void;
  /** Shows the messages in flight at once, for a queue whose receivers died with an earlier engine. */
  makeInFlightVisible: (arn: string) => void;
  /** Calls `wake` whenever messages may have become visible, until the returned function is called. */
  onMessage: (arn: string, wake: () => void) => () => void;
  counts: (arn: string) => { visible: number; inFlight: number; delayed: number };
  /** What the template says of the queue. */
  find: (arn: string) => Queue | undefined;
};

/** Opens the template's queues on the state. Throws StartError for a queue that AWS would refuse. */
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
    find: (arn) => queues.get(arn),
  };

  /** A FIFO queue refuses a late delete; the message comes again, which its receiver must bear with anyway. */
  function deleteHeld(queue: StoredQueue, handle: string): void {
    try {
      store.delete(queue, handle);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      context.log(`A message of ${queue.name} stays in the queue: ${error.message}`);
    }
  }
}
