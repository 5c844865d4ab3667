import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Permission } from '../gateway/aws-call.ts';
import type { Deliver, LocalContext, Running } from '../context.ts';
import type { FunctionConfig } from './function-config.ts';
import { type Condition, invocationRecord, type Outcome } from './invocation-record.ts';
import type { InvokeResult } from './invoke-result.ts';

type Row = {
  request_id: string;
  payload: string;
  accepted_at: number;
  attempts: number;
  throttles: number;
  outcome: string | null;
};

/** Lambda's delays before the first and the second retry of a function error. */
export const awsRetryDelaysMs: readonly [number, number] = [60_000, 120_000];
const longestThrottleDelayMs = 300_000;
/** Maximum time until a timer notices a changed test clock. */
const longestSleepMs = 100;

export type AsyncInvocations = Running & {
  /** Queues the event durably; returns its request id. */
  accept: (config: FunctionConfig, payload: string) => string;
  /** Starts no more events and waits up to `graceMs` for running ones, so that their results are stored. */
  drain: (graceMs: number) => Promise<void>;
};

type Parts = {
  functions: ReadonlyMap<string, FunctionConfig>;
  run: (config: FunctionConfig, payload: string, requestId: string) => Promise<InvokeResult>;
  /** Maximum number of concurrent events of the function. */
  concurrency: (config: FunctionConfig) => number;
  deliver: Deliver;
  authorize: (roleArn: string, permission: Permission) => 'allowed' | 'denied';
  retryDelaysMs: readonly [number, number];
};

/**
 * Lambda's queue for asynchronous invocations, in the state file. An accepted event runs at least once, also after a
 * kill of the engine. It is retried, and its outcome goes to the destination or the dead-letter queue.
 */
