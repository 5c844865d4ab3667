import { GetCommand, QueryCommand, type QueryCommandInput, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Action, type Database, readBatch, transact } from '../../shared/dynamodb/database.ts';
import { type Cause, newEvent } from '../../shared/contracts/define-event.ts';
import { WebhookDeliveryGivenUp, WebhookEndpointChanged } from '../../shared/contracts/webhooks/events.ts';
import { orderKey, orderPartition } from '../../shared/orders/order-keys.ts';
import { eventKey, OutboxItem, outboxItem } from '../../shared/dynamodb/outbox.ts';
import {
  deadIndex,
  Delivery,
  deliveryKey,
  type DeliveryMessage,
  deliveryPartition,
  rememberedSeconds,
} from './delivery.ts';
import { channelPartition, Endpoint, type EndpointId, endpointKey, endpointPrefix } from './endpoint.ts';

const Detail = z.object({ metadata: z.object({ occurredAt: z.string() }), data: z.record(z.string(), z.unknown()) });
const OfChannel = z.object({ channel: z.string() });
const Keyed = z.object({ pk: z.string(), sk: z.string() });

/** Endpoints and their deliveries; reads the orders' events. */
export function createWebhookStore(db: Database, tables: { WEBHOOK_TABLE_NAME: string; ORDER_TABLE_NAME: string }) {
  const { WEBHOOK_TABLE_NAME: table, ORDER_TABLE_NAME: orders } = tables;

  const changed = (
    { channel, endpointId, url, reason }: Endpoint,
    status: Endpoint['status'] | 'deleted',
    cause: Cause,
  ) =>
    outboxItem(
      channelPartition(channel),
      newEvent(WebhookEndpointChanged, { channel, endpointId, url, status, reason }, cause),
    );
  /** The endpoint and the event of its change; nothing if somebody else changed it first. */
  const putEndpoint = (endpoint: Endpoint, cause: Cause): Action[] => [
    {
      Put: {
        TableName: table,
        Item: { ...endpointKey(endpoint), ...endpoint },
        ...(endpoint.version === 1
          ? { ConditionExpression: 'attribute_not_exists(pk)' }
          : {
              ConditionExpression: 'version = :previous',
              ExpressionAttributeValues: { ':previous': endpoint.version - 1 },
            }),
      },
    },
    { Put: { TableName: table, Item: changed(endpoint, endpoint.status, cause) } },
  ];

  return {
    async endpoints(channel: string): Promise<Endpoint[]> {
      const { Items = [] } = await db.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': channelPartition(channel), ':prefix': endpointPrefix },
        }),
      );
      return Items.map((item) => Endpoint.parse(item));
    },

    async endpoint(id: EndpointId): Promise<Endpoint | undefined> {
      const { Item } = await db.send(new GetCommand({ TableName: table, Key: endpointKey(id), ConsistentRead: true }));
      return Item && Endpoint.parse(Item);
    },

    writeEndpoint: (endpoint: Endpoint, cause: Cause) => transact(db, putEndpoint(endpoint, cause)),

    deleteEndpoint: (endpoint: Endpoint, cause: Cause) =>
      transact(db, [
        { Delete: { TableName: table, Key: endpointKey(endpoint), ConditionExpression: 'attribute_exists(pk)' } },
        { Put: { TableName: table, Item: changed(endpoint, 'deleted', cause) } },
      ]),

    /** The channel of an order, for events that do not name it. */
    async channelOf(orderId: string): Promise<string | undefined> {
      const { Item } = await db.send(
        new GetCommand({ TableName: orders, Key: orderKey(orderId), ProjectionExpression: 'channel' }),
      );
      return OfChannel.safeParse(Item).data?.channel;
    },

    /** All that one delivery needs, in one round trip: the endpoint, what became of it so far, and the event. */
    async load(message: DeliveryMessage) {
      const eventItem = { pk: orderPartition(message.orderId), sk: eventKey(message.eventId) };
      const keys = { [table]: [endpointKey(message), deliveryKey(message)], [orders]: [eventItem] };
      const found = await readBatch(db, keys, true);
      const own = (found[table] ?? []).map((item) => ({
        item,
        isEndpoint: Keyed.parse(item).sk.startsWith(endpointPrefix),
      }));
      const [event] = found[orders] ?? [];
      const endpoint = own.find(({ isEndpoint }) => isEndpoint)?.item;
      const delivery = own.find(({ isEndpoint }) => !isEndpoint)?.item;
      return {
        endpoint: endpoint === undefined ? undefined : Endpoint.parse(endpoint),
        delivery: delivery === undefined ? undefined : Delivery.parse(delivery),
        event: event === undefined ? undefined : Detail.parse(JSON.parse(OutboxItem.parse(event).detail)),
      };
    },

    /**
     * Records a delivery's next revision; `lost` if another copy of the message did. What is given up is told as an event,
     * unless its endpoint was disabled, which was told; `gone` is the endpoint to disable with it.
     */
    async record(delivery: Delivery, cause: Cause, gone?: Endpoint): Promise<'done' | 'version-conflict'> {
      const { channel, endpointId, orderId, tries, reason = '' } = delivery;
      const put: Action = {
        Put: {
          TableName: table,
          Item: {
            ...deliveryKey(delivery),
            ...delivery,
            expiresAt: Math.ceil(cause.now / 1000) + rememberedSeconds,
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
      if (delivery.state !== 'dead' || (reason === 'endpoint-disabled' && tries === 0)) return transact(db, [put]);
      const data = { channel, endpointId, deliveredEventId: delivery.eventId, orderId, reason, attempts: tries };
      const event = outboxItem(channelPartition(channel), newEvent(WebhookDeliveryGivenUp, data, cause));
      return transact(db, [
        put,
        { Put: { TableName: table, Item: event } },
        ...(gone ? putEndpoint({ ...gone, status: 'disabled', reason: 'gone', version: gone.version + 1 }, cause) : []),
      ]);
    },

    /** Notes how an endpoint does: failures in a row, and until when it is left alone. Last writer wins: it is a hint. */
    async noteHealth(endpoint: Endpoint, failures: number, pausedUntil: number): Promise<void> {
      await db.send(
        new UpdateCommand({
          TableName: table,
          Key: endpointKey(endpoint),
          UpdateExpression: 'SET failures = :failures, pausedUntil = :until',
          // Should it have been deleted meanwhile, an update would bring a part of it back.
          ConditionExpression: 'attribute_exists(pk)',
          ExpressionAttributeValues: { ':failures': failures, ':until': pausedUntil },
        }),
      );
    },

    /** Up to `limit` deliveries of a span of sort keys, all or dead only; behind `next`, a sort key, there may be more. */
    async deliveries(
      id: EndpointId,
      span: { first: string; last: string },
      { isDeadOnly, isNewestFirst, limit }: { isDeadOnly: boolean; isNewestFirst: boolean; limit: number },
    ): Promise<{ deliveries: Delivery[]; next?: string }> {
      const query: QueryCommandInput = {
        TableName: table,
        KeyConditionExpression: '#pk = :pk AND sk BETWEEN :first AND :last',
        ExpressionAttributeNames: { '#pk': isDeadOnly ? deadIndex.attribute : 'pk' },
        ExpressionAttributeValues: { ':pk': deliveryPartition(id), ':first': span.first, ':last': span.last },
        ScanIndexForward: !isNewestFirst,
        Limit: limit,
        ...(isDeadOnly && { IndexName: deadIndex.name }),
      };
      const { Items = [] } = await db.send(new QueryCommand(query));
      const last = Items.length === limit ? Items.at(-1) : undefined;
      const more = last && { next: Keyed.parse(last).sk };
      if (!isDeadOnly) return { deliveries: Items.map((item) => Delivery.parse(item)), ...more };
      // The index holds keys only, and may lag behind: what was delivered meanwhile is no dead letter.
      const keys = Items.map((item) => Keyed.parse(item)).map(({ pk, sk }) => ({ pk, sk }));
      const found = (await readBatch(db, { [table]: keys }, true))[table] ?? [];
      const bySortKey = new Map(found.map((item) => [Keyed.parse(item).sk, Delivery.parse(item)]));
      const listed = keys.flatMap(({ sk }) => bySortKey.get(sk) ?? []);
      return { deliveries: listed.filter(({ state }) => state === 'dead'), ...more };
    },
  };
}
export type WebhookStore = ReturnType<typeof createWebhookStore>;
