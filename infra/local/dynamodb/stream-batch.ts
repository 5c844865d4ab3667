import { randomUUID } from 'node:crypto';
import type { InvokeResult } from '../lambda/invoke-result.ts';
import type { StreamMapping } from './stream-mapping-config.ts';

/** One stream record on its way to a function. */
export type BatchRecord = {
  sequenceNumber: string;
  /** When the write happened by the engine's clock, in milliseconds since the epoch. */
  createdAt: number;
  /** The record as the function gets it. */
  json: string;
};

/** Records to hand over together; `failures` counts the invocations that have not got past the first of them. */
export type Batch = { records: BatchRecord[]; failures: number };

/** What became of a batch: this many records are done with, then these are discarded, then these come again. */
export type Outcome = { done: number; discarded: BatchRecord[]; again: Batch[] };

/** The event that the function receives. */
export const payloadOf = (records: BatchRecord[]): string => `{"Records":[${records.map(({ json }) => json).join()}]}`;

/**
 * Where an invocation leaves its batch. Source: Lambda developer guide, "Configuring partial batch response with
 * DynamoDB" (the lowest sequence number reported is where it goes on) and "Retaining discarded records" (splitting a
 * batch does not use up retries). Without a report only the whole batch succeeds or fails.
 */
export function outcomeOf(
  mapping: Pick<StreamMapping, 'reportsItemFailures' | 'bisects' | 'maximumRetries'>,
  { records, failures }: Batch,
  result: Exclude<InvokeResult, { kind: 'throttled' }>,
): Outcome {
  const done = firstFailure(mapping, records, result);
  if (done === records.length) return { done, discarded: [], again: [] };
  const left = records.slice(done);
  if (mapping.bisects && done > 0) return { done, discarded: [], again: [{ records: left, failures: 0 }] };
  if (mapping.bisects && left.length > 1) {
    const middle = Math.ceil(left.length / 2);
    const halves = [left.slice(0, middle), left.slice(middle)];
    return { done, discarded: [], again: halves.map((half) => ({ records: half, failures })) };
  }
  const failed = done > 0 ? 1 : failures + 1;
  const isExhausted = mapping.maximumRetries >= 0 && failed > mapping.maximumRetries;
  return isExhausted
    ? { done, discarded: left, again: [] }
    : { done, discarded: [], again: [{ records: left, failures: failed }] };
}

/** Index of the first record that was not processed; the number of records if all were. */
function firstFailure(
  { reportsItemFailures }: Pick<StreamMapping, 'reportsItemFailures'>,
  records: BatchRecord[],
  result: Exclude<InvokeResult, { kind: 'throttled' }>,
): number {
  if (result.kind === 'error') return 0;
  if (!reportsItemFailures) return records.length;
  const { batchItemFailures: failures } = (parsed(result.payload) ?? {}) as { batchItemFailures?: unknown };
  if (failures === undefined || failures === null) return records.length;
  if (!Array.isArray(failures)) return 0;
  return Math.min(
    records.length,
    ...failures.map((failure: { itemIdentifier?: unknown } | null) =>
      // An identifier that names none of the records is -1: the whole batch failed.
      Math.max(
        0,
        records.findIndex(({ sequenceNumber }) => sequenceNumber === failure?.itemIdentifier),
      ),
    ),
  );
}

function parsed(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}

/** How many of the first records are older than the mapping allows. */
export function countExpired(
  { maximumAgeSeconds }: Pick<StreamMapping, 'maximumAgeSeconds'>,
  records: BatchRecord[],
  now: number,
) {
  if (maximumAgeSeconds < 0) return 0;
  const firstYoung = records.findIndex(({ createdAt }) => now - createdAt <= maximumAgeSeconds * 1000);
  return firstYoung === -1 ? records.length : firstYoung;
}

/**
 * The document that the queue for failures receives instead of the records, which are still in the stream for a day.
 * Source: Lambda developer guide, "Retaining discarded records for a DynamoDB event source", example record.
 */
export function discardRecord(
  { functionArn, streamArn }: StreamMapping,
  shardId: string,
  records: BatchRecord[],
  cause: {
    condition: 'RetryAttemptsExhausted' | 'RecordAgeExceeded';
    invocations: number;
    response: InvokeResult | undefined;
    now: number;
  },
): string {
  const first = records[0];
  const last = records.at(-1);
  return JSON.stringify({
    requestContext: {
      requestId: randomUUID(),
      functionArn,
      condition: cause.condition,
      approximateInvokeCount: cause.invocations,
    },
    ...(cause.response &&
      cause.response.kind !== 'throttled' && {
        responseContext: {
          statusCode: 200,
          executedVersion: '$LATEST',
          functionError: cause.response.kind === 'error' ? 'Unhandled' : null,
        },
      }),
    version: '1.0',
    timestamp: new Date(cause.now).toISOString(),
    DDBStreamBatchInfo: {
      shardId,
      startSequenceNumber: first?.sequenceNumber,
      endSequenceNumber: last?.sequenceNumber,
      approximateArrivalOfFirstRecord: arrival(first),
      approximateArrivalOfLastRecord: arrival(last),
      batchSize: records.length,
      streamArn,
    },
  });
}

const arrival = (record: BatchRecord | undefined) =>
  record && new Date(record.createdAt).toISOString().replace(/\.\d+Z$/, 'Z');
