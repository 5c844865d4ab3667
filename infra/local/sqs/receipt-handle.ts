import { AwsError } from '../gateway/aws-call.ts';
import type { Row } from './tables.ts';

/** Identifies one receive of one message. Valid after a restart. */
export const receiptHandleOf = (row: Row): string =>
  Buffer.from(`${row.queue}.${row.id}.${row.receive_count}`).toString('base64url');

/** Throws AwsError `ReceiptHandleIsInvalid` for a handle that the queue did not issue. */
export function readReceiptHandle(queueNumber: number, handle: string): { id: number; receiveCount: number } {
  const text = Buffer.from(handle, 'base64url').toString();
  const [, queue, id, receiveCount] = /^(\d+)\.(\d+)\.(\d+)$/.exec(text) ?? [];
  if (Number(queue) === queueNumber) return { id: Number(id), receiveCount: Number(receiveCount) };
  throw new AwsError('ReceiptHandleIsInvalid', `The input receipt handle "${handle}" is not a valid receipt handle.`);
}
