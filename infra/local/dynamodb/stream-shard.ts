import { AwsError } from '../gateway/aws-call.ts';
import type { Deliver, LocalContext } from '../context.ts';
import { type InvokeResult, maxSyncBytes } from '../lambda/invoke-result.ts';
import { type Batch, type BatchRecord, discardRecord, outcomeOf, payloadOf, countExpired } from './stream-batch.ts';
import type { StreamMapping } from './stream-mapping-config.ts';
import type { Positions } from './stream-positions.ts';
import type { createStreamReader } from './stream-reader.ts';
import type { Signal } from './stream-signal.ts';

type Parts = {
  context: LocalContext;
  mapping: StreamMapping;
  reader: ReturnType<typeof createStreamReader>;
  positions: Positions;
  /** The mapping ignores records before this time (ms). */
  since: number;
  signal: Signal;
  deliver: Deliver;
  invoke: (arn: string, payload: string) => Promise<InvokeResult>;
};

/** State of a shard: read and unprocessed records, and the number of writes up to which it was read. */
export type ShardProgress = { unprocessed: number; readUpTo: number };

/** Interval of reads without a reported write. */
const idleMs = 1000;
/** Lambda reads a shard four times a second, which makes batches larger. Source: Lambda developer guide, DynamoDB. */
const betweenReadsMs = 250;
const firstRetryMs = 100;
const longestRetryMs = 10_000;
/** Size of `{"Records":[]}`, rounded up. */
const envelopeBytes = 16;

/** Reads a shard to its end and delivers its records in order. Returns early when the engine stops. */
export async function readShard(shardId: string, parts: Parts, progress: ShardProgress): Promise<void> {
  const { context, mapping, reader, positions, signal, since } = parts;
  const buffer: BatchRecord[] = [];
  let read = positions.reached(shardId);
  let iterator: string | undefined;
  let windowEnd = 0;
  while (!signal.isStopped()) {
    try {
      iterator ??= await reader.iteratorAfter(shardId, read);
      const seen = signal.writes();
      const readAt = performance.now();
      const page = await reader.page(iterator, since);
      iterator = page.next;
      read = page.last ?? read;
      if (buffer.length === 0 && page.records.length > 0) windowEnd = context.now() + mapping.windowSeconds * 1000;
      buffer.push(...page.records);
      progress.unprocessed = buffer.length;
      if (!page.isFull) progress.readUpTo = seen;

      const isClosed = iterator === undefined;
      const isDue = () => buffer.length >= mapping.batchSize || isClosed || context.now() >= windowEnd;
      while (buffer.length > 0 && isDue() && !signal.isStopped()) {
        const records = takeBatch(buffer, mapping.batchSize);
        await deliverBatch(shardId, records, parts);
        progress.unprocessed = buffer.length;
      }
      if (signal.isStopped()) return;
      // Filtered records count as processed.
      if (buffer.length === 0 && page.last !== undefined) positions.advance(shardId, page.last);
      if (isClosed) return positions.close(shardId);
      const untilWindowEnds = buffer.length > 0 ? Math.max(1, windowEnd - context.now()) : idleMs;
      if (page.isFull) continue;
      await signal.idle(Math.min(idleMs, untilWindowEnds), seen);
      await signal.sleep(Math.max(0, readAt + betweenReadsMs - performance.now()));
    } catch (error) {
      if (signal.isStopped()) return;
      // An iterator expires after 15 minutes; a shard is trimmed after a day. Unprocessed records are read again.
      iterator = undefined;
      buffer.length = 0;
      progress.unprocessed = 0;
      read = positions.reached(shardId);
      if (error instanceof AwsError && error.code === 'ExpiredIteratorException') continue;
      if (error instanceof AwsError && error.code === 'ResourceNotFoundException') return positions.close(shardId);
      context.log(`Stream of ${mapping.tableName} for ${mapping.id}: ${String(error)}`);
      await signal.sleep(idleMs);
    }
  }
}

/** Takes the next records that fit into one invocation. */
function takeBatch(buffer: BatchRecord[], batchSize: number): BatchRecord[] {
  let bytes = envelopeBytes;
  let count = 0;
  for (const { json } of buffer.slice(0, batchSize)) {
    bytes += Buffer.byteLength(json) + 1;
    if (count > 0 && bytes > maxSyncBytes) break;
    count += 1;
  }
  return buffer.splice(0, count);
}

/** Invokes the function with the records until all are processed or discarded, or the engine stops. */
async function deliverBatch(shardId: string, records: BatchRecord[], parts: Parts): Promise<void> {
  const { context, mapping, positions, signal, invoke } = parts;
  const batches: Batch[] = [{ records, failures: 0 }];
  let invocations = 0;
  let streak = 0;
  let response: InvokeResult | undefined;
  const discard = (discarded: BatchRecord[], condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded') => {
    context.log(`${mapping.id}: discarded ${discarded.length} records: ${condition}`);
    return reportDiscarded(
      discardRecord(mapping, shardId, discarded, { condition, invocations, response, now: context.now() }),
      parts,
    );
  };
  const advanceTo = (record: BatchRecord | undefined) => {
    if (record && !signal.isAbandoned()) positions.advance(shardId, record.sequenceNumber);
  };

  while (!signal.isStopped()) {
    const batch = batches.shift();
    if (!batch) return;
    const old = countExpired(mapping, batch.records, context.now());
    if (old > 0) {
      const expired = batch.records.slice(0, old);
      if (!(await discard(expired, 'RecordAgeExceeded'))) return;
      advanceTo(expired.at(-1));
      if (old < batch.records.length) batches.unshift({ ...batch, records: batch.records.slice(old) });
      continue;
    }
    response = await attempt(invoke, mapping.functionArn, payloadOf(batch.records));
    if (response.kind === 'throttled') {
      batches.unshift(batch);
    } else {
      invocations += 1;
      const outcome = outcomeOf(mapping, batch, response);
      if (outcome.processed > 0) streak = 0;
      if (outcome.discarded.length > 0 && !(await discard(outcome.discarded, 'RetryAttemptsExhausted'))) return;
      advanceTo(outcome.discarded.at(-1) ?? batch.records[outcome.processed - 1]);
      batches.unshift(...outcome.retries);
      if (outcome.retries.length === 0) continue;
    }
    await signal.sleep(Math.min(longestRetryMs, firstRetryMs * 2 ** streak));
    streak += 1;
  }
}

/** A failed call of Lambda, such as while the engine stops, is retried like a throttled invocation. */
async function attempt(invoke: Parts['invoke'], arn: string, payload: string): Promise<InvokeResult> {
  try {
    return await invoke(arn, payload);
  } catch (error) {
    if (error instanceof AwsError) return { kind: 'throttled' };
    throw error;
  }
}

/** Reports discarded records to the mapping's on-failure destination; false if the engine stopped before. */
async function reportDiscarded(record: string, { context, mapping, signal, deliver }: Parts): Promise<boolean> {
  if (!mapping.onFailure) return true;
  for (let tries = 0; !signal.isStopped(); tries += 1) {
    try {
      await deliver(mapping.onFailure, record);
      return true;
    } catch (error) {
      context.log(`${mapping.id}: ${mapping.onFailure} does not accept discarded records: ${String(error)}`);
      await signal.sleep(Math.min(longestRetryMs, firstRetryMs * 2 ** tries));
    }
  }
  return false;
}
