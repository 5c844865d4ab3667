import { encodeTime } from 'ulid';
import * as z from 'zod';
import { DeliveryAttempt } from '../../../shared/contracts/webhooks/delivery-routes.ts';
import type { EndpointId } from '../endpoints/endpoint.ts';

/** A message of the delivery queue: a reference to an event, for one endpoint. `round` is 0, then counts the replays. */
export const DeliveryMessage = z.object({
  channel: z.string(),
  endpointId: z.string(),
  eventId: z.string(),
  eventType: z.string(),
  orderId: z.string(),
  round: z.int().nonnegative(),
});
export type DeliveryMessage = z.infer<typeof DeliveryMessage>;
/** A received message. `startedAt` is when it was sent to the queue, in milliseconds since the epoch. */
export type ReceivedMessage = DeliveryMessage & { startedAt: number };

/** The delivery of an event to one endpoint. Times are milliseconds since the epoch. */
export const Delivery = DeliveryMessage.extend({
  state: z.enum(['pending', 'delivered', 'dead']),
  reason: z.string().optional(),
  /** When the message of this round was sent to the queue; its maximum age counts from then. */
  startedAt: z.int(),
  nextAttemptAt: z.int().optional(),
  /** Number of attempts of this round. */
  tries: z.int().nonnegative(),
  /** The latest attempts of all rounds, oldest first. */
  attempts: z.array(DeliveryAttempt),
  /** Counts the writes of this item. */
  revision: z.int().positive(),
});
export type Delivery = z.infer<typeof Delivery>;

/** Time to live of a delivery item after its last write. */
export const deliveryTtlSeconds = 30 * 86_400;

const deliveryPrefix = 'DELIVERY#';
export const deliveryPartition = ({ channel, endpointId }: EndpointId) => `ENDPOINT#${channel}#${endpointId}`;
const deliverySortKey = (eventId: string) => `${deliveryPrefix}${eventId}`;
export const deliveryKey = (id: EndpointId & { eventId: string }) => ({
  pk: deliveryPartition(id),
  sk: deliverySortKey(id.eventId),
});
export const deliverySortKeyPattern = /^DELIVERY#[0-9A-Z]{26}$/;

/** Sparse index of the dead deliveries by endpoint, with the sort key of the table. */
export const deadIndex = { name: 'byDead', attribute: 'deadKey' };

/** Sort keys of the events written from `fromMs` until before `toMs`: an event id begins with its time. */
export const sortKeysBetween = (fromMs: number, toMs: number) => ({
  first: deliverySortKey(encodeTime(fromMs, 10)),
  last: deliverySortKey(encodeTime(toMs, 10)),
});
/** Bounds of all delivery sort keys. */
export const allSortKeys = { first: deliveryPrefix, last: `${deliveryPrefix}~` };
