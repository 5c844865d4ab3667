import { randomUUID } from 'node:crypto';
import type { LocalContext } from '../context.ts';
import type { Groups } from './fifo.ts';
import type { StoredQueue } from './store.ts';
import type { Row } from './tables.ts';

/** Moves messages between a queue and its dead-letter queue, in the caller's transaction. */
export function createDeadLetterMoves(
  { state, now }: LocalContext,
  groups: Groups,
  wake: (queue: StoredQueue) => void,
) {
  const copy = state.db.prepare(
    `INSERT INTO sqs_messages (queue, visible_at, sent_at, carried_receives, first_received_at, message_id, group_id,
       deduplication_id, trace_header, source_arn, attributes, attributes_md5, body_md5, body)
     SELECT ?2, ?3, ?4, ?5, ?6, ?7, group_id, ?8, trace_header, ?9, attributes, attributes_md5, body_md5, body
     FROM sqs_messages WHERE id = ?1`,
  );
  const remove = state.db.prepare('DELETE FROM sqs_messages WHERE id = ?');

  type Changes = Pick<Row, 'sent_at' | 'carried_receives' | 'first_received_at' | 'message_id' | 'deduplication_id'>;
  function move({ id, group_id: groupId }: Row, target: StoredQueue, to: Changes, sourceArn: string | null): void {
    const { sent_at: sentAt, carried_receives: receives, first_received_at: firstReceivedAt } = to;
    const visibleAt = now();
    copy.run(
      id,
      target.number,
      visibleAt,
      sentAt,
      receives,
      firstReceivedAt,
      to.message_id,
      to.deduplication_id,
      sourceArn,
    );
    remove.run(id);
    if (target.isFifo && groupId !== null) groups.join(target, groupId, visibleAt);
    wake(target);
  }

  return {
    /**
     * The message keeps its id, its receive count and, in a standard queue, its send time, from which the retention
     * period counts. The deduplication id of a FIFO dead letter is its message id.
     * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
     */
    moveToDeadLetterQueue(row: Row, source: StoredQueue, target: StoredQueue): void {
      const carried = { ...row, carried_receives: row.receive_count + row.carried_receives };
      const fifo = { sent_at: now(), deduplication_id: row.message_id };
      move(row, target, target.isFifo ? { ...carried, ...fifo } : carried, source.arn);
    },

    /** Moves a dead letter as a new message: new id, send time and receive count. */
    redrive(row: Row, target: StoredQueue): void {
      const anew = { sent_at: now(), carried_receives: 0, first_received_at: null, message_id: randomUUID() };
      move(row, target, { ...row, ...anew }, null);
    },
  };
}
