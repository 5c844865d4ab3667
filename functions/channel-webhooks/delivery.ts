import { encodeTime } from 'ulid';
import * as z from 'zod';
import { DeliveryAttempt } from '../../shared/contracts/webhooks/routes.ts';
import type { EndpointId } from './endpoint.ts';

/** What the delivery queue carries: an event by reference, for one endpoint. `round` counts the replays from 0. */
export const DeliveryMessage = z.object({
  channel: z.string(),
  endpointId: z.string(),
  eventId: z.string(),
  eventType: z.string(),
  orderId: z.string(),
  round: z.int().nonnegative(),
});
export type DeliveryMessage = z.infer<typeof DeliveryMessage>;
/** As it comes off the queue. `startedAt`, in milliseconds since the epoch, is when it was put there. */
export type ReceivedMessage = DeliveryMessage & { startedAt: number };

/** What became of an event at one endpoint. Times are milliseconds since the epoch. */
export const Delivery = DeliveryMessage.extend({
  state: z.enum(['pending', 'delivered', 'dead']),
  reason: z.string().optional(),
  /** When this round was queued, attempted or not; the time that we try counts from it. */
  startedAt: z.int(),
  nextAttemptAt: z.int().optional(),
  /** Attempts of this round. */
  tries: z.int().nonnegative(),
  /** The latest of all rounds, oldest first. */
  attempts: z.array(DeliveryAttempt),
  /** Counts the writes of this record. */
  revision: z.int().positive(),
});
export type Delivery = z.infer<typeof Delivery>;

/** How long a delivery is remembered after its last attempt. */
export const rememberedSeconds = 30 * 86_400;

const deliveryPrefix = 'DELIVERY#';
export const deliveryPartition = ({ channel, endpointId }: EndpointId) => `ENDPOINT#${channel}#${endpointId}`;
const deliverySortKey = (eventId: string) => `${deliveryPrefix}${eventId}`;
export const deliveryKey = (id: EndpointId & { eventId: string }) => ({
  pk: deliveryPartition(id),
  sk: deliverySortKey(id.eventId),
});
export const deliverySortKeyPattern = /^DELIVERY#[0-9A-Z]{26}$/;

/** Index of the dead letters: sparse, by endpoint, sorted as the table is. */
export const deadIndex = { name: 'byDead', attribute: 'deadKey' };

/** Sort keys of events recorded in a span, from its first moment to before its last: event ids begin with their time. */
export const sortKeysBetween = (fromMs: number, toMs: number) => ({
  first: deliverySortKey(encodeTime(fromMs, 10)),
  last: deliverySortKey(encodeTime(toMs, 10)),
});
/** Sort keys of every delivery. */
export const allSortKeys = { first: deliveryPrefix, last: `${deliveryPrefix}~` };
