import { businessDays } from '../../shared/business-day.ts';
import type { Action } from '../../shared/database.ts';
import { type Cause, newEvent } from '../../shared/events/define-event.ts';
import { OrderPlaced } from '../../shared/events/order.ts';
import { outboxItem } from '../../shared/outbox.ts';
import type { PlacedOrder } from './decide.ts';
import { indexKeys, type OrderItem, orderKey, orderPartition } from './order-item.ts';

/** Makes the two writes by which an order comes to be: the order, if there is none of its id, and its event. */
export function orderWrites(orderTable: string, timeZone: string) {
  // Made with the first order: loading the zone's calendar is a tenth of a cold start, which reads need not wait for.
  let businessDay: ReturnType<typeof businessDays> | undefined;
  return (order: PlacedOrder, contentHash: string, cause: Cause): [Action, Action] => {
    const event = newEvent(OrderPlaced, order, cause, order.placedAt);
    const item: OrderItem = { ...order, contentHash, placedEventId: event.detail.metadata.eventId, version: 1 };
    businessDay ??= businessDays(timeZone);
    const keys = { ...orderKey(order.orderId), ...indexKeys(order, businessDay(Date.parse(order.placedAt))) };
    return [
      {
        Put: { TableName: orderTable, Item: { ...item, ...keys }, ConditionExpression: 'attribute_not_exists(pk)' },
      },
      { Put: { TableName: orderTable, Item: outboxItem(orderPartition(order.orderId), event) } },
    ];
  };
}
export type OrderWrites = ReturnType<typeof orderWrites>;
