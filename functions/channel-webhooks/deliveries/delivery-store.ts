import { GetCommand, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { WebhookDeliveryGivenUp } from '../../../shared/contracts/webhooks/events.ts';
import { type Action, type Database, readBatch, transact } from '../../../shared/dynamodb/database.ts';
import { eventKey, OutboxItem, outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { orderKey, orderPartition } from '../../../shared/orders/order-keys.ts';
import { channelPartition, Endpoint, type EndpointId, endpointKey, endpointPrefix } from '../endpoints/endpoint.ts';
import { endpointDisable } from '../endpoints/endpoint-store.ts';
import {
  deadIndex,
  Delivery,
  deliveryKey,
  type DeliveryMessage,
  deliveryPartition,
  deliveryTtlSeconds,
} from './delivery.ts';

const EventDetail = z.object({
  metadata: z.object({ occurredAt: z.string(), actor: z.string() }),
  data: z.record(z.string(), z.unknown()),
});
const OrderChannel = z.object({ channel: z.string() });
const ItemKey = z.object({ pk: z.string(), sk: z.string() });

/** Deliveries, and the order events that they deliver. */
export function createDeliveryStore(db: Database, tables: { WEBHOOK_TABLE_NAME: string; ORDER_TABLE_NAME: string }) {
  const { WEBHOOK_TABLE_NAME: table, ORDER_TABLE_NAME: orders } = tables;

  return {
    /** The channel of an order; undefined if there is no such order. */
    async channelOf(orderId: string): Promise<string | undefined> {
      const { Item } = await db.send(
        new GetCommand({ TableName: orders, Key: orderKey(orderId), ProjectionExpression: 'channel' }),
      );
      return OrderChannel.safeParse(Item).data?.channel;
    },

    /** Reads the endpoint, the delivery and the event of a message in one request. */
    async load(message: DeliveryMessage) {
      const eventItem = { pk: orderPartition(message.orderId), sk: eventKey(message.eventId) };
      const keys = { [table]: [endpointKey(message), deliveryKey(message)], [orders]: [eventItem] };
      const found = await readBatch(db, keys, true);
      const own = (found.get(table) ?? []).map((item) => ({
        item,
        isEndpoint: ItemKey.parse(item).sk.startsWith(endpointPrefix),
      }));
      const [event] = found.get(orders) ?? [];
      const endpoint = own.find(({ isEndpoint }) => isEndpoint)?.item;
      const delivery = own.find(({ isEndpoint }) => !isEndpoint)?.item;
      return {
        endpoint: endpoint === undefined ? undefined : Endpoint.parse(endpoint),
        delivery: delivery === undefined ? undefined : Delivery.parse(delivery),
        event: event === undefined ? undefined : EventDetail.parse(JSON.parse(OutboxItem.parse(event).detail)),
      };
    },

    /**
     * Writes the next revision of a delivery, and disables an endpoint with it. A dead delivery publishes its event,
     * unless it was never attempted because its endpoint is disabled, which an event of its own has published.
     */
    async record(
      delivery: Delivery,
      cause: Cause,
      disabled?: { endpoint: Endpoint; reason: 'gone' | 'failing' },
    ): Promise<'done' | 'version-conflict'> {
      const { channel, endpointId, orderId, tries, reason = '' } = delivery;
      const put: Action = {
        Put: {
          TableName: table,
          Item: {
            ...deliveryKey(delivery),
            ...delivery,
            expiresAt: Math.ceil(cause.now / 1000) + deliveryTtlSeconds,
            ...(delivery.state === 'dead' && { [deadIndex.attribute]: deliveryPartition(delivery) }),
          },
          ...(delivery.revision === 1
            ? { ConditionExpression: 'attribute_not_exists(pk)' }
            : {
                ConditionExpression: 'revision = :previous',
                ExpressionAttributeValues: { ':previous': delivery.revision - 1 },
              }),
        },
      };
      const disable = disabled ? endpointDisable(table, disabled.endpoint, disabled.reason, cause) : [];
      const isPublished = delivery.state === 'dead' && !(reason === 'endpoint-disabled' && tries === 0);
      if (!isPublished) return transact(db, [put, ...disable]);
      const data = { channel, endpointId, deliveredEventId: delivery.eventId, orderId, reason, attempts: tries };
      const event = outboxItem(channelPartition(channel), newEvent(WebhookDeliveryGivenUp, data, cause));
      return transact(db, [put, { Put: { TableName: table, Item: event } }, ...disable]);
    },

    /**
     * Up to `limit` deliveries of a range of sort keys, all or the dead ones. `next` is the last sort key read if there may
     * be more.
     */
    async list(
      id: EndpointId,
      range: { first: string; last: string },
      { isDeadOnly, isNewestFirst, limit }: { isDeadOnly: boolean; isNewestFirst: boolean; limit: number },
    ): Promise<{ deliveries: Delivery[]; next?: string }> {
      const query: QueryCommandInput = {
        TableName: table,
        KeyConditionExpression: '#pk = :pk AND sk BETWEEN :first AND :last',
        ExpressionAttributeNames: { '#pk': isDeadOnly ? deadIndex.attribute : 'pk' },
        ExpressionAttributeValues: { ':pk': deliveryPartition(id), ':first': range.first, ':last': range.last },
        ScanIndexForward: !isNewestFirst,
        Limit: limit,
        ...(isDeadOnly && { IndexName: deadIndex.name }),
      };
      const { Items = [] } = await db.send(new QueryCommand(query));
      const last = Items.length === limit ? Items.at(-1) : undefined;
      const more = last && { next: ItemKey.parse(last).sk };
      if (!isDeadOnly) return { deliveries: Items.map((item) => Delivery.parse(item)), ...more };
      // The index projects keys only and is eventually consistent: deliveries that are no longer dead are left out.
      const keys = Items.map((item) => ItemKey.parse(item)).map(({ pk, sk }) => ({ pk, sk }));
      const found = (await readBatch(db, { [table]: keys }, true)).get(table) ?? [];
      const bySortKey = new Map(found.map((item) => [ItemKey.parse(item).sk, Delivery.parse(item)]));
      const listed = keys.flatMap(({ sk }) => bySortKey.get(sk) ?? []);
      return { deliveries: listed.filter(({ state }) => state === 'dead'), ...more };
    },
  };
}
export type DeliveryStore = ReturnType<typeof createDeliveryStore>;
