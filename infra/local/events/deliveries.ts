import type { LocalContext, Running } from '../context.ts';
import { type Failure, failureOf } from './dead-letter.ts';

/** One payload on its way to one target, as it is kept while it cannot be delivered. */
export type Delivery = {
  targetArn: string;
  /** What the target receives: JSON text. */
  payload: string;
  /** The event as it came, which a dead letter holds where the payload was made from it. */
  original?: string;
  messageGroupId?: string;
  /** The rule or schedule that sends it. */
  senderArn: string;
  /** The role that it is sent under; without one the target's own policy decides. */
  roleArn?: string;
  maximumRetryAttempts: number;
  maximumAgeSeconds: number;
  deadLetterArn?: string;
  /** When a schedule meant to fire, in ms since the epoch, and the id of that firing. */
  occurrence?: { at: number; executionId: string };
};

/** Why and after what a delivery is given up. `retries` does not count the first attempt. */
export type DeliveryFailure = Failure & {
  retries: number;
  exhausted?: 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';
};

type Parts = {
  /** Whose deliveries these are: rows of others are not touched. */
  owner: string;
  /** Tries once; `attempt` counts from 1. Rejects with AwsError when the target refuses or is not there. */
  send: (delivery: Delivery, attempt: number) => Promise<void>;
  /** Hands what cannot be delivered to its dead-letter queue; it is forgotten once this resolves. */
  sendToDeadLetterQueue: (delivery: Delivery, reason: DeliveryFailure) => Promise<void>;
};

type Deliveries = Running & {
  /**
   * Tries all at once and resolves when each is with its target or kept for a retry. Targets in this process take
   * theirs in one commit, and nothing else is written for those that arrive.
   */
  deliver: (deliveries: Delivery[]) => Promise<void>;
  /** Keeps them, as part of the caller's transaction, and tries soon after. */
  keep: (deliveries: Delivery[]) => void;
};

type Row = { id: number; delivery: string; attempts: number; created_at: number };

/** The clock may be moved under us, so nothing sleeps longer than this. */
const longestSleepMs = 1000;
const longestBackoffMs = 480_000;
const attemptsAtOnce = 20;

/**
 * Deliveries with retries: exponential backoff with jitter until the policy of each is exhausted. What waits is in the
 * state file, so that a retry survives the death of the process.
 */
