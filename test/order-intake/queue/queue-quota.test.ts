import { expect, test } from 'vitest';
import { quotaCounterOf } from '../../../functions/order-intake/queue/queue-quota.ts';
import { placeQueued } from '../../../functions/order-intake/queue/place-queued-job.ts';
import { queueOrder, queueOrders } from '../../../functions/order-intake/queue/queue-api.ts';
import type { QueuedOrder } from '../../../functions/order-intake/queue/intake-item.ts';
import { placeOrders } from '../../../shared/contracts/orders/queue-routes.ts';
import { placeOrder } from '../../../shared/contracts/orders/routes.ts';
import { orderIdOf } from '../../../shared/ids.ts';
import { anOrder, noon } from '../../support/builders.ts';
import { databaseForAll } from '../../support/database/dynamodb.ts';
import { orderStores, queuePlacing, skipExpiry } from '../../support/orders/order-stores.ts';
import { aRequest } from '../../support/requests.ts';
import { stockedSku } from '../../support/stock/stocked-skus.ts';

const database = databaseForAll();
const stores = orderStores(database.db);
const channelOf = (channel: string) => ({ channel, pricesItself: false, staff: false, maxQueuedOrders: 800 });
const channels = { hostile: channelOf('hostile'), honest: channelOf('honest') };

let made = 0;
const manyOrders = (count: number, sku: string) =>
  Array.from({ length: count }, () =>
    anOrder({ externalOrderId: `many-${(made += 1)}`, lines: [{ sku, quantity: 1 }] }),
  );

function aQueue() {
  const messages: QueuedOrder[] = [];
  return { messages, queue: { send: async (orders: readonly QueuedOrder[]) => void messages.push(...orders) } };
}
const post = async (client: string, orders: readonly unknown[], queue: ReturnType<typeof aQueue>['queue']) =>
  queueOrders(stores, queue, channels)(aRequest(placeOrders, { body: { orders: [...orders] } }, client));
const place = (messages: readonly QueuedOrder[]) =>
  placeQueued(queuePlacing(stores, { now: noon + 2000, expireHolds: skipExpiry }), messages);

test('a channel has a bounded number of queued orders, which never hinders another, until some are decided', async () => {
  const sku = await stockedSku(database.db, 100_000);
  const { messages, queue } = aQueue();
  const responses = [];
  for (let batch = 0; batch < 40; batch += 1) responses.push(await post('hostile', manyOrders(50, sku), queue));
  const refused = responses.filter(({ status }) => status === 429);
  expect(refused[0]).toMatchObject({ headers: { 'retry-after': '30' }, body: { type: 'too-many-queued-orders' } });
  expect(messages.length).toBeLessThanOrEqual(800);
  expect(messages.length).toBe((40 - refused.length) * 50);

  const single = anOrder({ externalOrderId: 'single', lines: [{ sku, quantity: 1 }] });
  const honest = aQueue();
  const queued = await queueOrder(
    stores,
    honest.queue,
    channels,
  )(aRequest(placeOrder, { body: single, headers: {} }, 'honest'));
  expect([queued.status, honest.messages.length]).toEqual([202, 1]);

  // The decided orders, however often they are delivered, make room for as many.
  const decided = messages.slice(0, 100);
  expect(await place(decided)).toEqual([]);
  expect(await place(decided)).toEqual([]);
  const later = [];
  for (let batch = 0; batch < 40; batch += 1) later.push(await post('hostile', manyOrders(50, sku), aQueue().queue));
  expect(later.filter(({ status }) => status === 202).length).toBeGreaterThan(0);
  expect(later.filter(({ status }) => status === 202).length).toBeLessThanOrEqual((800 - messages.length + 100) / 50);
});

test('an order that is queued already is not counted again, and is accepted above the quota too', async () => {
  const sku = await stockedSku(database.db, 1000);
  const first = manyOrders(50, sku);
  const { messages, queue } = aQueue();
  expect((await post('honest', first, queue)).status).toBe(202);
  for (let again = 0; again < 40; again += 1) expect((await post('honest', first, queue)).status).toBe(202);
  expect(new Set(messages.map(({ countedIn }) => countedIn)).size).toBe(1);
});

test('orders are counted in eight items of an hour, so that no item takes the writes of a channel', () => {
  const counters = Array.from({ length: 4000 }, (_, index) =>
    quotaCounterOf(orderIdOf('storefront', `${index}`), noon),
  );
  const counts = [...Map.groupBy(counters, (each) => each).values()].map(({ length }) => length);
  expect(counts).toHaveLength(8);
  expect(Math.max(...counts)).toBeLessThan(650);
});
