import type { Logger } from '@aws-lambda-powertools/logger';
import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse } from 'aws-lambda';

const longestHiddenSeconds = 43_200;

type Hide = (receiptHandle: string, seconds: number) => Promise<void>;

/** Hides a received message of a queue for so long. */
export const hidingIn =
  (sqs: SQSClient, QueueUrl: string): Hide =>
  async (ReceiptHandle, seconds) => {
    const VisibilityTimeout = Math.min(longestHiddenSeconds, Math.max(1, Math.ceil(seconds)));
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
  };

/**
 * Settles the messages of a batch at once, so that a slow one delays no other. `settle` gives the seconds after which its
 * message is to come again, and it is hidden until then; undefined when it is done with.
 */
export const settlingEach =
  <M extends { messageId: string; receiptHandle: string }>(
    settle: (message: M) => Promise<number | undefined>,
    hide: Hide,
  ) =>
  async (messages: readonly M[], log: Pick<Logger, 'error'>): Promise<SQSBatchResponse> => {
    const isSettled = async (message: M): Promise<boolean> => {
      try {
        const seconds = await settle(message);
        if (seconds !== undefined) await hide(message.receiptHandle, seconds);
        return seconds === undefined;
      } catch (error) {
        // Whatever it was, the message comes again when its time in flight is over, and is parked in the end.
        log.error('record failed', { messageId: message.messageId, error: String(error) });
        return false;
      }
    };
    const settled = await Promise.all(messages.map(isSettled));
    return {
      batchItemFailures: messages
        .filter((_message, index) => !settled[index])
        .map(({ messageId }) => ({ itemIdentifier: messageId })),
    };
  };
