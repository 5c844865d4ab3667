import { expect, test } from 'vitest';
import { placeOrQueue } from '../../../functions/order-intake/queue/conflict-fallback-api.ts';
import type { QueuedOrder } from '../../../functions/order-intake/queue/intake-item.ts';
import { placeQueued } from '../../../functions/order-intake/queue/place-queued-job.ts';
import * as routes from '../../../shared/contracts/orders/routes.ts';
import { conflictError } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { anOrder } from '../../support/builders.ts';
import { databaseForAll } from '../../support/database/dynamodb.ts';
import { channels } from '../../support/environment.ts';
import { orderStores, placing, queuePlacing } from '../../support/orders/order-stores.ts';
import { aRequest } from '../../support/requests.ts';
import { stockedSku } from '../../support/stock/stocked-skus.ts';

const database = databaseForAll();
const stores = orderStores(database.db);
const conflicting = () => Promise.reject(conflictError('Concurrent requests changed the same items'));

/** A queue with one consumer, which takes all waiting messages as a batch. */
const consumedQueue = () => {
  const sent: QueuedOrder[] = [];
  let waiting: QueuedOrder[] = [];
  let consumer = Promise.resolve();
  const consume = async () => {
    const batch = waiting;
    waiting = [];
    const processing = queuePlacing(stores, { now: Date.now(), expireHolds: async () => 'all-expired' });
    waiting.push(...(await placeQueued(processing, batch)));
  };
  return {
    sent,
    send: async (orders: readonly QueuedOrder[]) => {
      sent.push(...orders);
      waiting.push(...orders);
      consumer = consumer.then(consume);
    },
  };
};
const brokenConsumer = { send: async () => undefined };

const wait = { responseWithinMs: 60_000, pollMs: 50 };
const request = (sku: string, externalOrderId: string) =>
  aRequest(routes.placeOrder, { body: anOrder({ externalOrderId, lines: [{ sku, quantity: 1 }] }) }, 'storefront');

test('an order that conflicts for too long is placed through the queue, with the response of a direct placement', async () => {
  const sku = await stockedSku(database.db, 5);
  const queue = consumedQueue();
  const placed = await placeOrQueue(conflicting, stores, queue, channels, wait)(request(sku, 'conflicting'));
  expect(placed).toMatchObject({ status: 201, body: { externalOrderId: 'conflicting', status: 'placed' } });
  expect(placed.headers).toEqual({ location: `/orders/${routes.OrderResponse.parse(placed.body).orderId}` });
  expect(queue.sent).toHaveLength(1);
  const replayed = await placing(stores)(request(sku, 'conflicting'));
  expect(replayed).toMatchObject({ status: 200, headers: { 'idempotent-replayed': 'true' } });
  expect(JSON.stringify(replayed.body)).toBe(JSON.stringify(placed.body));
});

test('an order that the queue refuses gets the problem of a direct placement', async () => {
  const sku = await stockedSku(database.db, 0);
  const refused = await placeOrQueue(conflicting, stores, consumedQueue(), channels, wait)(request(sku, 'refused'));
  const direct = await placing(stores)(request(sku, 'refused-directly'));
  expect(refused).toMatchObject({ status: 409, contentType: 'application/problem+json' });
  expect(refused.body).toEqual(direct.body);
});

test('an order that another request placed meanwhile gets the response of a replay', async () => {
  const sku = await stockedSku(database.db, 5);
  const own = request(sku, 'placed-by-another');
  const other = { ...own, cause: { ...own.cause, causationId: 'another-request' } };
  const queue = { send: async () => void (await placing(stores)(other)) };
  const replayed = await placeOrQueue(conflicting, stores, queue, channels, wait)(own);
  expect(replayed).toMatchObject({ status: 200, headers: { 'idempotent-replayed': 'true' } });
});

test('an order without a decision in time is accepted', async () => {
  const sku = await stockedSku(database.db, 5);
  const short = { responseWithinMs: 20, pollMs: 5 };
  const accepted = await placeOrQueue(conflicting, stores, brokenConsumer, channels, short)(request(sku, 'undecided'));
  expect(accepted).toMatchObject({ status: 202, body: { status: 'accepted' } });
});

test('an order that was placed before is not queued', async () => {
  const sku = await stockedSku(database.db, 5);
  const placed = await placing(stores)(request(sku, 'placed-before'));
  const queue = consumedQueue();
  const again = await placeOrQueue(conflicting, stores, queue, channels, wait)(request(sku, 'placed-before'));
  expect(again).toMatchObject({ status: 200, body: placed.body });
  expect(queue.sent).toEqual([]);
});

test('an order without conflicts is not queued, and another error is not hidden', async () => {
  const sku = await stockedSku(database.db, 5);
  const queue = consumedQueue();
  const serve = placeOrQueue(placing(stores), stores, queue, channels, wait);
  expect(await serve(request(sku, 'direct'))).toMatchObject({ status: 201 });
  const failing = () => Promise.reject(new Error('No such table'));
  await expect(placeOrQueue(failing, stores, queue, channels, wait)(request(sku, 'failing'))).rejects.toThrow(
    'No such table',
  );
  expect(queue.sent).toEqual([]);
});

test('200 concurrent orders for 50 units through the queue: 50 are placed, 150 are refused', async () => {
  const sku = await stockedSku(database.db, 50);
  const serve = placeOrQueue(conflicting, stores, consumedQueue(), channels, wait);
  const responses = await Promise.all(
    Array.from({ length: 200 }, (_, index) => serve(request(sku, `crowded-${index}`))),
  );
  expect(responses.filter(({ status }) => status === 201)).toHaveLength(50);
  expect(responses.filter(({ status }) => status === 409)).toHaveLength(150);
});
