import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  type SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';

/** A dead-letter queue and the number of its messages. */
export type DeadLetters = { name: string; messages: number };

const maxQueues = 200;

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

    /** Moves all messages of a queue to the queue they came from. Throws if it is no dead-letter queue of a queue. */
    async redrive(name: string): Promise<void> {
      await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
      await sqs.send(
        new StartMessageMoveTaskCommand({ SourceArn: `${queueArns.slice(0, -prefix.length - 1)}${name}` }),
      );
    },
  };
};

export type DeadLetterClient = ReturnType<typeof createDeadLetterClient>;
