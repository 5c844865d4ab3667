import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { findOrders, getTimeline } from '../../../functions/order-intake/search/search-api.ts';
import { newEvent } from '../../../shared/contracts/define-event.ts';
import { OrderAllocated } from '../../../shared/contracts/orders/life-cycle-events.ts';
import * as routes from '../../../shared/contracts/orders/routes.ts';
import type { OrderContent, OrderResponse } from '../../../shared/contracts/orders/routes.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { orderPartition } from '../../../shared/orders/order-keys.ts';
import allocated from '../../contracts/order-allocated.sample.json' with { type: 'json' };
import { aCause, anOrder } from '../../support/builders.ts';
import { cursors } from '../../support/cursors.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { channels, warehouses } from '../../support/environment.ts';
import { orderStores, placing, reading } from '../../support/orders/order-stores.ts';
import { aRequest } from '../../support/requests.ts';
import { stockedSku } from '../../support/stock/stocked-skus.ts';

const database = databaseForAll();
const stores = orderStores(database.db);

let made = 0;
const anId = () => `id-${(made += 1)}`;

const aSkuWith = (units: number) => stockedSku(database.db, units);
const post = (content: OrderContent, clientId = 'storefront'): Promise<HttpResponse> =>
  placing(stores)(aRequest(routes.placeOrder, { body: content }, clientId));
const orderFor = (sku: string, given: Partial<OrderContent> = {}) =>
  anOrder({ externalOrderId: anId(), lines: [{ sku, quantity: 1 }], ...given });
const bodyOf = (response: HttpResponse) => response.body as OrderResponse;

const find = async (query: object, clientId = 'admin') => {
  const { status, body } = await findOrders(
    { ...stores, cursors },
    {
      channels,
      warehouses,
      timeZone: 'Europe/London',
    },
  )(aRequest(routes.findOrders, { query: { limit: 50, ...query } }, clientId));
  expect(status).toBe(200);
  return body as { orders: OrderResponse[]; cursor?: string };
};
const findAll = async (query: object, clientId = 'admin') => {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await find({ ...query, ...(cursor !== undefined && { cursor }) }, clientId);
    ids.push(...page.orders.map(({ orderId }) => orderId));
    ({ cursor } = page);
  } while (cursor !== undefined);
  return ids;
};

describe('a search', () => {
  test('by day, customer or status returns each order once, newest first, in pages', async () => {
    const sku = await aSkuWith(100);
    const customer = { id: anId() };
    const placed: string[] = [];
    for (let minute = 10; minute < 35; minute += 1) {
      // 00:30 on the 2nd in London is the 1st in UTC.
      const content = orderFor(sku, { customer, placedAt: `2012-07-01T23:${minute}:00Z` });
      placed.unshift(bodyOf(await post(content, minute % 5 === 0 ? 'marketplace' : 'storefront')).orderId);
    }
    expect(await findAll({ day: '2012-07-02', limit: 4 })).toEqual(placed);
    expect(await findAll({ day: '2012-07-01', limit: 4 })).toEqual([]);
    expect(await findAll({ customerId: customer.id, limit: 7 })).toEqual(placed);
    for (const placedAt of ['2012-07-04T10:00:00Z', undefined]) await post(orderFor(sku, { placedAt }));
    const newest = await find({ status: ['placed'], limit: 100 });
    const times = newest.orders.map(({ placedAt }) => Date.parse(placedAt));
    expect(times.length).toBeGreaterThan(placed.length);
    expect(times).toEqual(times.toSorted((a, b) => b - a));

    const own = await findAll({ day: '2012-07-02', limit: 2 }, 'marketplace');
    expect(own).toEqual(placed.filter((_, index) => (34 - index) % 5 === 0));
    expect(await findAll({ day: '2012-07-02', limit: 3 }, 'warehouse')).toEqual(placed);
  });

  test('by external id returns the own order to a channel, and those of all channels to staff', async () => {
    const sku = await aSkuWith(5);
    const content = orderFor(sku);
    const [own, foreign] = [bodyOf(await post(content)), bodyOf(await post(content, 'marketplace'))];
    const { externalOrderId } = content;
    expect(await findAll({ externalOrderId }, 'storefront')).toEqual([own.orderId]);
    expect((await findAll({ externalOrderId, limit: 1 }, 'admin')).toSorted()).toEqual(
      [own.orderId, foreign.orderId].toSorted(),
    );
    expect(await findAll({ externalOrderId: 'NONE' })).toEqual([]);
  });

  test('refuses the cursor of another query', async () => {
    const sku = await aSkuWith(2);
    const [day, other] = ['2013-07-02', '2013-07-03'];
    for (const time of ['10:00', '11:00']) await post(orderFor(sku, { placedAt: `${day}T${time}:00Z` }));
    const { cursor } = await find({ day, limit: 1 });
    expect(cursor).toEqual(expect.any(String));
    const ask = findOrders({ ...stores, cursors }, { channels, warehouses, timeZone: 'Europe/London' });
    for (const query of [
      { limit: 1, day: other, cursor },
      { limit: 1, day, cursor: 'bm9uc2Vuc2U' },
    ]) {
      expect(await ask(aRequest(routes.findOrders, { query }))).toMatchObject({
        status: 400,
        body: { type: 'invalid-cursor' },
      });
    }
    expect((await find({ day, limit: 1, cursor })).orders).toHaveLength(1);
  });
});

