import { PutCommand } from '@aws-sdk/lib-dynamodb';
import type { EndpointStore } from '../../../functions/channel-webhooks/endpoints/endpoint-store.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { newEvent } from '../../../shared/contracts/define-event.ts';
import { OrderAllocated } from '../../../shared/contracts/orders/life-cycle-events.ts';
import { orderIdOf } from '../../../shared/ids.ts';
import { orderKey, orderPartition } from '../../../shared/orders/order-keys.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { aCause } from '../builders.ts';
import { tables } from '../database/dynamodb.ts';

let made = 0;

/** Stores a storefront order and one of its events. Returns the event as EventBridge delivers it. */
export async function anOrderEvent(db: Database) {
  const externalOrderId = `order-${(made += 1)}`;
  const orderId = orderIdOf('storefront', externalOrderId);
  const order = { orderId, externalOrderId, channel: 'storefront', currency: 'GBP', version: 2 };
  const event = newEvent(OrderAllocated, { ...order, status: 'allocated' }, aCause());
  const items = [{ ...orderKey(orderId), ...order }, outboxItem(orderPartition(orderId), event)];
  for (const Item of items) await db.send(new PutCommand({ TableName: tables.ORDER_TABLE_NAME, Item }));
  return { orderId, eventId: event.detail.metadata.eventId, event };
}

/** Stores a webhook endpoint of the storefront channel. */
export async function anEndpoint(store: EndpointStore, url: string, given: { eventTypes?: string[] } = {}) {
  const endpoint = {
    channel: 'storefront',
    endpointId: `shop-${(made += 1)}`,
    url,
    secret: 'whsec_c2VjcmV0',
    status: 'active' as const,
    createdAt: '2026-03-05T12:00:00.000Z',
    version: 1,
    failures: 0,
    ...given,
  };
  await store.write(endpoint, aCause());
  return endpoint;
}
