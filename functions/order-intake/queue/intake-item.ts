import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import { OrderContent } from '../../../shared/contracts/orders/routes.ts';
import { Problem } from '../../../shared/contracts/problem.ts';
import { Instant } from '../../../shared/names.ts';
import { intakeKey, recordIndex, shardOf } from '../../../shared/orders/order-keys.ts';
import { PlacingChannel } from '../../../shared/store.ts';

/** How long a refusal can be read. */
const retentionMs = 90 * 86_400_000;

/**
 * A queued order: accepted with 202 and decided later. `attemptId` sorts by arrival; a refused order that is sent again
 * gets a new one. The record has no effect once the order is placed.
 */
export const IntakeRecord = z.object({
  orderId: z.string(),
  externalOrderId: z.string(),
  channel: z.string(),
  contentHash: z.string(),
  attemptId: z.string(),
  status: z.enum(['accepted', 'refused']),
  /** RFC 3339, UTC. */
  acceptedAt: z.string(),
  problem: Problem.optional(),
  /** The queue message of an accepted order as JSON in gzip, so that `resendAccepted` can send it again. */
  message: z.instanceof(Uint8Array).optional(),
});
export type IntakeRecord = z.infer<typeof IntakeRecord>;

/** Index of records by time of acceptance. */
export const acceptedIndex = recordIndex('ACCEPTED');
/** Sort key of that index; `acceptedAt` is an RFC 3339 time in UTC. */
export const acceptedKey = (acceptedAt: string, orderId = '') => `${acceptedAt}#${orderId}`;
export const orderIdOfAccepted = (key: string) => key.slice(key.indexOf('#') + 1);

/**
 * The item of a record. The index entry stays after the decision, because its removal would cost a write per order; the
 * time to live deletes both.
 */
export const intakeItem = (record: IntakeRecord) => ({
  ...intakeKey(record.orderId),
  ...record,
  [acceptedIndex.attribute]: acceptedIndex.keysOf()[shardOf(record.orderId)],
  placedKey: acceptedKey(record.acceptedAt, record.orderId),
  expiresAt: Math.ceil(expiresAtMs(record) / 1000),
});

const expiresAtMs = ({ acceptedAt }: IntakeRecord) => Date.parse(acceptedAt) + retentionMs;
/** Whether the record has expired. DynamoDB deletes expired items within days. */
export const isExpired = (record: IntakeRecord, now: number): boolean => expiresAtMs(record) <= now;

/** The queue message. It has all that a placement needs. */
export const QueuedOrder = z.object({
  orderId: z.string(),
  contentHash: z.string(),
  /** Absent in messages before 2026-11-30. */
  sentHash: z.string().optional(),
  attemptId: z.string(),
  /** Milliseconds since the epoch. */
  acceptedAtMs: z.int(),
  /** Counter of the channel's quota that includes the order. Absent in messages before 2026-11-30. */
  countedIn: z.string().optional(),
  channel: PlacingChannel,
  cause: z.object({ actor: z.string(), correlationId: z.string(), causationId: z.string() }),
  content: OrderContent.safeExtend({ placedAt: Instant.optional() }),
});
export type QueuedOrder = z.infer<typeof QueuedOrder>;

export const recordOf = (queued: QueuedOrder): IntakeRecord => ({
  orderId: queued.orderId,
  externalOrderId: queued.content.externalOrderId,
  channel: queued.channel.channel,
  contentHash: queued.contentHash,
  attemptId: queued.attemptId,
  status: 'accepted',
  acceptedAt: new Date(queued.acceptedAtMs).toISOString(),
});

/** The record of an accepted order, with its message. */
export const acceptedRecord = (queued: QueuedOrder): IntakeRecord => ({
  ...recordOf(queued),
  message: gzipSync(JSON.stringify(queued)),
});
export const messageOf = ({ message }: IntakeRecord): QueuedOrder | undefined =>
  message && QueuedOrder.parse(JSON.parse(gunzipSync(message).toString('utf8')));
