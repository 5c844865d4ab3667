import * as z from 'zod';
import type { QueuedOrderAnswer } from '../../shared/http/order-queue.ts';
import { OrderContent } from '../../shared/http/orders.ts';
import { Problem } from '../../shared/http/problem.ts';
import { orderPartition } from './order-item.ts';

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
});
export type IntakeRecord = z.infer<typeof IntakeRecord>;

export const intakeKey = (orderId: string) => ({ pk: orderPartition(orderId), sk: 'INTAKE' });

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

/** A queued order as callers see it. */
export const queuedAnswerOf = (record: IntakeRecord): QueuedOrderAnswer => ({
  orderId: record.orderId,
  externalOrderId: record.externalOrderId,
  channel: record.channel,
  status: record.status,
  acceptedAt: record.acceptedAt,
  ...(record.problem && { problem: record.problem }),
});
