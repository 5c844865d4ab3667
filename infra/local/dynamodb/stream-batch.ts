import { randomUUID } from 'node:crypto';
import type { InvokeResult } from '../lambda/invoke-result.ts';
import type { StreamMapping } from './stream-mapping-config.ts';

/** A stream record of a batch. */
export type BatchRecord = {
  sequenceNumber: string;
  /** Time of the write on the engine's clock, in milliseconds since the epoch. */
  createdAt: number;
  /** The record in Lambda's event format. */
  json: string;
};

/** Records for one invocation; `failures` counts the failed invocations since the first record became the first. */
export type Batch = { records: BatchRecord[]; failures: number };

/** Outcome of a batch: the number of processed records, then the discarded records, then the batches to retry. */
export type Outcome = { processed: number; discarded: BatchRecord[]; retries: Batch[] };

/** The event that the function receives. */
export const payloadOf = (records: BatchRecord[]): string => `{"Records":[${records.map(({ json }) => json).join()}]}`;

/**
 * Outcome of an invocation. Source: Lambda developer guide, "Configuring partial batch response with DynamoDB" (it
 * continues at the lowest reported sequence number) and "Retaining discarded records" (bisecting a batch does not count
 * as a retry). Without a report, the whole batch succeeds or fails.
 */
export function outcomeOf(
  mapping: Pick<StreamMapping, 'reportsItemFailures' | 'bisects' | 'maximumRetries'>,
  { records, failures }: Batch,
  result: Exclude<InvokeResult, { kind: 'throttled' }>,
): Outcome {
  const processed = firstFailure(mapping, records, result);
  if (processed === records.length) return { processed, discarded: [], retries: [] };
  const rest = records.slice(processed);
  if (mapping.bisects && processed > 0) return { processed, discarded: [], retries: [{ records: rest, failures: 0 }] };
  if (mapping.bisects && rest.length > 1) {
    const middle = Math.ceil(rest.length / 2);
    const halves = [rest.slice(0, middle), rest.slice(middle)];
    return { processed, discarded: [], retries: halves.map((half) => ({ records: half, failures })) };
  }
  const failed = processed > 0 ? 1 : failures + 1;
  const isExhausted = mapping.maximumRetries >= 0 && failed > mapping.maximumRetries;
  return isExhausted
    ? { processed, discarded: rest, retries: [] }
    : { processed, discarded: [], retries: [{ records: rest, failures: failed }] };
}

/** Index of the first unprocessed record; the number of records if all are processed. */
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
      // -1 for an unknown identifier: the whole batch failed.
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

/** Number of the first records which are older than the maximum record age. */
export function countExpired(
  { maximumAgeSeconds }: Pick<StreamMapping, 'maximumAgeSeconds'>,
  records: BatchRecord[],
  now: number,
) {
  if (maximumAgeSeconds < 0) return 0;
  const firstCurrent = records.findIndex(({ createdAt }) => now - createdAt <= maximumAgeSeconds * 1000);
  return firstCurrent === -1 ? records.length : firstCurrent;
}

/**
 * The document for the on-failure destination. The records themselves stay in the stream for a day.
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
