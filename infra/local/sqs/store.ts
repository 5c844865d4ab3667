import { randomUUID } from 'node:crypto';
import { AwsError } from '../gateway/aws-call.ts';
import type { LocalContext } from '../context.ts';
import { createFairOrder } from './fair.ts';
import { createGroups } from './fifo.ts';
import { invalidParameter, type Sendable } from './message.ts';
import type { Queue } from './queue.ts';
import { readReceiptHandle } from './receipt-handle.ts';
import type { Row } from './tables.ts';
import { createDeadLetterMoves } from './dead-letters.ts';
import { createVisibilityWatch } from './visibility-watch.ts';

export type StoredQueue = Queue & { number: number; createdAt: number };

/** Maximum number of messages per query, which limits the memory for bodies of up to 1 MiB. */
const maxRowsPerQuery = 50;
const deleteExpiredEveryMs = 60_000;

/** Ascending sequence number of a FIFO message; 20 digits as in SQS. */
export const sequenceNumberOf = (id: number): string => (18_800_000_000_000_000_000n + BigInt(id) * 256n).toString();

/**
 * Messages in SQLite. A change is durable when the call returns, or when the surrounding transaction commits. Times are
 * of the context's clock. Visibility deadlines are stored: messages in flight stay in flight after a restart.
 */
