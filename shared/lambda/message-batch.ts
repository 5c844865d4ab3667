import type { Logger } from '@aws-lambda-powertools/logger';
import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse } from 'aws-lambda';

/** Limit of SQS, twelve hours. */
const maxVisibilityTimeoutSeconds = 43_200;

type SetVisibilityTimeout = (receiptHandle: string, seconds: number) => Promise<void>;

/** Changes the visibility timeout of a received message. */
export const setVisibilityTimeout =
  (sqs: SQSClient, QueueUrl: string): SetVisibilityTimeout =>
  async (ReceiptHandle, seconds) => {
    const VisibilityTimeout = Math.min(maxVisibilityTimeoutSeconds, Math.max(1, Math.ceil(seconds)));
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
  };

/**
 * Handles the messages of a batch concurrently, so that a slow one delays no other. `handle` returns the seconds until SQS
 * must deliver the message again, or undefined if it is processed.
 */
export const handleEachMessage =
  <M extends { messageId: string; receiptHandle: string }>(
    handle: (message: M) => Promise<number | undefined>,
    setTimeoutOf: SetVisibilityTimeout,
  ) =>
  async (messages: readonly M[], log: Pick<Logger, 'error'>): Promise<SQSBatchResponse> => {
    const isProcessed = async (message: M): Promise<boolean> => {
      try {
        const seconds = await handle(message);
        if (seconds !== undefined) await setTimeoutOf(message.receiptHandle, seconds);
        return seconds === undefined;
      } catch (error) {
        // SQS delivers the message again after its visibility timeout, and finally moves it to the dead-letter queue.
        log.error('record failed', { messageId: message.messageId, error: String(error) });
        return false;
      }
    };
    const processed = await Promise.all(messages.map(isProcessed));
    return {
      batchItemFailures: messages
        .filter((_message, index) => !processed[index])
        .map(({ messageId }) => ({ itemIdentifier: messageId })),
    };
  };
