import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  type SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';

/** A dead-letter queue and the number of its messages. */
export type DeadLetters = { name: string; messages: number };

/** How a redrive stands. `isRunning` after the time that the caller waits: SQS continues it. */
export type Redrive = { moved: number; isRunning: boolean; failure?: string | undefined };

const maxQueues = 200;
const pollMs = 250;

/** The dead-letter queues of the store. `queueArns` is the ARN of all of them, with a wildcard for the name. */
export const createDeadLetterClient = (sqs: SQSClient, queueArns: string) => {
  const prefix = queueArns.slice(queueArns.lastIndexOf(':') + 1, -1);
  const messagesIn = async (url: string) => {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['ApproximateNumberOfMessages'] }),
    );
    return Number(Attributes?.['ApproximateNumberOfMessages'] ?? 0);
  };
  return {
    /** Those with messages, the fullest first. */
    async filled(): Promise<DeadLetters[]> {
      const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: prefix, MaxResults: 1000 }));
      const urls = QueueUrls.filter((url) => /DeadLetters/.test(url)).slice(0, maxQueues);
      const found = await Promise.all(
        urls.map(async (url) => ({ name: url.slice(url.lastIndexOf('/') + 1), messages: await messagesIn(url) })),
      );
      return found.filter(({ messages }) => messages > 0).toSorted((a, b) => b.messages - a.messages);
    },

    /**
     * Moves all messages of a queue to the queue they came from, and waits for it at most `waitMs`. Throws if it is no
     * dead-letter queue of a queue. SQS accepts the task before it looks at a message: a message that somebody sent to the
     * dead-letter queue itself came from no queue, and fails it.
     */
    async redrive(name: string, waitMs = 10_000): Promise<Redrive> {
      await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
      const SourceArn = `${queueArns.slice(0, -prefix.length - 1)}${name}`;
      await sqs.send(new StartMessageMoveTaskCommand({ SourceArn }));
      for (let waitedMs = 0; ; waitedMs += pollMs) {
        const { Results = [] } = await sqs.send(new ListMessageMoveTasksCommand({ SourceArn, MaxResults: 1 }));
        const [{ Status, ApproximateNumberOfMessagesMoved: moved = 0, FailureReason } = {}] = Results;
        if (Status === 'FAILED') return { moved, isRunning: false, failure: FailureReason ?? Status };
        if (Status === 'COMPLETED') return { moved, isRunning: false };
        if (Status === 'CANCELLED') return { moved, isRunning: false, failure: Status };
        if (waitedMs >= waitMs) return { moved, isRunning: true };
        await sleep(pollMs);
      }
    },
  };
};

export type DeadLetterClient = ReturnType<typeof createDeadLetterClient>;
