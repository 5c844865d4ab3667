import type { LocalContext, Running } from '../../context.ts';
import { type InvokeResult, maxSyncBytes } from '../../lambda/invoke-result.ts';
import { passes, recordOf, reportedFailures } from './queue-batch.ts';
import type { QueueMapping } from './queue-mapping-config.ts';
import type { QueueMessage } from '../responses.ts';
import { callAt } from '../visibility-watch.ts';
import type { Queues } from '../sqs.ts';

export type Invoke = (arn: string, payload: string) => Promise<InvokeResult>;

export type Poller = Omit<Running, 'pending'> & {
  /** Delivers what waits for the end of a batching window, as far as the concurrency allows. */
  endWindow: () => void;
};

/**
 * A received message of a batch that is not full yet. `json` is its record, `bytes` the record's size in the payload,
 * `receivedAt` the time of its first receive for this batch, `invisibleUntil` the end of its visibility timeout.
 */
type PendingMessage = {
  message: QueueMessage;
  json: string;
  bytes: number;
  receivedAt: number;
  invisibleUntil: number;
};

/**
 * Maximum bytes per character in JSON. With this estimate, the messages of one receive always fit into one batch, so
 * that a FIFO group is never split over two concurrent batches.
 */
const bytesPerCharacter = 3;
const envelopeBytes = '{"Records":[]}'.length;
const firstBackoffMs = 100;
const longestBackoffMs = 5000;
const stopGraceMs = 5000;

/**
 * Polls a queue for a function as Lambda does. It receives only while the concurrency allows another invocation. It
 * invokes the function when the batch is full, at the end of the batching window, or at 6 MB.
 */
