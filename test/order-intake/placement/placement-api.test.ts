import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { createCatalogStore } from '../../../functions/catalog/skus/sku-store.ts';
import { createStockStore } from '../../../functions/stock-update/stock/store.ts';
import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import * as routes from '../../../shared/contracts/orders/routes.ts';
import type { OrderContent, OrderResponse } from '../../../shared/contracts/orders/routes.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import { isRetryableError } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { aCause, anOrder, aSku } from '../../support/builders.ts';
import { withConflicts } from '../../support/database/conflicting-database.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { aRequest } from '../../support/requests.ts';
import { orderKey } from '../../../shared/orders/order-keys.ts';
import { orderStores, placing, reading } from '../../support/orders/order-stores.ts';
import { stockedSku } from '../../support/stock/stocked-skus.ts';

const database = databaseForAll();
const stores = orderStores(database.db);
const stockStore = createStockStore(database.db, tables);

let made = 0;
const anId = () => `id-${(made += 1)}`;

const aSkuWith = (units: number, given: Partial<SkuRecord> = {}) => stockedSku(database.db, units, given);
const countersOf = async (sku: string) => (await stockStore.stock(sku)).stock?.warehouses['main'];

const post = (content: OrderContent, clientId = 'storefront', through = stores): Promise<HttpResponse> =>
  placing(through)(aRequest(routes.placeOrder, { body: content }, clientId));
const orderFor = (sku: string, given: Partial<OrderContent> = {}) =>
  anOrder({ externalOrderId: anId(), lines: [{ sku, quantity: 1 }], ...given });
const bodyOf = (response: HttpResponse) => response.body as OrderResponse;
const text = (response: HttpResponse) => JSON.stringify(response.body);
const withStatus = (responses: HttpResponse[], status: number) =>
  responses.filter((response) => response.status === status);

