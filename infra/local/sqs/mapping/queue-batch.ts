import { type EventPattern, matches } from '../../events/event-pattern.ts';
import type { QueueMessage } from '../responses.ts';

/** A record of Lambda's SQS event. */
export type QueueRecord = QueueMessage & { eventSource: 'aws:sqs'; eventSourceARN: string; awsRegion: string };

export const recordOf = (message: QueueMessage, eventSourceARN: string, awsRegion: string): QueueRecord => ({
  ...message,
  eventSource: 'aws:sqs',
  eventSourceARN,
  awsRegion,
});

/**
 * Whether a filter matches the record. A filter on fields of the body matches JSON bodies only, a filter on the body as
 * text matches other bodies only.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
 */
export function passes(filters: EventPattern[], record: QueueRecord): boolean {
  if (filters.length === 0) return true;
  const json = parsed(record.body);
  return filters.some((filter) => {
    if (filter.body === undefined) return matches(filter, record);
    const wantsText = Array.isArray(filter.body);
    if (wantsText === (json !== undefined)) return false;
    return matches(filter, wantsText ? record : { ...record, body: json });
  });
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/**
 * The failed message ids of a batch with ReportBatchItemFailures. An empty response or report is success of the whole
 * batch; an invalid response, or an id that is not in the batch, is failure of the whole batch.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function reportedFailures(payload: string, messageIds: Set<string>): Set<string> | 'all' {
  if (payload === '') return new Set();
  const response = parsed(payload);
  if (response === null) return new Set();
  if (typeof response !== 'object') return 'all';
  const failures: unknown = 'batchItemFailures' in response ? response.batchItemFailures : undefined;
  if (failures === undefined || failures === null) return new Set();
  if (!Array.isArray(failures)) return 'all';
  const ids = new Set<string>();
  for (const failure of failures as unknown[]) {
    const isObject = typeof failure === 'object' && failure !== null && 'itemIdentifier' in failure;
    const id = isObject ? failure.itemIdentifier : undefined;
    if (typeof id !== 'string' || !messageIds.has(id)) return 'all';
    ids.add(id);
  }
  return ids;
}