export function startPoller(
  context: LocalContext,
  mapping: QueueMapping,
  { queues, invoke }: { queues: Queues; invoke: Invoke },
): Poller {
  const { queue, batchSize, windowSeconds } = mapping;
  const visibilityMs = queue.visibilityTimeoutSeconds * 1000;
  const { db } = context.state;
  const pending = new Map<string, PendingMessage>();
  const running = new Set<Promise<void>>();
  const sleepers = new Set<() => void>();
  let allowed = mapping.concurrency;
  let phase: 'running' | 'stopping' | 'abandoned' = 'running';
  let cancelWindow: (() => void) | undefined;
  let windowEnds = false;

  function pump(): void {
    cancelWindow?.();
    cancelWindow = undefined;
    if (phase !== 'running' || !db.isOpen) return;
    while (running.size < allowed) {
      fill();
      if (dropExpired()) fill();
      const batch = takeBatch();
      if (!batch) return;
      const invocation = deliver(batch).finally(() => {
        running.delete(invocation);
        pump();
      });
      running.add(invocation);
    }
  }

  /** Receives until the batch is full or the queue is empty. Deletes messages that match no filter. */
  function fill(): void {
    while (pending.size < batchSize) {
      const room = (maxSyncBytes - pendingBytes()) / bytesPerCharacter;
      if (room <= 0) return;
      const messages = queues.receive(queue.arn, batchSize - pending.size, undefined, room);
      if (messages.length === 0) return;
      const rejected = messages.filter((message) => !addToBatch(message));
      if (rejected.length > 0) {
        queues.delete(
          queue.arn,
          rejected.map(({ receiptHandle }) => receiptHandle),
        );
      }
    }
  }

  /** False if no filter matches. A message received again replaces its earlier receive. */
  function addToBatch(message: QueueMessage): boolean {
    const record = recordOf(message, queue.arn, context.template.region);
    if (!passes(mapping.filters, record)) return false;
    const json = JSON.stringify(record);
    const receivedAt = pending.get(message.messageId)?.receivedAt ?? context.now();
    const invisibleUntil = context.now() + visibilityMs;
    pending.set(message.messageId, { message, json, bytes: Buffer.byteLength(json) + 1, receivedAt, invisibleUntil });
    return true;
  }

  /** Drops messages whose visibility timeout has ended: another receiver may have them. */
  function dropExpired(): boolean {
    const expired = [...pending.values()].filter(({ invisibleUntil }) => invisibleUntil <= context.now());
    for (const { message } of expired) pending.delete(message.messageId);
    return expired.length > 0;
  }

  const pendingBytes = () => pending.values().reduce((sum, { bytes }) => sum + bytes, envelopeBytes);

  /** The next batch if it is due; otherwise sets a timer for the end of its window. */
  function takeBatch(): PendingMessage[] | undefined {
    const batch: PendingMessage[] = [];
    let bytes = envelopeBytes;
    for (const each of pending.values()) {
      if (batch.length === batchSize || bytes + each.bytes > maxSyncBytes) break;
      batch.push(each);
      bytes += each.bytes;
    }
    const [first] = batch;
    if (!first) return undefined;
    const isFull = batch.length === batchSize || batch.length < pending.size;
    const windowEnd = first.receivedAt + windowSeconds * 1000;
    if (!isFull && !windowEnds && context.now() < windowEnd) {
      cancelWindow = callAt(context, windowEnd, pump);
      return undefined;
    }
    for (const { message } of batch) pending.delete(message.messageId);
    return batch;
  }

  async function deliver(batch: PendingMessage[]): Promise<void> {
    const payload = `{"Records":[${batch.map(({ json }) => json).join(',')}]}`;
    const result = await invokeUntil(batch, payload);
    if (phase === 'abandoned' || !db.isOpen) return;
    if (result.kind === 'throttled') {
      if (phase === 'stopping') release(batch);
      return;
    }
    allowed = Math.min(allowed + 1, mapping.concurrency);
    if (result.kind === 'error') {
      context.log(
        `${mapping.functionName} failed for ${batch.length} messages of ${queue.name}, which become visible again after ` +
          `the visibility timeout: ${result.errorType}: ${result.errorMessage}`,
      );
      return;
    }
    const done = processedOf(batch, result.payload);
    queues.delete(
      queue.arn,
      done.map(({ message }) => message.receiptHandle),
    );
  }

  /**
   * Retries a throttled batch with reduced concurrency until its visibility timeout ends.
   * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
   */
  async function invokeUntil(batch: PendingMessage[], payload: string): Promise<InvokeResult> {
    const invisibleUntil = batch.reduce((earliest, each) => Math.min(earliest, each.invisibleUntil), Infinity);
    for (let backoffMs = firstBackoffMs; ; backoffMs = Math.min(backoffMs * 2, longestBackoffMs)) {
      const result = await invoke(mapping.functionArn, payload).catch(failureOf);
      if (result.kind !== 'throttled') return result;
      allowed = Math.max(1, allowed - 1);
      const retryAt = context.now() + backoffMs;
      if (retryAt >= invisibleUntil || phase !== 'running') return result;
      await sleepUntil(retryAt);
      // A test may have set the clock forward.
      if (context.now() >= invisibleUntil) return result;
    }
  }

  const sleepUntil = (at: number) =>
    new Promise<void>((resolve) => {
      const wake = () => {
        cancel();
        sleepers.delete(wake);
        resolve();
      };
      const cancel = callAt(context, at, wake);
      sleepers.add(wake);
    });

  function processedOf(batch: PendingMessage[], payload: string): PendingMessage[] {
    if (!mapping.reportsItemFailures) return batch;
    const failures = reportedFailures(payload, new Set(batch.map(({ message }) => message.messageId)));
    if (failures !== 'all' && failures.size === 0) return batch;
    const count = failures === 'all' ? batch.length : failures.size;
    context.log(`${mapping.functionName} reported ${count} of ${batch.length} messages of ${queue.name} as failed`);
    return failures === 'all' ? [] : batch.filter(({ message }) => !failures.has(message.messageId));
  }

  /** Makes messages visible again which no function has received. */
  function release(batch: Iterable<PendingMessage>): void {
    if (!db.isOpen) return;
    for (const { message, invisibleUntil } of batch) {
      if (invisibleUntil > context.now()) queues.changeVisibility(queue.arn, message.receiptHandle, 0);
    }
  }

  const unsubscribe = queues.onMessage(queue.arn, pump);
  pump();
  return {
    endWindow() {
      if (pending.size === 0) return;
      windowEnds = true;
      pump();
      windowEnds = false;
    },

    /** Waits up to 5 s for running invocations; messages that they do not delete become visible again. */
    async stop() {
      phase = 'stopping';
      unsubscribe();
      cancelWindow?.();
      release(pending.values());
      pending.clear();
      for (const wake of sleepers) wake();
      let timer: NodeJS.Timeout | undefined;
      const graceOver = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, stopGraceMs);
      });
      await Promise.race([Promise.all(running), graceOver]);
      clearTimeout(timer);
      phase = 'abandoned';
    },
  };
}

const failureOf = (error: unknown): InvokeResult => ({
  kind: 'error',
  payload: '',
  errorType: error instanceof Error ? error.name : 'Error',
  errorMessage: String(error),
});
