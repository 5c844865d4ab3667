import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { countByStatus, decisionOn, expectOneOrderPerThreePosts } from '../../support/orders/repeated-orders.ts';
import { aDuty } from '../../support/orders/placed-order.ts';
import { expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

describe('an order over HTTP', () => {
  test('is priced by the server, reserved, and readable with its timeline', async () => {
    const sku = await stockedSku(office, { units: 10, priceMinor: 1200 });
    const storefront = office.client('storefront');
    const content = orderOf(sku, { lines: [{ sku, quantity: 3 }] });
    const placed = await storefront.post('/orders', content);
    expect(placed.status, placed.text).toBe(201);
    expect(placed.headers.location).toBe(`/orders/${placed.body.orderId}`);
    expect(placed.body).toMatchObject({
      externalOrderId: content.externalOrderId,
      channel: 'storefront',
      status: 'placed',
      subtotalMinor: 3600,
      discountMinor: 0,
      shippingMinor: 0,
      taxIncluded: true,
      taxMinor: 600,
      totalMinor: 3600,
      lines: [{ sku, quantity: 3, unitPriceMinor: 1200, taxMinor: 600, totalMinor: 3600, warehouse: 'main' }],
    });
    const read = await storefront.get(`/orders/${placed.body.orderId}`);
    const { customer, shippingAddress } = content;
    expect(read.body).toEqual({ ...placed.body, customer, shippingAddress, shippingMethod: 'standard' });
    const timeline = await storefront.get(`/orders/${placed.body.orderId}/timeline`);
    expect(timeline.body.events).toHaveLength(1);
    const stock = await office.client('warehouse').get(`/stock/${sku}`);
    expect(stock.body).toMatchObject({ onHand: 10, reserved: 3, unavailable: 0, available: 7 });
    const found = await storefront.get(`/orders?externalOrderId=${content.externalOrderId}`);
    expect(found.body.orders.map((order: { orderId: string }) => order.orderId)).toEqual([placed.body.orderId]);
  });

  test('with two lines of one SKU is checked against the sum of both lines', async () => {
    const sku = await stockedSku(office, { units: 5 });
    const lines = [
      { sku, quantity: 3 },
      { sku, quantity: 3 },
    ];
    const refused = await office.client('storefront').post('/orders', orderOf(sku, { lines }));
    expectProblem(refused, 409, 'out-of-stock');
    expect(refused.body.lines).toEqual([{ sku, requested: 6, available: 5 }]);
    const stock = await office.client('warehouse').get(`/stock/${sku}`);
    expect(stock.body).toMatchObject({ reserved: 0, available: 5 });
  });

  test('is allocated to one warehouse with all lines, otherwise split over several warehouses', async () => {
    const plenty = await stockedSku(office, { warehouses: { main: 1, north: 9 } });
    const scarce = await stockedSku(office, { warehouses: { north: 2 } });
    const storefront = office.client('storefront');
    const together = await storefront.post(
      '/orders',
      orderOf(plenty, {
        lines: [
          { sku: plenty, quantity: 1 },
          { sku: scarce, quantity: 1 },
        ],
      }),
    );
    expect(together.body.lines.map((line: { warehouse: string }) => line.warehouse)).toEqual(['north', 'north']);
    const split = await storefront.post('/orders', orderOf(plenty, { lines: [{ sku: plenty, quantity: 9 }] }));
    expect(split.status, split.text).toBe(201);
    const parts = split.body.lines.map(({ quantity, warehouse }: Record<string, unknown>) => [quantity, warehouse]);
    expect(parts).toEqual([
      [1, 'main'],
      [8, 'north'],
    ]);
    expect(split.body.totalMinor).toBe(9 * 250);
  });

  test('200 concurrent orders for 50 units place 50 orders, refuse 150 and publish 50 events', async () => {
    const sku = await stockedSku(office, { units: 50 });
    const storefront = office.client('storefront');
    const responses = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const response = await storefront.post('/orders', orderOf(sku));
        if (response.status === 409) expectProblem(response, 409, 'out-of-stock');
        return decisionOn(storefront, response);
      }),
    );
    expect(countByStatus(responses)).toEqual({ 201: 50, 409: 150 });
    for (const { body } of responses.filter(({ status }) => status === 409)) {
      expect(body).toMatchObject({ type: 'out-of-stock', lines: [{ sku, requested: 1, available: 0 }] });
    }
    const stock = await office.client('warehouse').get(`/stock/${sku}`);
    expect(stock.body).toMatchObject({ onHand: 50, reserved: 50, available: 0 });
    await office.settled();
    const events = (await office.lake.events('OrderPlaced')).filter((event) =>
      JSON.stringify(event.detail.data).includes(sku),
    );
    expect(new Set(events.map((event) => event.detail.metadata.eventId)).size).toBe(50);
  });

  test('of 60 orders posted three times concurrently each is placed once, and different content is refused', () =>
    expectOneOrderPerThreePosts(office, 60));

  test('is replayed with its first response after the stock, the price and the SKU changed', async () => {
    const sku = await stockedSku(office, { units: 1 });
    const content = orderOf(sku);
    const storefront = office.client('storefront');
    const first = await storefront.post('/orders', content);
    await office
      .client('admin')
      .put(`/catalog/skus/${sku}`, { name: 'Changed', priceMinor: 999, currency: 'GBP', active: false });
    const again = await storefront.post('/orders', content);
    expect(again.status).toBe(200);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.text).toBe(first.text);
  });

  test('with invalid duties is refused with the position of the error', async () => {
    const duty = aDuty(250);
    const sku = await stockedSku(office);
    const bad: [unknown[], string][] = [
      [[duty, { ...duty, kind: 'fee' }], '/charges'],
      [Array.from({ length: 21 }, (_, index) => aDuty(1, `duty-${index}`)), '/charges'],
      [[{ ...duty, amountMinor: -1 }], '/charges/0/amountMinor'],
      [[{ ...duty, amountMinor: 0.5 }], '/charges/0/amountMinor'],
      [[{ ...duty, kind: 'tip' }], '/charges/0/kind'],
    ];
    for (const [charges, pointer] of bad) {
      const refused = await office.client('storefront').post('/orders', orderOf(sku, { charges }));
      expectProblem(refused, 422, 'invalid-content');
      expect(refused.body.errors, refused.text).toContainEqual(expect.objectContaining({ pointer }));
    }
  });

  test('keeps the prices of a channel that sets prices; other channels get the current price in the refusal', async () => {
    const sku = await stockedSku(office, { priceMinor: 500 });
    const lines = [{ sku, quantity: 2, unitPriceMinor: 333 }];
    const own = await office.client('marketplace').post('/orders', orderOf(sku, { lines }));
    expect(own.body).toMatchObject({ channel: 'marketplace', totalMinor: 666 });
    const refused = await office.client('storefront').post('/orders', orderOf(sku, { lines }));
    expectProblem(refused, 422, 'price-changed');
    expect(refused.text).toContain('500');
  });
});