test('orders of a warehouse that the settings do not have are refused', async () => {
  const ask = findOrders({ ...stores, cursors }, { channels, warehouses, timeZone: 'Europe/London' });
  const response = await ask(aRequest(routes.findOrders, { query: { limit: 1, warehouse: 'nroth' } }));
  expect(response).toMatchObject({ status: 400, body: { errors: [{ pointer: '/warehouse' }] } });
});

const timelineOf = (params: { orderId: string }, clientId: string, query: { limit?: number; cursor?: string } = {}) =>
  getTimeline(
    stores.orders,
    cursors,
    channels,
  )(aRequest(routes.getTimeline, { params, query: { limit: 1000, ...query } }, clientId));

describe('the timeline of an order', () => {
  test('has pages, whose cursor belongs to the order and the caller', async () => {
    const { orderId } = bodyOf(await post(orderFor(await aSkuWith(5))));
    const { orderId: other } = bodyOf(await post(orderFor(await aSkuWith(5))));
    for (const index of [1, 2, 3, 4]) {
      const { data } = OrderAllocated.envelope.parse(allocated).detail;
      const event = newEvent(OrderAllocated, { ...data, orderId }, aCause({ now: Date.now() + index }));
      await database.db.send(
        new PutCommand({
          TableName: tables.ORDER_TABLE_NAME,
          Item: outboxItem(orderPartition(orderId), event),
        }),
      );
    }
    const all = await timelineOf({ orderId }, 'storefront');
    const types: string[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await timelineOf({ orderId }, 'storefront', {
        limit: 2,
        ...(cursor !== undefined && { cursor }),
      });
      const page = body as { events: { type: string }[]; cursor?: string };
      expect(page.events.length).toBeLessThanOrEqual(2);
      types.push(...page.events.map(({ type }) => type));
      ({ cursor } = page);
      if (cursor === undefined) break;
      expect(await timelineOf({ orderId: other }, 'storefront', { cursor })).toMatchObject({ status: 400 });
      expect(await timelineOf({ orderId }, 'admin', { cursor })).toMatchObject({ status: 400 });
    } while (cursor !== undefined);
    expect(types).toEqual(['OrderPlaced', ...Array.from({ length: 4 }, () => 'OrderAllocated')]);
    expect((all.body as { events: unknown[]; cursor?: string }).events).toHaveLength(5);
    expect(all.body).not.toHaveProperty('cursor');
  });
});

describe('an order read by id', () => {
  test('is visible with its timeline to its channel and to staff, and not to other channels', async () => {
    const sku = await aSkuWith(5);
    const content = orderFor(sku, { note: 'Ring twice' });
    const { customer, shippingAddress, note } = content;
    const order = bodyOf(await post(content));
    const contact = { customer, shippingAddress, shippingMethod: 'standard', note };
    const params = { orderId: order.orderId };
    for (const clientId of ['storefront', 'admin', 'warehouse']) {
      const read = await reading(stores)(aRequest(routes.getOrder, { params }, clientId));
      expect(read.body).toEqual({ ...order, ...contact });
      const { body } = await timelineOf(params, clientId);
      const { events } = body as { events: unknown[] };
      expect(events).toMatchObject([{ type: 'OrderPlaced', occurredAt: order.placedAt, data: { totalMinor: 1200 } }]);
      expect(JSON.stringify(events)).not.toMatch(/ada@example|Ring twice/);
    }
    expect(await reading(stores)(aRequest(routes.getOrder, { params }, 'marketplace'))).toMatchObject({
      status: 404,
    });
    expect(await timelineOf(params, 'marketplace')).toMatchObject({ status: 404 });
  });

  test('is not found if it was never placed', async () => {
    const params = { orderId: `ord_${'0'.repeat(26)}` };
    expect(await reading(stores)(aRequest(routes.getOrder, { params }))).toMatchObject({ status: 404 });
  });
});
