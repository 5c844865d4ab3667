import type { EndpointId } from '../endpoints/endpoint.ts';
import { sortKeysBetween } from './delivery.ts';
import type { DeliveryQueue } from './delivery-queue.ts';
import type { DeliveryStore } from './delivery-store.ts';

const deliveriesPerPage = 100;
/** Keeps a call well within the function's timeout. */
const maxDeliveriesPerCall = 1000;

type Period = { fromMs: number; toMs: number; includeDelivered: boolean; after?: string | undefined };

/**
 * Queues the deliveries of a period again as their next round, so that a repeated replay delivers once. Continues after the
 * sort key `after`; `position` is the last sort key if there may be more.
 */
export async function replay(
  store: Pick<DeliveryStore, 'list'>,
  queue: Pick<DeliveryQueue, 'send'>,
  id: EndpointId,
  { fromMs, toMs, includeDelivered, after }: Period,
): Promise<{ replayed: number; position?: string }> {
  const { first, last } = sortKeysBetween(fromMs, toMs);
  let position = after;
  for (let replayed = 0; ;) {
    // No event id sorts between a sort key and the same key with a space.
    const range = { first: position === undefined ? first : `${position} `, last };
    const { deliveries, next } = await store.list(id, range, {
      isDeadOnly: !includeDelivered,
      isNewestFirst: false,
      limit: deliveriesPerPage,
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
    if (replayed >= maxDeliveriesPerCall) return { replayed, position: next };
    position = next;
  }
}
