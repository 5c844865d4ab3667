import { AwsError } from '../gateway/aws-call.ts';
import type { Row } from './tables.ts';

/** Names one receive of one message: a later receive of the same message has another. Survives a restart. */
export const receiptHandleOf = (row: Row): string =>
  Buffer.from(`${row.queue}.${row.id}.${row.receive_count}`).toString('base64url');

/** Throws AwsError `ReceiptHandleIsInvalid` for what the queue never gave. */
export function readReceiptHandle(queueNumber: number, handle: string): { id: number; receiveCount: number } {
  const text = Buffer.from(handle, 'base64url').toString();
  const [, queue, id, receiveCount] = /^(\d+)\.(\d+)\.(\d+)$/.exec(text) ?? [];
  if (Number(queue) === queueNumber) return { id: Number(id), receiveCount: Number(receiveCount) };
  throw new AwsError('ReceiptHandleIsInvalid', `The input receipt handle "${handle}" is not a valid receipt handle.`);
}
