import { businessDays } from '../../../shared/business-day.ts';
import type { Action } from '../../../shared/dynamodb/database.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { OrderPlaced } from '../../../shared/contracts/orders/events.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import type { PlacedOrder } from './decide.ts';
import { indexKeys, type Opening, type OrderItem, orderKey, orderPartition } from '../order/order-item.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';

/** An order that is to be; `opening` is what it begins with beside what its first event tells. */
export type NewOrder = { order: PlacedOrder; opening: Opening; contentHash: string; cause: Cause };

/**
 * Makes the two writes by which an order comes to be: the order, in place of the payments that waited for it or of
 * nothing, and its event.
 */
export function orderWrites(orderTable: string, timeZone: string) {
  // Made with the first order: loading the zone's calendar is a tenth of a cold start, which reads need not wait for.
  let businessDay: ReturnType<typeof businessDays> | undefined;
  return ({ order, opening: { awaitedVersion = 0, ...opening }, contentHash, cause }: NewOrder): [Action, Action] => {
    const event = newEvent(OrderPlaced, order, cause, order.placedAt);
    const placedEventId = event.detail.metadata.eventId;
    const item: OrderItem = { ...order, ...opening, contentHash, placedEventId, version: awaitedVersion + 1 };
    businessDay ??= businessDays(timeZone);
    const keys = { ...orderKey(order.orderId), ...indexKeys(order, businessDay(Date.parse(order.placedAt))) };
    return [
      { Put: { TableName: orderTable, Item: { ...item, ...keys }, ...expectVersion(awaitedVersion) } },
      { Put: { TableName: orderTable, Item: outboxItem(orderPartition(order.orderId), event) } },
    ];
  };
}
export type OrderWrites = ReturnType<typeof orderWrites>;
