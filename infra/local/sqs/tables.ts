import type { LocalContext } from '../context.ts';

/**
 * Tables of the queues. `visible_at` (ms) is the end of the delay or of the visibility timeout, or the send time. A
 * message with a future `visible_at` and `receive_count > 0` is in flight. `carried_receives` is the receive count from
 * the source queue of a dead letter: receivers see the sum; the redrive policy uses `receive_count` only. `ready_at` is
 * the time from which messages of a FIFO group can be received.
 */
const schema = `
  CREATE TABLE IF NOT EXISTS sqs_queues (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS sqs_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue INTEGER NOT NULL,
    visible_at INTEGER NOT NULL,
    sent_at INTEGER NOT NULL,
    receive_count INTEGER NOT NULL DEFAULT 0,
    carried_receives INTEGER NOT NULL DEFAULT 0,
    first_received_at INTEGER,
    message_id TEXT NOT NULL,
    group_id TEXT,
    deduplication_id TEXT,
    trace_header TEXT,
    source_arn TEXT,
    attributes TEXT,
    attributes_md5 TEXT,
    body_md5 TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS sqs_messages_by_visibility ON sqs_messages (queue, visible_at, sent_at, receive_count);
  CREATE INDEX IF NOT EXISTS sqs_messages_by_group ON sqs_messages (queue, group_id, id) WHERE group_id IS NOT NULL;
  CREATE TABLE IF NOT EXISTS sqs_groups (
    queue INTEGER NOT NULL, group_id TEXT NOT NULL, ready_at INTEGER NOT NULL, PRIMARY KEY (queue, group_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sqs_groups_by_readiness ON sqs_groups (queue, ready_at);
  CREATE TABLE IF NOT EXISTS sqs_deduplication (
    queue INTEGER NOT NULL, scope TEXT NOT NULL, deduplication_id TEXT NOT NULL, message_id TEXT NOT NULL,
    id INTEGER NOT NULL, ends_at INTEGER NOT NULL, PRIMARY KEY (queue, scope, deduplication_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sqs_deduplication_by_end ON sqs_deduplication (ends_at);
  CREATE TABLE IF NOT EXISTS sqs_move_tasks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, source_arn TEXT NOT NULL, destination_arn TEXT, per_second INTEGER,
    status TEXT NOT NULL, started_at INTEGER NOT NULL, moved INTEGER NOT NULL, to_move INTEGER NOT NULL, failure TEXT
  ) STRICT`;

/** A stored message. */
export type Row = {
  id: number;
  queue: number;
  visible_at: number;
  sent_at: number;
  receive_count: number;
  carried_receives: number;
  first_received_at: number | null;
  message_id: string;
  group_id: string | null;
  deduplication_id: string | null;
  trace_header: string | null;
  source_arn: string | null;
  attributes: string | null;
  attributes_md5: string | null;
  body_md5: string;
  body: string;
};

/** Creates missing tables. The returned function returns a queue's number (its key in the rows) and creation time. */
export function openQueueTables({ state, now }: LocalContext): (name: string) => { number: number; createdAt: number } {
  state.db.exec(schema);
  const add = state.db.prepare('INSERT INTO sqs_queues (name, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING');
  const find = state.db.prepare('SELECT number, created_at AS createdAt FROM sqs_queues WHERE name = ?');
  return (name) => {
    add.run(name, now());
    return find.get(name) as { number: number; createdAt: number };
  };
}
