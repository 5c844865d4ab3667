import { randomUUID } from 'node:crypto';
import { AwsError } from '../gateway/aws-call.ts';
import type { LocalContext } from '../context.ts';
import { createGroups } from './fifo.ts';
import { invalidParameter, type Sendable } from './message.ts';
import type { Queue } from './queue.ts';
import { readReceiptHandle } from './receipt-handle.ts';
import type { Row } from './tables.ts';
import { createDeadLetterMoves } from './dead-letters.ts';
import { createVisibilityWatch } from './visibility-watch.ts';

export type StoredQueue = Queue & { number: number; createdAt: number };

/** Most messages that one query of a receive reads, which bounds what bodies of 1 MiB markReceived in memory. */
const chunk = 50;
const housekeepingMs = 60_000;

/** Sequence numbers rise through a FIFO queue's life; 20 digits, as SQS gives them. */
export const sequenceNumberOf = (id: number): string => (18_800_000_000_000_000_000n + BigInt(id) * 256n).toString();

/**
 * Messages in SQLite. Every change is durable when the call returns, or when the transaction around it commits. Times
 * are the context's clock; deadlines are stored, so a restart finds messages in flight as they were.
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
  const inFlightMessages = db.prepare(
    'SELECT id, group_id FROM sqs_messages WHERE queue = ? AND visible_at > ? AND receive_count > 0',
  );
  const expired = db.prepare('SELECT id, group_id FROM sqs_messages WHERE queue = ? AND sent_at <= ?');
  const lastHousekeeping = new Map<StoredQueue, number>();

  const groups = createGroups(context);
  const nextDeadline = (queue: StoredQueue) =>
    queue.isFifo
      ? groups.nextReady(queue)
      : ((nextVisible.get(queue.number, now()) as { at: number | null }).at ?? undefined);
  const visibility = createVisibilityWatch(context, nextDeadline);
  const moves = createDeadLetterMoves(context, groups, visibility.notify);

  /** Hides messages until `at`, or visibility who waits for them when that is now. */
  const notifyBy = (queue: StoredQueue, at: number) => (at <= now() ? visibility.notify(queue) : visibility.notifyAt(queue, at));

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

  const receivable = (queue: StoredQueue, limit: number): Row[] =>
    queue.isFifo
      ? groups.receivable(queue, Math.min(limit, chunk))
      : (visible.all(queue.number, now(), Math.min(limit, chunk)) as Row[]);

  /** Drops what is past its retention and buries what was received too often; whether the message may go out. */
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
   * Up to `max` messages, hidden from others for `visibilitySeconds`; stops before their texts exceed `maxLength`
   * characters, though never with nothing. Dead letters are moved here, as SQS does.
   */
  function receive(queue: StoredQueue, max: number, visibilitySeconds: number, maxLength = Infinity): Row[] {
    housekeep(queue);
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
          isFull = received.length > 0 && length + weightOf(row) > maxLength;
          if (isFull) break;
          touched.push(row.group_id);
          if (!isDeliverable(queue, row, time)) continue;
          markReceived.run(deadline, time, row.id);
          length += weightOf(row);
          const receives = { receive_count: row.receive_count + 1, first_received_at: row.first_received_at ?? time };
          received.push({ ...row, ...receives });
        }
        refresh(queue, touched);
        // With a visibility timeout of 0 the same messages would be found again.
        if (received.length >= max || (received.length > 0 && visibilitySeconds === 0)) break;
        if (!isFull) rows = receivable(queue, max - received.length);
      }
      notifyBy(queue, deadline);
      return received;
    });
  }

  /** Throws AwsError for a handle that this queue never gave. */
  function messageOf(queue: StoredQueue, handle: string) {
    const { id, receiveCount } = readReceiptHandle(queue.number, handle);
    const row = byId.get(id, queue.number) as Pick<Row, 'visible_at' | 'receive_count' | 'group_id'> | undefined;
    return { id, row: row?.receive_count === receiveCount ? row : undefined };
  }

  /**
   * Deletes the message if the handle is of its latest receive; of an older one, or twice, it changes nothing. Throws
   * AwsError for a malformed handle and, in a FIFO queue, for one whose visibility timeout has ended.
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

  /** Hides a message in flight for `seconds` from now, 0 to show it. Throws AwsError when it is not in flight. */
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

  /** Shows every message in flight at once: for a queue whose receivers died with the engine. */
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
    housekeep(queue);
    const { total, visible, inFlight } = countMessages.get(now(), queue.number) as Record<
      'total' | 'visible' | 'inFlight',
      number
    >;
    return { visible, inFlight, delayed: total - visible - inFlight };
  }

  /** Forgets every message, in flight or not. */
  const purge = (queue: StoredQueue) =>
    transaction(() => {
      removeAll.run(queue.number);
      groups.forgetAll(queue);
    });

  /** Moves up to `limit` visible messages to the queue that `targetOf` names; returns how many. */
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

  /** Once a minute per queue, so that what nobody receives ends too. */
  function housekeep(queue: StoredQueue): void {
    const time = now();
    if (Math.abs(time - (lastHousekeeping.get(queue) ?? -Infinity)) < housekeepingMs) return;
    lastHousekeeping.set(queue, time);
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

  return { send, receive, delete: deleteMessage, changeVisibility, makeInFlightVisible, counts, purge, redrive, watch: visibility.watch };
}

/** Characters that a message is in an event, roughly: its texts and what is around them. */
const weightOf = ({ body, attributes }: Row): number => body.length + (attributes?.length ?? 0) + 512;

export type MessageStore = ReturnType<typeof createMessageStore>;

const badHandle = (handle: string, reason: string) =>
  invalidParameter(`Value ${handle} for parameter ReceiptHandle is invalid. Reason: ${reason}.`);