describe('an order', () => {
  test('is returned, stored with its event, and its stock is reserved', async () => {
    const sku = await aSkuWith(5);
    const placed = await post(orderFor(sku, { lines: [{ sku, quantity: 2 }] }));
    const order = bodyOf(placed);
    expect(placed).toMatchObject({ status: 201, headers: { location: `/orders/${order.orderId}` } });
    expect(routes.OrderResponse.parse(order)).toEqual(order);
    expect(order).toMatchObject({ channel: 'storefront', status: 'placed', totalMinor: 2400, reservedUntil: null });
    expect(await countersOf(sku)).toEqual({ onHand: 5, reserved: 2, unavailable: 0, available: 3 });
    const events = await eventsOf(database.db, tables.ORDER_TABLE_NAME, `ORDER#${order.orderId}`);
    expect(events).toMatchObject([
      { detailType: 'OrderPlaced', detail: { metadata: { occurredAt: order.placedAt, actor: 'storefront' } } },
    ]);
  });

  test('of 200 concurrent ones for 50 units: 50 are placed, 150 are out of stock', async () => {
    const sku = await aSkuWith(50);
    const responses = await Promise.all(Array.from({ length: 200 }, () => post(orderFor(sku))));
    expect(withStatus(responses, 201)).toHaveLength(50);
    expect(withStatus(responses, 409)).toHaveLength(150);
    for (const { body } of withStatus(responses, 409)) {
      expect(body).toMatchObject({ type: 'out-of-stock', lines: [{ sku, requested: 1, available: 0 }] });
    }
    expect(await countersOf(sku)).toEqual({ onHand: 50, reserved: 50, unavailable: 0, available: 0 });
  });

  test('of two SKUs reserves neither if one is short', async () => {
    const [plenty, short] = [await aSkuWith(5), await aSkuWith(1)];
    const lines = [
      { sku: plenty, quantity: 1 },
      { sku: short, quantity: 2 },
    ];
    expect((await post(orderFor(plenty, { lines }))).status).toBe(409);
    expect(await countersOf(plenty)).toMatchObject({ reserved: 0, available: 5 });
  });

  test('posted three times concurrently, once with other content, is placed once and refused as a conflict', async () => {
    const sku = await aSkuWith(1000);
    const rounds = await Promise.all(
      Array.from({ length: 100 }, () => {
        const content = orderFor(sku);
        const changed = { ...content, note: 'Other content' };
        return Promise.all([post(content), post(content), post(changed)]);
      }),
    );
    for (const [one, same, changed] of rounds) {
      const responses = [one, same, changed].filter((response) => response !== undefined);
      const [placed] = withStatus(responses, 201);
      expect(withStatus(responses, 201)).toHaveLength(1);
      for (const replay of withStatus(responses, 200)) {
        expect(replay.headers).toMatchObject({ 'idempotent-replayed': 'true' });
        expect(text(replay)).toBe(placed && text(placed));
      }
      const conflicts = withStatus(responses, 409);
      expect(conflicts.length + withStatus(responses, 200).length).toBe(2);
      expect(conflicts.length).toBeGreaterThan(0);
      for (const { body } of conflicts) {
        expect(body).toMatchObject({ type: 'order-conflict', orderId: placed && bodyOf(placed).orderId });
      }
    }
    expect(await countersOf(sku)).toMatchObject({ reserved: 100, available: 900 });
  });

  test('sent again gets the first response, also after the order and the SKU have changed', async () => {
    const sku = await aSkuWith(1, { category: 'kitchen' });
    const content = orderFor(sku, { couponCodes: ['SAVE10'], note: 'Ring twice' });
    const placed = await post(content);
    const catalog = createCatalogStore(database.db, tables);
    const changed = aSku({ sku, priceMinor: 1, active: false });
    await catalog.write({ record: changed, version: 2, contentHash: '' }, aCause());
    await database.db.send(
      new UpdateCommand({
        TableName: tables.ORDER_TABLE_NAME,
        Key: orderKey(bodyOf(placed).orderId),
        UpdateExpression: 'SET #status = :shipped',
        ExpressionAttributeNames: { '#status': 'status' },
        ExpressionAttributeValues: { ':shipped': 'shipped' },
      }),
    );
    const replay = await post(content);
    expect(replay).toMatchObject({ status: 200, headers: { 'idempotent-replayed': 'true' } });
    expect(text(replay)).toBe(text(placed));
    const read = await reading(stores)(aRequest(routes.getOrder, { params: { orderId: bodyOf(placed).orderId } }));
    // The response for a single order has the customer, addresses, shipping method and note too.
    const { customer, shippingAddress, note } = content;
    const contact = { customer, shippingAddress, shippingMethod: 'standard', note };
    expect(read.body).toEqual({ ...bodyOf(placed), status: 'shipped', ...contact });
  });

  test('with the same external id is another order in another channel', async () => {
    const sku = await aSkuWith(5);
    const content = orderFor(sku);
    const [one, two] = [await post(content), await post(content, 'marketplace')];
    expect([one.status, two.status]).toEqual([201, 201]);
    expect(bodyOf(one).orderId).not.toBe(bodyOf(two).orderId);
  });

  test('of a client that is not a channel is refused', async () => {
    expect(await post(anOrder(), 'warehouse')).toMatchObject({ status: 403, body: { type: 'not-a-channel' } });
  });

  test('of 98 SKUs is placed in one transaction', async () => {
    const skus = await Promise.all(Array.from({ length: 98 }, () => aSkuWith(1)));
    const placed = await post(anOrder({ externalOrderId: anId(), lines: skus.map((sku) => ({ sku, quantity: 1 })) }));
    expect(placed.status).toBe(201);
    expect(bodyOf(placed).lines).toHaveLength(98);
  });

  test('is placed after a few transaction conflicts, and fails with a retryable error if they persist', async () => {
    const sku = await aSkuWith(2);
    const briefly = orderStores(withConflicts(database.db, { conflicts: 4 }));
    expect((await post(orderFor(sku), 'storefront', briefly)).status).toBe(201);
    const persistent = placing(orderStores(withConflicts(database.db, { conflicts: Infinity })), { budgetMs: 100 });
    const failure = await persistent(aRequest(routes.placeOrder, { body: orderFor(sku) })).catch(
      (error: unknown) => error,
    );
    expect(isRetryableError(failure)).toBe(true);
    expect(await countersOf(sku)).toMatchObject({ reserved: 1, available: 1 });
  });
});