export function createDeliveries(context: LocalContext, { owner, send, sendToDeadLetterQueue }: Parts): Deliveries {
  const { state, now, log } = context;
  const rows = openRows(context, owner);
  const inFlight = new Map<number, Promise<void>>();
  let delivering = 0;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  async function attempt(row: Row): Promise<void> {
    const delivery: Delivery = JSON.parse(row.delivery);
    try {
      await send(delivery, row.attempts + 1);
      rows.remove(row.id);
    } catch (error) {
      await failed(row, delivery, error);
    }
  }

  async function failed(row: Row, delivery: Delivery, error: unknown): Promise<void> {
    const retries = row.attempts;
    const reason: DeliveryFailure = { ...failureOf(error), retries };
    log(`${delivery.senderArn} could not deliver to ${delivery.targetArn}: ${reason.code}: ${reason.message}`);
    if (retries >= delivery.maximumRetryAttempts) reason.exhausted = 'MaximumRetryAttempts';
    else if (now() - row.created_at >= delivery.maximumAgeSeconds * 1000) reason.exhausted = 'MaximumEventAgeInSeconds';
    if (!reason.isFinal && !reason.exhausted) return rows.postpone(row.id, retries + 1, now() + backoffMs(retries));
    try {
      await sendToDeadLetterQueue(delivery, reason);
      rows.remove(row.id);
    } catch (deadLetterError) {
      const { isFinal, message } = failureOf(deadLetterError);
      log(`${delivery.senderArn} could not use its dead-letter queue: ${message}`);
      // As on AWS, what neither the target nor the dead-letter queue can ever take is dropped.
      if (isFinal) rows.remove(row.id);
      else rows.postpone(row.id, retries, now() + longestSleepMs);
    }
  }

  function track(id: number, work: Promise<void>): Promise<void> {
    const tracked = work
      // What fails here is the state file itself; the row stays and is tried again.
      .catch((error: unknown) => log(`A delivery could not be settled: ${String(error)}`))
      .finally(() => {
        inFlight.delete(id);
        plan();
      });
    inFlight.set(id, tracked);
    return tracked;
  }

  function tick(): void {
    const due = rows.due(attemptsAtOnce + inFlight.size).filter(({ id }) => !inFlight.has(id));
    for (const row of due.slice(0, attemptsAtOnce - inFlight.size)) void track(row.id, attempt(row));
    plan();
  }

  function plan(): void {
    clearTimeout(timer);
    const next = stopped || !state.db.isOpen ? null : rows.nextDue();
    if (next === null) return;
    // Rows in flight are due as well: their end plans again, so meanwhile a look now and then is enough.
    const shortestMs = inFlight.size > 0 ? 50 : 0;
    timer = setTimeout(tick, Math.min(Math.max(next - now(), shortestMs), longestSleepMs));
  }

  plan();
  return {
    deliver: async (deliveries) => {
      delivering += deliveries.length;
      try {
        // The part of `send` before its first await runs inside the transaction: one commit for all.
        const sent = state.transaction(() => deliveries.map((delivery) => send(delivery, 1)));
        const results = await Promise.allSettled(sent);
        for (const [index, delivery] of deliveries.entries()) {
          const result = results[index];
          if (result?.status !== 'rejected') continue;
          const row = rows.insert(delivery);
          await track(row.id, failed(row, delivery, result.reason));
        }
      } finally {
        delivering -= deliveries.length;
      }
    },
    keep: (deliveries) => {
      for (const delivery of deliveries) rows.insert(delivery);
      // After the caller's transaction.
      setImmediate(plan);
    },
    pending: () => delivering + (state.db.isOpen ? rows.count() : 0),
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await Promise.all(inFlight.values());
    },
  };
}

/** Half of it fixed, half by chance, so that what failed together does not return together. */
const backoffMs = (retries: number) =>
  Math.min(1000 * 2 ** Math.min(retries, 20), longestBackoffMs) * (0.5 + Math.random() / 2);

function openRows({ state: { db }, now }: LocalContext, owner: string) {
  db.exec(`
    CREATE TABLE IF NOT EXISTS deliveries (
      id INTEGER PRIMARY KEY,
      owner TEXT NOT NULL,
      delivery TEXT NOT NULL,
      attempts INTEGER NOT NULL DEFAULT 0,
      created_at INTEGER NOT NULL,
      due_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (owner, due_at);
  `);
  const insert = db.prepare('INSERT INTO deliveries (owner, delivery, created_at, due_at) VALUES (?, ?, ?, ?)');
  const due = db.prepare(
    'SELECT id, delivery, attempts, created_at FROM deliveries WHERE owner = ? AND due_at <= ? ORDER BY due_at LIMIT ?',
  );
  const summary = db.prepare('SELECT min(due_at) AS next, count(*) AS count FROM deliveries WHERE owner = ?');
  const postpone = db.prepare('UPDATE deliveries SET attempts = ?, due_at = ? WHERE id = ?');
  const remove = db.prepare('DELETE FROM deliveries WHERE id = ?');
  const summarise = () => summary.get(owner) as { next: number | null; count: number };
  return {
    insert: (delivery: Delivery): Row => {
      const text = JSON.stringify(delivery);
      const at = now();
      const { lastInsertRowid } = insert.run(owner, text, at, at);
      return { id: Number(lastInsertRowid), delivery: text, attempts: 0, created_at: at };
    },
    due: (limit: number) => due.all(owner, now(), limit) as Row[],
    nextDue: () => summarise().next,
    count: () => summarise().count,
    postpone: (id: number, attempts: number, dueAt: number): void => {
      postpone.run(attempts, Math.round(dueAt), id);
    },
    remove: (id: number): void => {
      remove.run(id);
    },
  };
}
