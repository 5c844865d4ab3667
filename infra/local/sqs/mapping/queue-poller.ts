import type { LocalContext, Running } from '../../context.ts';
import { type InvokeResult, maxSyncBytes } from '../../lambda/invoke-result.ts';
import { passes, recordOf, reportedFailures } from './queue-batch.ts';
import type { QueueMapping } from './queue-mapping-config.ts';
import type { QueueMessage } from '../responses.ts';
import { callAt } from '../visibility-watch.ts';
import type { Queues } from '../sqs.ts';

export type Invoke = (arn: string, payload: string) => Promise<InvokeResult>;

/**
 * A message received for a batch that is not full yet. `json` is its record, `bytes` its length in the payload,
 * `receivedAt` when it was first received for this batch.
 */
type PendingMessage = { message: QueueMessage; json: string; bytes: number; receivedAt: number; invisibleUntil: number };

/**
 * Most bytes of a character in JSON. Room counted so never splits what one receive gave, and so never a group of a
 * FIFO queue over two batches at a time.
 */
const bytesPerCharacter = 3;
const envelopeBytes = '{"Records":[]}'.length;
const firstBackoffMs = 100;
const longestBackoffMs = 5000;
const stopGraceMs = 5000;

/**
 * Reads a queue for a function as Lambda's pollers do. It reads only while an invocation is free; a batch goes when it
 * is full, when its window ends, or at 6 MB. Asleep, it waits for the queue's wake or the window's end.
 */
export function startPoller(
  context: LocalContext,
  mapping: QueueMapping,
  { queues, invoke }: { queues: Queues; invoke: Invoke },
): Omit<Running, 'pending'> {
  const { queue, batchSize, windowSeconds } = mapping;
  const visibilityMs = queue.visibilityTimeoutSeconds * 1000;
  const { db } = context.state;
  const pending = new Map<string, PendingMessage>();
  const running = new Set<Promise<void>>();
  const sleepers = new Set<() => void>();
  let allowed = mapping.concurrency;
  let phase: 'running' | 'stopping' | 'abandoned' = 'running';
  let cancelWindow: (() => void) | undefined;

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

  /** Receives until the batch is full or the queue has nothing; what no filter lets through is deleted. */
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

  /** False when the filters reject it. A message that came back while it was pending replaces its earlier receive. */
  function addToBatch(message: QueueMessage): boolean {
    const record = recordOf(message, queue.arn, context.template.region);
    if (!passes(mapping.filters, record)) return false;
    const json = JSON.stringify(record);
    const receivedAt = pending.get(message.messageId)?.receivedAt ?? context.now();
    const invisibleUntil = context.now() + visibilityMs;
    pending.set(message.messageId, { message, json, bytes: Buffer.byteLength(json) + 1, receivedAt, invisibleUntil });
    return true;
  }

  /** What waited longer than the queue hides it belongs to whoever receives it next. */
  function dropExpired(): boolean {
    const expired = [...pending.values()].filter(({ invisibleUntil }) => invisibleUntil <= context.now());
    for (const { message } of expired) pending.delete(message.messageId);
    return expired.length > 0;
  }

  const pendingBytes = () => pending.values().reduce((sum, { bytes }) => sum + bytes, envelopeBytes);

  /** The next batch if it may go now; otherwise an alarm is set for the end of its window. */
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
    if (!isFull && context.now() < windowEnd) {
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
        `${mapping.functionName} failed on ${batch.length} of ${queue.name}, which come back after the visibility ` +
          `timeout: ${result.errorType}: ${result.errorMessage}`,
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
   * A throttled batch is tried retryAt, with fewer invocations at a time, for as long as the queue hides it. Lambda does
   * so too: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
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
      // The clock may have leapt meanwhile.
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

  /** Shows messages retryAt that no function has seen; one whose time is over shows already. */
  function release(batch: Iterable<PendingMessage>): void {
    if (!db.isOpen) return;
    for (const { message, invisibleUntil } of batch) {
      if (invisibleUntil > context.now()) queues.changeVisibility(queue.arn, message.receiptHandle, 0);
    }
  }

  const unsubscribe = queues.onMessage(queue.arn, pump);
  pump();
  return {
    /** Waits a few seconds for running invocations; what they do not acknowledge comes retryAt later. */
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