export function createAsyncInvocations(context: LocalContext, parts: Parts): AsyncInvocations {
  const { db } = context.state;
  db.exec(`
    CREATE TABLE IF NOT EXISTS async_invocations (
      sequence INTEGER PRIMARY KEY,
      request_id TEXT NOT NULL UNIQUE,
      function_arn TEXT NOT NULL,
      payload TEXT NOT NULL,
      accepted_at INTEGER NOT NULL,
      due_at INTEGER NOT NULL,
      attempts INTEGER NOT NULL DEFAULT 0,
      throttles INTEGER NOT NULL DEFAULT 0,
      outcome TEXT
    ) STRICT;
    CREATE INDEX IF NOT EXISTS async_invocations_due ON async_invocations (function_arn, due_at, sequence);
  `);
  const insert = db.prepare(
    'INSERT INTO async_invocations (request_id, function_arn, payload, accepted_at, due_at) VALUES (?, ?, ?, ?, ?)',
  );
  const due = db.prepare(
    'SELECT * FROM async_invocations WHERE function_arn = ? AND due_at <= ? ORDER BY due_at, sequence LIMIT ?',
  );
  const next = db.prepare('SELECT min(due_at) AS at FROM async_invocations WHERE due_at > ?');
  const count = db.prepare('SELECT count(*) AS rows FROM async_invocations');
  const retryLater = db.prepare(
    'UPDATE async_invocations SET attempts = ?, throttles = ?, due_at = ? WHERE request_id = ?',
  );
  const setOutcome = db.prepare('UPDATE async_invocations SET outcome = ? WHERE request_id = ?');
  const remove = db.prepare('DELETE FROM async_invocations WHERE request_id = ?');

  const running = new Map<string, Map<string, Promise<void>>>();
  let timer: NodeJS.Timeout | undefined;
  let scheduled: NodeJS.Immediate | undefined;
  let paused = false;
  let stopped = false;
  dropUnknown(context, parts.functions);

  /** Deferred, because `accept` may run inside a transaction, which must end first. */
  const wake = () => {
    if (!paused) scheduled ??= setImmediate(pump);
  };
  const pump = () => {
    scheduled = undefined;
    const now = context.now();
    for (const config of parts.functions.values()) runDue(config, now);
    clearTimeout(timer);
    const { at } = next.get(now) as { at: number | null };
    if (at !== null) timer = setTimeout(wake, Math.min(Math.max(at - now, 1), longestSleepMs));
  };
  const runDue = (config: FunctionConfig, now: number) => {
    const active = running.get(config.arn) ?? new Map<string, Promise<void>>();
    running.set(config.arn, active);
    const free = parts.concurrency(config) - active.size;
    if (free <= 0) return;
    const rows = due.all(config.arn, now, active.size + free) as Row[];
    for (const row of rows.filter(({ request_id: id }) => !active.has(id)).slice(0, free)) {
      const done = attempt(config, row)
        .catch((error: unknown) => context.log(`${config.name}: an asynchronous event failed: ${String(error)}`))
        .finally(() => {
          active.delete(row.request_id);
          wake();
        });
      active.set(row.request_id, done);
    }
  };

  const attempt = async (config: FunctionConfig, row: Row): Promise<void> => {
    if (row.outcome) return settle(config, row, JSON.parse(row.outcome) as Outcome);
    const expiresAt = row.accepted_at + config.async.maximumAgeSeconds * 1000;
    if (context.now() > expiresAt) return conclude(config, row, 'EventAgeExceeded', row.attempts);
    // Lambda does not invoke a disabled function.
    if (config.reservedConcurrency === 0) return conclude(config, row, 'RetriesExhausted', 0);

    const result = await parts.run(config, row.payload, row.request_id);
    // The engine ended the sandbox: the result is ignored, and the event runs again after the next start.
    if (stopped) return undefined;
    const now = context.now();
    if (result.kind === 'throttled') {
      const delay = Math.min(1000 * 2 ** row.throttles, longestThrottleDelayMs);
      retryLater.run(row.attempts, row.throttles + 1, now + delay, row.request_id);
      return undefined;
    }
    const attempts = row.attempts + 1;
    if (result.kind === 'ok') return conclude(config, row, 'Success', attempts, result);
    if (attempts > config.async.retries) return conclude(config, row, 'RetriesExhausted', attempts, result);
    const delay = parts.retryDelaysMs[row.attempts === 0 ? 0 : 1];
    retryLater.run(attempts, 0, now + delay, row.request_id);
    return undefined;
  };

  const conclude = (
    config: FunctionConfig,
    row: Row,
    condition: Condition,
    attempts: number,
    response?: InvokeResult,
  ) => {
    if (condition !== 'Success') {
      context.log(`${config.name}: event ${row.request_id} failed (${condition}, ${attempts} attempts)`);
    }
    const outcome: Outcome = { condition, attempts, at: context.now(), response };
    if (receiversOf(config, condition).length > 0) setOutcome.run(JSON.stringify(outcome), row.request_id);
    return settle(config, row, outcome);
  };
  /** Sends the outcome to the destinations, then deletes the event. As on AWS, a failed send is not retried. */
  const settle = async (config: FunctionConfig, row: Row, outcome: Outcome) => {
    const request = { requestId: row.request_id, payload: row.payload };
    for (const { arn, asRecord } of receiversOf(config, outcome.condition)) {
      try {
        const permission = { action: sendAction(arn), resource: arn };
        if (parts.authorize(config.roleArn, permission) === 'denied') {
          throw new Error(`${config.roleArn} is not allowed ${permission.action}`);
        }
        await parts.deliver(arn, asRecord ? invocationRecord(config, arn, request, outcome) : row.payload);
      } catch (error) {
        context.log(`${config.name}: could not send the outcome of ${row.request_id} to ${arn}: ${String(error)}`);
      }
    }
    if (!stopped) remove.run(row.request_id);
  };

  wake();
  return {
    accept: (config, payload) => {
      const requestId = randomUUID();
      const now = context.now();
      insert.run(requestId, config.arn, payload, now, now);
      wake();
      return requestId;
    },
    pending: () => (count.get() as { rows: number }).rows,
    drain: async (graceMs) => {
      paused = true;
      clearTimeout(timer);
      clearImmediate(scheduled);
      const active = [...running.values()].flatMap((promises) => Array.from(promises.values()));
      const timeout = new AbortController();
      const grace = sleep(graceMs, undefined, { signal: timeout.signal }).catch(() => undefined);
      await Promise.race([Promise.all(active), grace]);
      timeout.abort();
    },
    stop: async () => {
      paused = true;
      stopped = true;
      clearTimeout(timer);
      clearImmediate(scheduled);
    },
  };
}

/** A dead-letter queue receives the event, a destination the invocation record; a function may have both. */
function receiversOf({ async, deadLetterArn }: FunctionConfig, condition: Condition) {
  const destination = condition === 'Success' ? async.onSuccess : async.onFailure;
  const receivers: { arn: string; asRecord: boolean }[] = [];
  if (destination) receivers.push({ arn: destination, asRecord: true });
  if (condition !== 'Success' && deadLetterArn) receivers.push({ arn: deadLetterArn, asRecord: false });
  return receivers;
}

function sendAction(arn: string): string {
  if (arn.startsWith('arn:aws:sqs:')) return 'sqs:SendMessage';
  return arn.startsWith('arn:aws:lambda:') ? 'lambda:InvokeFunction' : 'events:PutEvents';
}

/** Deletes events of functions that the template no longer has. */
function dropUnknown({ state, log }: LocalContext, functions: ReadonlyMap<string, FunctionConfig>): void {
  const arns = state.db.prepare('SELECT DISTINCT function_arn AS arn FROM async_invocations').all() as {
    arn: string;
  }[];
  for (const { arn } of arns.filter((row) => !functions.has(row.arn))) {
    const { changes } = state.db.prepare('DELETE FROM async_invocations WHERE function_arn = ?').run(arn);
    log(`${arn} is not in the template; deleted ${changes} queued events`);
  }
}
