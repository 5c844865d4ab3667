import type { LocalContext } from '../context.ts';
import type { StoredQueue } from './store.ts';
import type { Row } from './tables.ts';

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html
const noisyShare = 0.1;
const noisyMessages = 30;

/**
 * Fair order of a standard queue: messages of a tenant (`MessageGroupId`) with many messages in flight come after those of
 * other tenants, the tenants with fewer messages in flight first. Messages without a group are first once they are among
 * the oldest. SQS also measures the time for which a tenant's messages are processed; this engine does not.
 */
export function createFairOrder({ state, now }: LocalContext) {
  const { db } = state;
  const inFlight = db.prepare(
    `SELECT group_id AS groupId, count(*) AS messages FROM sqs_messages
     WHERE queue = ? AND visible_at > ? AND receive_count > 0 GROUP BY group_id`,
  );
  /** Reads one entry per group, however many messages a group has. */
  const groups = db.prepare(
    `WITH RECURSIVE each(id) AS (
       SELECT min(group_id) FROM sqs_messages WHERE queue = ?1 AND group_id IS NOT NULL
       UNION ALL SELECT (SELECT min(group_id) FROM sqs_messages WHERE queue = ?1 AND group_id > each.id) FROM each
         WHERE each.id IS NOT NULL)
     SELECT id FROM each WHERE id IS NOT NULL`,
  );
  const ofGroup = db.prepare(
    'SELECT * FROM sqs_messages WHERE queue = ? AND group_id = ? AND visible_at <= ? ORDER BY id LIMIT ?',
  );

  /** The groups that use more than their share of the consumers, the smallest first. */
  function noisyGroups({ number }: StoredQueue): string[] {
    const counts = inFlight.all(number, now()) as { groupId: string | null; messages: number }[];
    const total = counts.reduce((sum, { messages }) => sum + messages, 0);
    return counts
      .filter(({ messages }) => messages >= noisyMessages && messages > noisyShare * total)
      .toSorted((a, b) => a.messages - b.messages)
      .flatMap(({ groupId }) => groupId ?? []);
  }

  /** Up to `limit` of the visible messages; `rows` are the first of them by time. */
  return (queue: StoredQueue, rows: Row[], limit: number): Row[] => {
    if (rows.every((row) => row.group_id === null)) return rows;
    const noisy = noisyGroups(queue);
    if (!rows.some((row) => row.group_id !== null && noisy.includes(row.group_id))) return rows;
    const all = (groups.all(queue.number) as { id: string }[]).map(({ id }) => id);
    const ordered = rows.filter((row) => row.group_id === null);
    for (const group of [...all.filter((id) => !noisy.includes(id)), ...noisy]) {
      if (ordered.length >= limit) break;
      ordered.push(...(ofGroup.all(queue.number, group, now(), limit - ordered.length) as Row[]));
    }
    return ordered;
  };
}
