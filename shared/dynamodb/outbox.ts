import { decodeTime, encodeTime } from 'ulid';
import * as z from 'zod';
import type { NewEvent } from '../contracts/define-event.ts';

const eventKeyPrefix = 'EVENT#';

/**
 * An event as it lies in its aggregate's table, beside the state it tells of. `event-relay` reads it from the table's
 * stream; the aggregate's timeline is a query on its partition key. `detail` is JSON text, passed on as it is.
 */
export const OutboxItem = z.object({
  pk: z.string(),
  sk: z.string().startsWith(eventKeyPrefix),
  source: z.string(),
  detailType: z.string(),
  detail: z.string(),
});
export type OutboxItem = z.infer<typeof OutboxItem>;

/** The item to put in the same transaction as the change of the aggregate with partition key `pk`. */
export const outboxItem = (pk: string, event: NewEvent): OutboxItem => ({
  pk,
  sk: eventKey(event.detail.metadata.eventId),
  source: event.source,
  detailType: event['detail-type'],
  detail: JSON.stringify(event.detail),
});

/** When the event with this id was recorded, in milliseconds since the epoch; when it happened is in its metadata. */
export const recordedAt = (eventId: string) => decodeTime(eventId);

/** Sort key of the event with this id. */
export const eventKey = (eventId: string) => `${eventKeyPrefix}${eventId}`;

/** What the stream mapping lets through: inserted event items and nothing else. */
export const outboxStreamFilter = {
  eventName: ['INSERT'],
  dynamodb: { Keys: { sk: { S: [{ prefix: eventKeyPrefix }] } } },
};

/** Key condition of an aggregate's timeline, oldest first. */
export const timelineKeys = (pk: string) => ({
  KeyConditionExpression: 'pk = :pk AND begins_with(sk, :events)',
  ExpressionAttributeValues: { ':pk': pk, ':events': eventKeyPrefix },
});

/** Key condition of the part of a timeline that was recorded from then on, in milliseconds since the epoch. */
export const timelineKeysFrom = (pk: string, from: number) => ({
  KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :end',
  ExpressionAttributeValues: {
    ':pk': pk,
    ':from': eventKey(encodeTime(Math.max(0, from))),
    // Behind all characters of an id.
    ':end': eventKey('~'),
  },
});
