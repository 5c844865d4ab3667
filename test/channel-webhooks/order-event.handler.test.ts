import type { Context, SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import '../support/environment.ts';
import type { DeliveryMessage } from '../../functions/channel-webhooks/delivery.ts';
import type { Endpoint } from '../../functions/channel-webhooks/endpoint.ts';
import { orderEventHandler } from '../../functions/channel-webhooks/order-event.handler.ts';
import { createWebhookStore } from '../../functions/channel-webhooks/store.ts';
import { aCause } from '../support/builders.ts';
import { databaseForAll, tables } from '../support/dynamodb.ts';
import { anEndpoint, anOrderEvent } from '../support/webhook-orders.ts';

const database = databaseForAll();
const store = createWebhookStore(database.db, tables);

let endpoint: Endpoint;
beforeEach(async () => {
  endpoint = await anEndpoint(store, 'https://shop.example.com/hooks');
});
afterEach(() => store.deleteEndpoint(endpoint, aCause()));

const sent: DeliveryMessage[] = [];
afterEach(() => void sent.splice(0));
const queue = {
  send: async (messages: DeliveryMessage[]): Promise<void> => {
    sent.push(...messages);
  },
};

/** Gives events to the handler as SQS does; the numbers of the records that are to come again. */
async function deliver(events: readonly unknown[], to: typeof queue = queue): Promise<number[]> {
  const Records = events.map((event, index) => ({
    messageId: String(index),
    body: typeof event === 'string' ? event : JSON.stringify(event),
  }));
  const answer = await orderEventHandler(store, to)({ Records } as unknown as SQSEvent, {} as unknown as Context);
  return answer.batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier));
}

describe('an event of an order', () => {
  test('is queued for the endpoints that want it, each time as the same delivery', async () => {
    const { event, orderId, eventId } = await anOrderEvent(database.db);
    const other = await anEndpoint(store, 'https://shop.example.com/hooks', { eventTypes: ['OrderShipped'] });
    expect(await deliver([event, event])).toEqual([]);
    const { channel, endpointId } = endpoint;
    const message = { channel, endpointId, eventId, orderId, eventType: 'OrderAllocated', round: 0 };
    expect(sent).toEqual([message, message]);
    await store.deleteEndpoint(other, aCause());
  });

  test('that does not name its channel is one of the channel of its order; without an order, of nobody', async () => {
    const { event, orderId } = await anOrderEvent(database.db);
    const withData = (data: object) => ({ ...event, detail: { ...event.detail, data } });
    expect(await deliver([withData({ orderId }), withData({ orderId: 'ord_none' })])).toEqual([]);
    expect(sent).toMatchObject([{ channel: 'storefront', orderId }]);
  });

  test('that is malformed comes again alone', async () => {
    const { event, eventId } = await anOrderEvent(database.db);
    expect(await deliver(['no JSON', event, { detail: {} }])).toEqual([0, 2]);
    expect(sent).toMatchObject([{ eventId }]);
  });

  test('comes again when the queue does not take it, and its neighbours do not', async () => {
    const [one, two] = [await anOrderEvent(database.db), await anOrderEvent(database.db)];
    const failing = {
      send: async (messages: DeliveryMessage[]) => {
        if (messages.some(({ eventId }) => eventId === one.eventId)) throw new Error('The queue does not answer');
        await queue.send(messages);
      },
    };
    expect(await deliver([one.event, two.event], failing)).toEqual([0]);
    expect(sent).toMatchObject([{ eventId: two.eventId }]);
    expect(await deliver([one.event])).toEqual([]);
    expect(sent).toMatchObject([{ eventId: two.eventId }, { eventId: one.eventId }]);
  });
});
