import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { decodeTime, encodeTime } from 'ulid';
import * as z from 'zod';
import type { NewEvent } from '../contracts/define-event.ts';

export const eventKeyPrefix = 'EVENT#';

/**
 * An event item in the table of its aggregate, written in the same transaction as the state change. `event-relay` reads
 * it from the stream; the timeline of the aggregate is a query on its partition key. `detail` is JSON text; it is stored
 * as text, or as DEFLATE data (RFC 1951) of its UTF-8 bytes.
 */
export const OutboxItem = z.object({
  pk: z.string(),
  sk: z.string().startsWith(eventKeyPrefix),
  source: z.string(),
  detailType: z.string(),
  detail: z.union([z.string(), z.instanceof(Uint8Array).transform(inflated)]),
});
export type OutboxItem = z.infer<typeof OutboxItem>;
type StoredItem = z.input<typeof OutboxItem>;

/** The event item to put in the transaction that changes the aggregate with partition key `pk`. */
export function outboxItem(pk: string, event: NewEvent): StoredItem {
  const { source, 'detail-type': detailType } = event;
  const sk = eventKey(event.detail.metadata.eventId);
  return storedEvent({ pk, sk, source, detailType, detail: JSON.stringify(event.detail) });
}

/** An event item as it is stored. */
export function storedEvent(item: OutboxItem): StoredItem {
  if (unitsOf(item) === 1) return item;
  const compressed = { ...item, detail: deflateRawSync(item.detail) };
  return unitsOf(compressed) < unitsOf(item) ? compressed : item;
}

/** Write units, one for each started KB of names and values. Compression that saves none is not worth its time. */
const unitsOf = (item: StoredItem) =>
  Math.ceil(
    Object.entries(item).reduce((sum, [name, value]) => sum + name.length + Buffer.byteLength(value), 0) / 1024,
  );

function inflated(data: Uint8Array, context: z.RefinementCtx): string {
  try {
    return inflateRawSync(data).toString('utf8');
  } catch (error) {
    context.addIssue({ code: 'custom', message: `The detail is not DEFLATE data: ${String(error)}` });
    return z.NEVER;
  }
}

/** Time at which the event was written, in milliseconds since the epoch. `metadata.occurredAt` is the business time. */
export const recordedAt = (eventId: string) => decodeTime(eventId);

/** Sort key of the event item. */
export const eventKey = (eventId: string) => `${eventKeyPrefix}${eventId}`;
export const eventKeyPattern = /^EVENT#[0-9A-Z]{26}$/;

/** Filter of the stream event source mapping: inserted event items only. */
export const outboxStreamFilter = {
  eventName: ['INSERT'],
  dynamodb: { Keys: { sk: { S: [{ prefix: eventKeyPrefix }] } } },
};

/** Key condition of an aggregate's timeline, oldest first. */
export const timelineKeys = (pk: string) => ({
  KeyConditionExpression: 'pk = :pk AND begins_with(sk, :events)',
  ExpressionAttributeValues: { ':pk': pk, ':events': eventKeyPrefix },
});

/** Key condition of the events written at or after `from` and before `before`, in milliseconds since the epoch. */
export const timelineKeysFrom = (pk: string, from: number, before?: number) => ({
  KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :end',
  ExpressionAttributeValues: {
    ':pk': pk,
    ':from': eventKey(encodeTime(Math.max(0, from))),
    // An id is longer than its time and sorts after it; `~` sorts after every character of a ULID.
    ':end': eventKey(before === undefined ? '~' : encodeTime(Math.max(0, before))),
  },
});
