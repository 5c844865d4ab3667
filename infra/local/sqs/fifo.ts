import type { LocalContext } from '../context.ts';
import type { Sendable } from './message.ts';
import type { Row } from './tables.ts';
import type { StoredQueue } from './store.ts';

const deduplicationMs = 5 * 60_000;

const scopeOf = (queue: StoredQueue, groupId: string) =>
  queue.deduplicationScope === 'queue' ? '' : `group ${groupId}`;

/** State of FIFO queues besides messages: message groups and deduplication ids. */
export function createGroups({ state, now }: LocalContext) {
  const { db } = state;
  const join = db.prepare('INSERT INTO sqs_groups (queue, group_id, ready_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const place = db.prepare('UPDATE sqs_groups SET ready_at = ?3 WHERE queue = ?1 AND group_id = ?2');
  const leave = db.prepare('DELETE FROM sqs_groups WHERE queue = ? AND group_id = ?');
  const ready = db.prepare(
    'SELECT group_id FROM sqs_groups WHERE queue = ? AND ready_at <= ? ORDER BY ready_at LIMIT ?',
  );
  const next = db.prepare('SELECT min(ready_at) AS at FROM sqs_groups WHERE queue = ? AND ready_at > ?');
  const oldest = db.prepare('SELECT * FROM sqs_messages WHERE queue = ? AND group_id = ? ORDER BY id LIMIT ?');
  const order = db.prepare(
    'SELECT visible_at, receive_count FROM sqs_messages WHERE queue = ? AND group_id = ? ORDER BY id',
  );
  const forgetAll = db.prepare('DELETE FROM sqs_groups WHERE queue = ?');
  const seen = db.prepare(
    'SELECT message_id, id FROM sqs_deduplication WHERE queue = ? AND scope = ? AND deduplication_id = ? AND ends_at > ?',
  );
  const remember = db.prepare('INSERT OR REPLACE INTO sqs_deduplication VALUES (?, ?, ?, ?, ?, ?)');
  const forgetSeen = db.prepare('DELETE FROM sqs_deduplication WHERE ends_at <= ?');

  return {
    /** Does nothing for a group that has messages: the new one comes after them. */
    join: (queue: StoredQueue, groupId: string, visibleAt: number) => void join.run(queue.number, groupId, visibleAt),

    /** Up to `limit` receivable messages: in order within a group, messages of a group together. */
    receivable(queue: StoredQueue, limit: number): Row[] {
      const moment = now();
      const rows: Row[] = [];
      for (const { group_id: groupId } of ready.all(queue.number, moment, limit) as { group_id: string }[]) {
        const group = oldest.all(queue.number, groupId, limit - rows.length) as Row[];
        const hidden = group.findIndex((row) => row.visible_at > moment);
        rows.push(...(hidden === -1 ? group : group.slice(0, hidden)));
        if (rows.length >= limit) break;
      }
      return rows;
    },

    /**
     * Recomputes when the group is ready: its oldest message is visible, and no message is in flight. Messages which
     * were received before are the oldest, because messages are received in order.
     */
    refresh(queue: StoredQueue, groupId: string): number | undefined {
      let readyAt: number | undefined;
      for (const row of order.iterate(queue.number, groupId) as Iterable<Pick<Row, 'visible_at' | 'receive_count'>>) {
        if (readyAt !== undefined && row.receive_count === 0) break;
        readyAt = Math.max(readyAt ?? 0, row.visible_at);
      }
      if (readyAt === undefined) leave.run(queue.number, groupId);
      else place.run(queue.number, groupId, readyAt);
      return readyAt;
    },

    nextReady: (queue: StoredQueue) => (next.get(queue.number, now()) as { at: number | null }).at ?? undefined,
    forgetAll: (queue: StoredQueue) => void forgetAll.run(queue.number),

    /** The message with the same deduplication id in the last five minutes, also if it has been deleted. */
    recentDuplicate(queue: StoredQueue, { groupId = '', deduplicationId = '' }: Sendable) {
      return seen.get(queue.number, scopeOf(queue, groupId), deduplicationId, now()) as
        { message_id: string; id: number } | undefined;
    },

    rememberDeduplicationId(
      queue: StoredQueue,
      { groupId = '', deduplicationId = '' }: Sendable,
      messageId: string,
      id: number,
    ): void {
      const endsAt = now() + deduplicationMs;
      remember.run(queue.number, scopeOf(queue, groupId), deduplicationId, messageId, id, endsAt);
    },

    forgetExpiredDeduplicationIds: () => void forgetSeen.run(now()),
  };
}

export type Groups = ReturnType<typeof createGroups>;
