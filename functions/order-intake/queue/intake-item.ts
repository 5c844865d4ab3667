import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import { OrderContent } from '../../../shared/contracts/orders/routes.ts';
import { Problem } from '../../../shared/contracts/problem.ts';
import { besideStatuses, shardOf } from '../../../shared/orders/order-keys.ts';
import { orderPartition } from '../order/order-item.ts';

/** A refusal can be looked up for so long. */
const keptMs = 90 * 86_400_000;

/**
 * An order that was answered before it was decided. `attemptId` sorts by arrival; an order that was refused may be sent
 * again and then has another one. Once the order is placed this record means nothing.
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
  /** Of an accepted order, the message itself, packed: whoever finds that it was never sent can send it. */
  message: z.instanceof(Uint8Array).optional(),
});
export type IntakeRecord = z.infer<typeof IntakeRecord>;

export const intakeKey = (orderId: string) => ({ pk: orderPartition(orderId), sk: 'INTAKE' });

/** Records by the time at which they were accepted. */
export const acceptedIndex = besideStatuses('ACCEPTED');
/** Sort key of that index at a time, RFC 3339 in UTC, and what it tells. */
export const acceptedKey = (acceptedAt: string, orderId = '') => `${acceptedAt}#${orderId}`;
export const orderIdOfAccepted = (key: string) => key.slice(key.indexOf('#') + 1);

/**
 * The record as it is stored. Its index entry stays when it is decided, as taking that out would cost each order a write;
 * both are forgotten together.
 */
export const intakeItem = (record: IntakeRecord) => ({
  ...intakeKey(record.orderId),
  ...record,
  [acceptedIndex.attribute]: acceptedIndex.keysOf()[shardOf(record.orderId)],
  placedKey: acceptedKey(record.acceptedAt, record.orderId),
  expiresAt: Math.ceil(forgottenAt(record) / 1000),
});

const forgottenAt = ({ acceptedAt }: IntakeRecord) => Date.parse(acceptedAt) + keptMs;
/** Whether a record counts no more, deleted or not: DynamoDB deletes within days. */
export const isForgotten = (record: IntakeRecord, now: number): boolean => forgottenAt(record) <= now;

/** The message on the queue: all that placing the order needs. */
export const QueuedOrder = z.object({
  orderId: z.string(),
  contentHash: z.string(),
  attemptId: z.string(),
  /** Milliseconds since the epoch. */
  acceptedAtMs: z.int(),
  channel: z.object({
    channel: z.string(),
    pricesItself: z.boolean(),
    paymentWindowMinutes: z.number().positive().optional(),
  }),
  cause: z.object({ actor: z.string(), correlationId: z.string(), causationId: z.string() }),
  content: OrderContent,
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

/** An order that is to be decided, with the message that says so. */
export const acceptedRecord = (queued: QueuedOrder): IntakeRecord => ({
  ...recordOf(queued),
  message: gzipSync(JSON.stringify(queued)),
});
export const messageOf = ({ message }: IntakeRecord): QueuedOrder | undefined =>
  message && QueuedOrder.parse(JSON.parse(gunzipSync(message).toString('utf8')));
