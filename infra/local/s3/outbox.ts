import { setTimeout as sleep } from 'node:timers/promises';
import type { Deliver, LocalContext, Running } from '../context.ts';

type Waiting = { id: number; arn: string; payload: string };

const firstRetryMs = 200;
const longestRetryMs = 10_000;

/**
 * Outbox of notifications, sent in order. `add` stores one in the caller's transaction; `send` sends all stored ones,
 * including those from before a restart. A refused notification is retried until the receiver accepts it.
 */
export function openOutbox({ state, log }: LocalContext, deliver: Deliver) {
  const { db } = state;
  db.exec(
    'CREATE TABLE IF NOT EXISTS s3_notifications (id INTEGER PRIMARY KEY, arn TEXT NOT NULL, payload TEXT NOT NULL)',
  );
  const insert = db.prepare('INSERT INTO s3_notifications (arn, payload) VALUES (?, ?)');
  const next = db.prepare('SELECT id, arn, payload FROM s3_notifications ORDER BY id LIMIT 1');
  const remove = db.prepare('DELETE FROM s3_notifications WHERE id = ?');
  const count = db.prepare('SELECT COUNT(*) AS waiting FROM s3_notifications');
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<void> | undefined;

  const run = async (): Promise<void> => {
    let refusals = 0;
    while (!signal.aborted) {
      const waiting = next.get() as Waiting | undefined;
      if (!waiting) return;
      try {
        await deliver(waiting.arn, waiting.payload);
        if (db.isOpen) remove.run(waiting.id);
        refusals = 0;
      } catch (error) {
        log(`S3 cannot notify ${waiting.arn}: ${String(error)}`);
        await sleep(Math.min(longestRetryMs, firstRetryMs * 2 ** refusals), undefined, { signal }).catch(() => {});
        refusals += 1;
      }
    }
  };

  return {
    add: (arn: string, payload: unknown) => void insert.run(arn, JSON.stringify(payload)),
    send: (): void => {
      running ??= run().finally(() => {
        running = undefined;
      });
    },
    pending: () => (signal.aborted ? 0 : (count.get() as { waiting: number }).waiting),
    stop: async () => {
      stopping.abort();
      await running;
    },
  } satisfies Running & Record<string, unknown>;
}
