import type { LocalContext, Running } from '../context.ts';
import { type Failure, failureOf } from './dead-letter.ts';

/** A payload for a target, as stored until it is delivered. */
export type Delivery = {
  targetArn: string;
  /** What the target receives: JSON text. */
  payload: string;
  /** The original event for the dead letter, if the payload is a transformed one. */
  original?: string;
  messageGroupId?: string;
  /** The rule or schedule that sends it. */
  senderArn: string;
  /** Role for the call. Without it, the target's resource policy must allow the call. */
  roleArn?: string;
  maximumRetryAttempts: number;
  maximumAgeSeconds: number;
  deadLetterArn?: string;
  /** Scheduled time in ms since the epoch, and the execution id. */
  occurrence?: { at: number; executionId: string };
};

/** The final failure of a delivery. `retries` does not count the first attempt. */
export type DeliveryFailure = Failure & {
  retries: number;
  exhausted?: 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';
};

type Parts = {
  /** Key of the owner's rows in the table. */
  owner: string;
  /** One attempt; `attempt` counts from 1. Rejects with AwsError if the target refuses or does not exist. */
  send: (delivery: Delivery, attempt: number) => Promise<void>;
  /** Sends a failed delivery to its dead-letter queue; its row is deleted afterwards. */
  sendToDeadLetterQueue: (delivery: Delivery, reason: DeliveryFailure) => Promise<void>;
};

type Deliveries = Running & {
  /**
   * Attempts all deliveries concurrently; resolves when each is done or stored for a retry. Deliveries to targets in
   * this process are one commit; only failed deliveries are stored.
   */
  deliver: (deliveries: Delivery[]) => Promise<void>;
  /** Stores the deliveries in the caller's transaction; attempts follow. */
  keep: (deliveries: Delivery[]) => void;
};

type Row = { id: number; delivery: string; attempts: number; created_at: number };

/** Maximum time until a timer notices a changed test clock. */
const longestSleepMs = 1000;
const longestBackoffMs = 480_000;
const attemptsAtOnce = 20;

/**
 * Deliveries with retries: exponential backoff with jitter until the retry policy is exhausted. Pending deliveries are
 * in the state file, so that a kill of the process does not lose them.
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
      await handleFailure(row, delivery, error);
    }
  }

  async function handleFailure(row: Row, delivery: Delivery, error: unknown): Promise<void> {
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
      log(`${delivery.senderArn} could not send to its dead-letter queue: ${message}`);
      // As on AWS, an event is discarded if the dead-letter queue refuses it permanently.
      if (isFinal) rows.remove(row.id);
      else rows.postpone(row.id, retries, now() + longestSleepMs);
    }
  }

  function track(id: number, work: Promise<void>): Promise<void> {
    const tracked = work
      // The state file failed: the row stays and is retried.
      .catch((error: unknown) => log(`The result of a delivery could not be stored: ${String(error)}`))
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
    // Rows in flight are due as well. `plan` runs again at their end, so a longer interval is sufficient.
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
          await track(row.id, handleFailure(row, delivery, result.reason));
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

/** Half of the backoff is fixed and half is random, which spreads retries. */
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
