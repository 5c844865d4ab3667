import type { Context, SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import '../../support/environment.ts';
import type { DeliveryMessage } from '../../../functions/channel-webhooks/deliveries/delivery.ts';
import type { Endpoint } from '../../../functions/channel-webhooks/endpoints/endpoint.ts';
import { orderEventHandler } from '../../../functions/channel-webhooks/deliveries/order-event.handler.ts';
import { createDeliveryStore } from '../../../functions/channel-webhooks/deliveries/delivery-store.ts';
import { createEndpointStore } from '../../../functions/channel-webhooks/endpoints/endpoint-store.ts';
import { aCause } from '../../support/builders.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { anEndpoint, anOrderEvent } from '../../support/webhooks/order-events.ts';

const database = databaseForAll();
const endpoints = createEndpointStore(database.db, tables);
const deliveries = createDeliveryStore(database.db, tables);

let endpoint: Endpoint;
beforeEach(async () => {
  endpoint = await anEndpoint(endpoints, 'https://shop.example.com/hooks');
});
afterEach(() => endpoints.delete(endpoint, aCause()));

const sent: DeliveryMessage[] = [];
afterEach(() => void sent.splice(0));
const queue = {
  send: async (messages: DeliveryMessage[]): Promise<void> => {
    sent.push(...messages);
  },
};

/** Invokes the handler with events as SQS does; returns the indexes of the failed records. */
async function deliver(events: readonly unknown[], to: typeof queue = queue): Promise<number[]> {
  const Records = events.map((event, index) => ({
    messageId: String(index),
    body: typeof event === 'string' ? event : JSON.stringify(event),
  }));
  const handle = orderEventHandler({ endpoints, deliveries, queue: to });
  const response = await handle({ Records } as unknown as SQSEvent, {} as unknown as Context);
  return response.batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier));
}

describe('an event of an order', () => {
  test('is queued for the subscribed endpoints, each time as the same delivery', async () => {
    const { event, orderId, eventId } = await anOrderEvent(database.db);
    const other = await anEndpoint(endpoints, 'https://shop.example.com/hooks', { eventTypes: ['OrderShipped'] });
    expect(await deliver([event, event])).toEqual([]);
    const { channel, endpointId } = endpoint;
    const message = { channel, endpointId, eventId, orderId, eventType: 'OrderAllocated', round: 0 };
    expect(sent).toEqual([message, message]);
    await endpoints.delete(other, aCause());
  });

  test('without a channel is queued for the channel of its order, and dropped if there is no such order', async () => {
    const { event, orderId } = await anOrderEvent(database.db);
    const withData = (data: object) => ({ ...event, detail: { ...event.detail, data } });
    expect(await deliver([withData({ orderId }), withData({ orderId: 'ord_none' })])).toEqual([]);
    expect(sent).toMatchObject([{ channel: 'storefront', orderId }]);
  });

  test('that is malformed is retried alone', async () => {
    const { event, eventId } = await anOrderEvent(database.db);
    expect(await deliver(['no JSON', event, { detail: {} }])).toEqual([0, 2]);
    expect(sent).toMatchObject([{ eventId }]);
  });

  test('is retried alone when the queue refuses its messages', async () => {
    const [one, two] = [await anOrderEvent(database.db), await anOrderEvent(database.db)];
    const failing = {
      send: async (messages: DeliveryMessage[]) => {
        if (messages.some(({ eventId }) => eventId === one.eventId)) throw new Error('The queue does not respond');
        await queue.send(messages);
      },
    };
    expect(await deliver([one.event, two.event], failing)).toEqual([0]);
    expect(sent).toMatchObject([{ eventId: two.eventId }]);
    expect(await deliver([one.event])).toEqual([]);
    expect(sent).toMatchObject([{ eventId: two.eventId }, { eventId: one.eventId }]);
  });
});
