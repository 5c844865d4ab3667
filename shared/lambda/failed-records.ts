import type { SQSClient } from '@aws-sdk/client-sqs';
import { isRetryableError } from '../dynamodb/retry-on-conflict.ts';

/** Sends a stream record that no retry can process to the failure queue. */
export type SetAside = (record: object, error: unknown) => Promise<void>;

/** Limit of SQS is 1 MiB; a stream record has up to two images of 400 KB. */
const maxRecordCharacters = 300_000;

/**
 * A stream waits for a record that fails. Records whose error concerns only themselves therefore go to the failure queue
 * at once, with the error; the alarm of the queue tells an operator. The client is loaded with the first such record.
 */
export function failedRecordQueue(QueueUrl: string): SetAside {
  let client: Promise<SQSClient> | undefined;
  const connect = async () => new (await import('@aws-sdk/client-sqs')).SQSClient();
  return async (record, error) => {
    const { SendMessageCommand } = await import('@aws-sdk/client-sqs');
    const text = JSON.stringify(record);
    const content = text.length <= maxRecordCharacters ? { record } : { start: text.slice(0, maxRecordCharacters) };
    const MessageBody = JSON.stringify({ error: String(error), ...content });
    await (await (client ??= connect())).send(new SendMessageCommand({ QueueUrl, MessageBody }));
  };
}

const serverErrors = new Set(['AccessDeniedException', 'ResourceNotFoundException', 'TimeoutError', 'NetworkingError']);

/**
 * Whether an error concerns all records alike: throttling, an AWS service or the network that is down, a permission that
 * is missing.
 */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { $fault, $retryable, code } = error as Error & { $fault?: unknown; $retryable?: unknown; code?: unknown };
  const isOfNetwork = typeof code === 'string' && /^E[A-Z_]+$/.test(code) && !code.startsWith('ERR_');
  return $fault === 'server' || $retryable !== undefined || isOfNetwork || serverErrors.has(error.name);
}

/** Whether the same work may succeed later without a correction: after an outage or a conflict. */
export const isTransient = (error: unknown): boolean => isOutage(error) || isRetryableError(error);
