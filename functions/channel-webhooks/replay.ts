import type { DeliveryQueue } from './delivery-queue.ts';
import { sortKeysBetween } from './delivery.ts';
import type { EndpointId } from './endpoint.ts';
import type { WebhookStore } from './store.ts';

const perPage = 100;
/** Replayed by one call: well within its time. */
const perCall = 1000;

type Span = { fromMs: number; toMs: number; includeDelivered: boolean; after?: string | undefined };

/**
 * Queues what was recorded in a span again, as the next round: a copy that comes after one was delivered is dropped,
 * however often it is asked for. `position` is the last sort key of a call that did not get to the end.
 */
export async function replay(
  store: Pick<WebhookStore, 'deliveries'>,
  queue: Pick<DeliveryQueue, 'send'>,
  id: EndpointId,
  { fromMs, toMs, includeDelivered, after }: Span,
): Promise<{ replayed: number; position?: string }> {
  const { first, last } = sortKeysBetween(fromMs, toMs);
  let position = after;
  for (let replayed = 0; ;) {
    // Behind the last one: no event id sorts between it and itself with a space.
    const span = { first: position === undefined ? first : `${position} `, last };
    const { deliveries, next } = await store.deliveries(id, span, {
      isDeadOnly: !includeDelivered,
      isNewestFirst: false,
      limit: perPage,
    });
    await queue.send(
      deliveries.map(({ channel, endpointId, eventId, eventType, orderId, round }) => ({
        channel,
        endpointId,
        eventId,
        eventType,
        orderId,
        round: round + 1,
      })),
    );
    replayed += deliveries.length;
    if (next === undefined) return { replayed };
    if (replayed >= perCall) return { replayed, position: next };
    position = next;
  }
}