export function createMessageStore(context: LocalContext, find: (arn: string) => StoredQueue | undefined) {
  const { now } = context;
  const { db, transaction } = context.state;
  const insert = db.prepare(
    `INSERT INTO sqs_messages (queue, visible_at, sent_at, message_id, group_id, deduplication_id, trace_header,
       attributes, attributes_md5, body_md5, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const visible = db.prepare(
    `SELECT * FROM sqs_messages WHERE queue = ? AND visible_at <= ?
     ORDER BY visible_at, sent_at, receive_count, id LIMIT ?`,
  );
  const markReceived = db.prepare(
    `UPDATE sqs_messages SET visible_at = ?, receive_count = receive_count + 1,
       first_received_at = coalesce(first_received_at, ?) WHERE id = ?`,
  );
  const byId = db.prepare('SELECT visible_at, receive_count, group_id FROM sqs_messages WHERE id = ? AND queue = ?');
  const remove = db.prepare('DELETE FROM sqs_messages WHERE id = ?');
  const setVisibleAt = db.prepare('UPDATE sqs_messages SET visible_at = ? WHERE id = ?');
  const removeAll = db.prepare('DELETE FROM sqs_messages WHERE queue = ?');
  const nextVisible = db.prepare('SELECT min(visible_at) AS at FROM sqs_messages WHERE queue = ? AND visible_at > ?');
  const countMessages = db.prepare(
    `SELECT count(*) AS total, coalesce(sum(visible_at <= ?1), 0) AS visible,
       coalesce(sum(visible_at > ?1 AND receive_count > 0), 0) AS inFlight FROM sqs_messages WHERE queue = ?2`,
  );
  const oldest = db.prepare('SELECT min(sent_at) AS at FROM sqs_messages WHERE queue = ?');
  const inFlightMessages = db.prepare(
    'SELECT id, group_id FROM sqs_messages WHERE queue = ? AND visible_at > ? AND receive_count > 0',
  );
  const expired = db.prepare('SELECT id, group_id FROM sqs_messages WHERE queue = ? AND sent_at <= ?');
  const lastDeletion = new Map<StoredQueue, number>();

  const groups = createGroups(context);
  const inFairOrder = createFairOrder(context);
  const nextDeadline = (queue: StoredQueue) =>
    queue.isFifo
      ? groups.nextReady(queue)
      : ((nextVisible.get(queue.number, now()) as { at: number | null }).at ?? undefined);
  const visibility = createVisibilityWatch(context, nextDeadline);
  const moves = createDeadLetterMoves(context, groups, visibility.notify);

  /** Notifies listeners at `at`, or now if that has passed. */
  const notifyBy = (queue: StoredQueue, at: number) =>
    at <= now() ? visibility.notify(queue) : visibility.notifyAt(queue, at);

  function refresh(queue: StoredQueue, groupIds: Iterable<string | null>): void {
    if (!queue.isFifo) return;
    for (const groupId of new Set(groupIds)) {
      const readyAt = groupId === null ? undefined : groups.refresh(queue, groupId);
      if (readyAt !== undefined) notifyBy(queue, readyAt);
    }
  }

  function send(queue: StoredQueue, draft: Sendable): { messageId: string; sequenceNumber: string | undefined } {
    return transaction(() => {
      const earlier = queue.isFifo ? groups.recentDuplicate(queue, draft) : undefined;
      if (earlier) return { messageId: earlier.message_id, sequenceNumber: sequenceNumberOf(earlier.id) };
      const sentAt = now();
      const visibleAt = sentAt + (draft.delaySeconds ?? queue.delaySeconds) * 1000;
      const messageId = randomUUID();
      const { lastInsertRowid } = insert.run(
        queue.number,
        visibleAt,
        sentAt,
        messageId,
        draft.groupId ?? null,
        draft.deduplicationId ?? null,
        draft.traceHeader ?? null,
        draft.attributes ? JSON.stringify(draft.attributes) : null,
        draft.attributesMd5 ?? null,
        draft.bodyMd5,
        draft.body,
      );
      const id = Number(lastInsertRowid);
      if (queue.isFifo) {
        groups.join(queue, draft.groupId ?? '', visibleAt);
        groups.rememberDeduplicationId(queue, draft, messageId, id);
      }
      notifyBy(queue, visibleAt);
      return { messageId, sequenceNumber: queue.isFifo ? sequenceNumberOf(id) : undefined };
    });
  }

  function receivable(queue: StoredQueue, atMost: number): Row[] {
    const limit = Math.min(atMost, maxRowsPerQuery);
    if (queue.isFifo) return groups.receivable(queue, limit);
    return inFairOrder(queue, visible.all(queue.number, now(), limit) as Row[], limit);
  }

  /** Deletes the message after its retention period, or moves it to the dead-letter queue at `maxReceiveCount`. */
  function isDeliverable(queue: StoredQueue, row: Row, time: number): boolean {
    if (row.sent_at + queue.retentionSeconds * 1000 <= time) remove.run(row.id);
    else {
      const { deadLetter } = queue;
      const target = deadLetter && row.receive_count >= deadLetter.maxReceiveCount ? find(deadLetter.arn) : undefined;
      if (!target) return true;
      moves.moveToDeadLetterQueue(row, queue, target);
    }
    return false;
  }

  /**
   * Receives up to `max` messages with a visibility timeout of `visibilitySeconds`, and of at most `maxLength`
   * characters in total, but at least one message. Moves messages at `maxReceiveCount` to the dead-letter queue, as SQS
   * does on receive.
   */
  function receive(queue: StoredQueue, max: number, visibilitySeconds: number, maxLength = Infinity): Row[] {
    deleteExpired(queue);
    let rows = receivable(queue, max);
    if (rows.length === 0) return rows;
    return transaction(() => {
      const time = now();
      const deadline = time + visibilitySeconds * 1000;
      const received: Row[] = [];
      let length = 0;
      let isFull = false;
      while (rows.length > 0 && !isFull) {
        const touched: (string | null)[] = [];
        for (const row of rows) {
          isFull = received.length > 0 && length + estimatedLength(row) > maxLength;
          if (isFull) break;
          touched.push(row.group_id);
          if (!isDeliverable(queue, row, time)) continue;
          markReceived.run(deadline, time, row.id);
          length += estimatedLength(row);
          const receives = { receive_count: row.receive_count + 1, first_received_at: row.first_received_at ?? time };
          received.push({ ...row, ...receives });
        }
        refresh(queue, touched);
        // With a visibility timeout of 0, another query would find the same messages again.
        if (received.length >= max || (received.length > 0 && visibilitySeconds === 0)) break;
        if (!isFull) rows = receivable(queue, max - received.length);
      }
      notifyBy(queue, deadline);
      return received;
    });
  }

  /** Throws AwsError for a handle that this queue did not issue. */
  function messageOf(queue: StoredQueue, handle: string) {
    const { id, receiveCount } = readReceiptHandle(queue.number, handle);
    const row = byId.get(id, queue.number) as Pick<Row, 'visible_at' | 'receive_count' | 'group_id'> | undefined;
    return { id, row: row?.receive_count === receiveCount ? row : undefined };
  }

  /**
   * Deletes the message if the handle is of its latest receive; otherwise does nothing. Throws AwsError for a malformed
   * handle and, in a FIFO queue, after the visibility timeout.
   */
  function deleteMessage(queue: StoredQueue, handle: string): void {
    const { id, row } = messageOf(queue, handle);
    if (!row) return;
    if (queue.isFifo && row.visible_at <= now()) throw badHandle(handle, 'The receipt handle has expired');
    transaction(() => {
      remove.run(id);
      refresh(queue, [row.group_id]);
    });
  }

  /** Sets the visibility timeout of a message to `seconds` from now. Throws AwsError if it is not in flight. */
  function changeVisibility(queue: StoredQueue, handle: string, seconds: number): void {
    const { id, row } = messageOf(queue, handle);
    if (!row) throw badHandle(handle, 'Message does not exist or is not available for visibility timeout change');
    if (row.visible_at <= now()) {
      throw new AwsError('MessageNotInflight', 'The specified message is not in flight.');
    }
    const at = now() + seconds * 1000;
    transaction(() => {
      setVisibleAt.run(at, id);
      refresh(queue, [row.group_id]);
      if (!queue.isFifo) notifyBy(queue, at);
    });
  }

  /** Makes all messages in flight visible: for a queue whose receivers ended with the engine. */
  function makeInFlightVisible(queue: StoredQueue): void {
    transaction(() => {
      const rows = inFlightMessages.all(queue.number, now()) as Pick<Row, 'id' | 'group_id'>[];
      for (const { id } of rows) setVisibleAt.run(now(), id);
      refresh(
        queue,
        rows.map((row) => row.group_id),
      );
    });
  }

  function counts(queue: StoredQueue): { visible: number; inFlight: number; delayed: number } {
    deleteExpired(queue);
    const { total, visible, inFlight } = countMessages.get(now(), queue.number) as Record<
      'total' | 'visible' | 'inFlight',
      number
    >;
    return { visible, inFlight, delayed: total - visible - inFlight };
  }

  /** When the oldest message was sent, in milliseconds. */
  const oldestSentAt = (queue: StoredQueue): number | undefined =>
    (oldest.get(queue.number) as { at: number | null }).at ?? undefined;

  /** Deletes all messages, including those in flight. */
  const purge = (queue: StoredQueue) =>
    transaction(() => {
      removeAll.run(queue.number);
      groups.forgetAll(queue);
    });

  /** Moves up to `limit` visible messages to the queue that `targetOf` returns; returns their number. */
  const redrive = (queue: StoredQueue, limit: number, targetOf: (row: Row) => StoredQueue): number =>
    transaction(() => {
      const rows = receivable(queue, limit);
      for (const row of rows) moves.redrive(row, targetOf(row));
      refresh(
        queue,
        rows.map((row) => row.group_id),
      );
      return rows.length;
    });

  /** Deletes messages after their retention period, at most once a minute per queue. */
  function deleteExpired(queue: StoredQueue): void {
    const time = now();
    if (Math.abs(time - (lastDeletion.get(queue) ?? -Infinity)) < deleteExpiredEveryMs) return;
    lastDeletion.set(queue, time);
    transaction(() => {
      if (queue.isFifo) groups.forgetExpiredDeduplicationIds();
      const rows = expired.all(queue.number, time - queue.retentionSeconds * 1000) as Pick<Row, 'id' | 'group_id'>[];
      for (const { id } of rows) remove.run(id);
      refresh(
        queue,
        rows.map((row) => row.group_id),
      );
    });
  }

  return {
    send,
    receive,
    delete: deleteMessage,
    changeVisibility,
    makeInFlightVisible,
    counts,
    oldestSentAt,
    purge,
    redrive,
    watch: visibility.watch,
  };
}

/** Estimated length of a message in a Lambda event, in characters. */
const estimatedLength = ({ body, attributes }: Row): number => body.length + (attributes?.length ?? 0) + 512;

export type MessageStore = ReturnType<typeof createMessageStore>;

const badHandle = (handle: string, reason: string) =>
  invalidParameter(`Value ${handle} for parameter ReceiptHandle is invalid. Reason: ${reason}.`);
