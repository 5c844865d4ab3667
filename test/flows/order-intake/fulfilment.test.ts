import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { eventTypes, retryWhileBusy, placedOrder, stockOf } from '../../support/orders/order-api.ts';
import { expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

const cancel = (path: string, given: Record<string, unknown> = {}) =>
  office.client('storefront').post(`${path}/cancellation`, { requestId: randomUUID(), reason: 'no need', ...given });
const ship = (path: string, lines: unknown, given: Record<string, unknown> = {}) =>
  office.client('warehouse').post(`${path}/shipments`, { shipmentId: randomUUID(), lines, ...given });
const countOf = (responses: { status: number }[], status: number) =>
  responses.filter((response) => response.status === status).length;

describe('a cancellation', () => {
  test('releases the reserved stock once when it is sent 50 times', async () => {
    const { sku, path } = await placedOrder(office, { units: 10, quantity: 4 });
    const request = { requestId: randomUUID() };
    const responses = await Promise.all(Array.from({ length: 50 }, () => retryWhileBusy(() => cancel(path, request))));
    expect(countOf(responses, 200)).toBe(50);
    const replays = responses.filter(({ headers }) => headers['idempotent-replayed'] === 'true');
    expect(replays).toHaveLength(49);
    expect(responses[0]?.body).toMatchObject({ status: 'cancelled', cancelledMinor: 4000, totalMinor: 4000 });
    expect(await stockOf(office, sku)).toEqual({ onHand: 10, reserved: 0, available: 10 });
    expect(await eventTypes(office, path)).toEqual(['OrderPlaced', 'OrderCancelled']);
    expectProblem(await cancel(path), 409, 'illegal-transition');
    expect((await cancel(path)).body.currentStatus).toBe('cancelled');
    expectProblem(await cancel(path, { ...request, reason: 'other' }), 409, 'cancellation-conflict');
    const found = await office.client('admin').get('/orders?status=cancelled');
    expect(found.body.orders.map((order: { orderId: string }) => `/orders/${order.orderId}`)).toContain(path);
  });

  test('of some units keeps the amounts of the other lines, and of the last units includes shipping', async () => {
    const [one, two] = [
      await stockedSku(office, { units: 10, priceMinor: 333 }),
      await stockedSku(office, { units: 10 }),
    ];
    const lines = [
      { sku: one, quantity: 3 },
      { sku: two, quantity: 2 },
    ];
    const placed = await office
      .client('storefront')
      .post('/orders', orderOf(one, { lines, shippingMethod: 'express' }));
    const path = `/orders/${placed.body.orderId}`;
    const part = await cancel(path, { lines: [{ lineId: 'line-1', quantity: 2 }] });
    expect(part.body).toMatchObject({ status: 'placed', cancelledMinor: 666, totalMinor: placed.body.totalMinor });
    expect(part.body.lines).toEqual([{ ...placed.body.lines[0], cancelledQuantity: 2 }, placed.body.lines[1]]);
    expect(await stockOf(office, one)).toEqual({ onHand: 10, reserved: 1, available: 9 });
    expectProblem(await cancel(path, { lines: [{ lineId: 'line-1', quantity: 2 }] }), 409, 'too-many-units');
    const rest = await cancel(path, {
      lines: [
        { lineId: 'line-2', quantity: 2 },
        { lineId: 'line-1', quantity: 1 },
      ],
    });
    expect(rest.body).toMatchObject({ status: 'cancelled', cancelledMinor: placed.body.totalMinor });
    expect(await stockOf(office, two)).toEqual({ onHand: 10, reserved: 0, available: 10 });
    expect(await eventTypes(office, path)).toEqual(['OrderPlaced', 'OrderLinesCancelled', 'OrderCancelled']);
  });

  test('of 50 concurrent cancellations of one unit each of 20 units, 20 succeed and release the stock', async () => {
    const { sku, path } = await placedOrder(office, { units: 30, quantity: 20 });
    const lines = [{ lineId: 'line-1', quantity: 1 }];
    const requests = Array.from({ length: 50 }, () => ({ requestId: randomUUID(), lines }));
    const responses = await Promise.all(requests.map((request) => retryWhileBusy(() => cancel(path, request))));
    expect([countOf(responses, 200), countOf(responses, 409)]).toEqual([20, 30]);
    expect(await stockOf(office, sku)).toEqual({ onHand: 30, reserved: 0, available: 30 });
    const order = await office.client('storefront').get(path);
    expect(order.body).toMatchObject({ status: 'cancelled', cancelledMinor: 20_000 });
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['an unknown line', { lines: [{ lineId: 'line-9', quantity: 1 }] }, '/lines/0/lineId'],
    ['more units than the line has', { lines: [{ lineId: 'line-1', quantity: 5 }] }, '/lines/0/quantity'],
    ['no units', { lines: [{ lineId: 'line-1', quantity: 0 }] }, '/lines/0/quantity'],
    ['no reason', { reason: '' }, '/reason'],
  ])('is refused for %s', async (_name, given, pointer) => {
    const { path } = await placedOrder(office);
    const refused = await cancel(path, given);
    expectProblem(refused, 422);
    expect(refused.body.errors[0].pointer).toBe(pointer);
  });

  test("of another channel's order gets 404", async () => {
    const { path } = await placedOrder(office);
    const content = { requestId: 'r', reason: 'not mine' };
    expectProblem(await office.client('marketplace').post(`${path}/cancellation`, content), 404, 'not-found');
  });
});

describe('shipments', () => {
  test('in parts reduce the stock, are delivered, and leave nothing to ship or cancel', async () => {
    const { sku, path } = await placedOrder(office, { units: 10, quantity: 3 });
    const shipmentId = randomUUID();
    const first = await ship(path, [{ lineId: 'line-1', quantity: 2 }], { shipmentId, carrier: 'Royal Mail' });
    expect(first.status, first.text).toBe(201);
    expect(first.body).toMatchObject({ status: 'partly-shipped', shipments: [{ shipmentId, carrier: 'Royal Mail' }] });
    expect(await stockOf(office, sku)).toEqual({ onHand: 8, reserved: 1, available: 7 });
    const again = await ship(path, [{ lineId: 'line-1', quantity: 2 }], { shipmentId, carrier: 'Royal Mail' });
    expect([again.status, again.headers['idempotent-replayed']]).toEqual([200, 'true']);
    expectProblem(await ship(path, [{ lineId: 'line-1', quantity: 1 }], { shipmentId }), 409, 'shipment-conflict');
    expectProblem(await cancel(path), 409, 'illegal-transition');
    const rest = await ship(path, [{ lineId: 'line-1', quantity: 1 }]);
    expect(rest.body.status).toBe('shipped');
    expect(await stockOf(office, sku)).toEqual({ onHand: 7, reserved: 0, available: 7 });

    const warehouse = office.client('warehouse');
    const deliver = (id: string) => warehouse.post(`${path}/shipments/${id}/delivery`, {});
    expect((await deliver(shipmentId)).body.status).toBe('shipped');
    expect((await deliver(rest.body.shipments[1].shipmentId)).body.status).toBe('delivered');
    expect((await deliver(shipmentId)).headers['idempotent-replayed']).toBe('true');
    expectProblem(await deliver('unknown'), 404, 'not-found');
    const types = ['OrderPlaced', 'OrderShipped', 'OrderShipped', 'OrderDelivered', 'OrderDelivered'];
    expect(await eventTypes(office, path)).toEqual(types);
  });

  test('units cancelled after a partial shipment complete the order', async () => {
    const { sku, path } = await placedOrder(office, { units: 10, quantity: 3 });
    await office.client('warehouse').send('POST', `${path}/allocation`);
    expect((await ship(path, [{ lineId: 'line-1', quantity: 1 }])).body.status).toBe('partly-shipped');
    const rest = await cancel(path, { lines: [{ lineId: 'line-1', quantity: 2 }] });
    expect(rest.body).toMatchObject({ status: 'shipped', cancelledMinor: 2000 });
    expect(await stockOf(office, sku)).toEqual({ onHand: 9, reserved: 0, available: 9 });
    const types = ['OrderPlaced', 'OrderAllocated', 'OrderShipped', 'OrderLinesCancelled'];
    expect(await eventTypes(office, path)).toEqual(types);
  });

  test('50 concurrent shipments and cancellations leave consistent order and stock', async () => {
    const { sku, path } = await placedOrder(office, { units: 40, quantity: 30 });
    const lines = [{ lineId: 'line-1', quantity: 1 }];
    const responses = await Promise.all(
      Array.from({ length: 50 }, (_, index) => {
        const id = randomUUID();
        const send = () =>
          index % 2 === 0 ? ship(path, lines, { shipmentId: id }) : cancel(path, { requestId: id, lines });
        return retryWhileBusy(send);
      }),
    );
    // A request that was repeated because its first response was lost gets the response of a replay, 200.
    const done = (isShipment: boolean) =>
      responses.filter(({ status }, index) => (index % 2 === 0) === isShipment && status < 300).length;
    const [shipped, cancelled] = [done(true), done(false)];
    expect(shipped + cancelled).toBe(30);
    expect(countOf(responses, 409)).toBe(20);
    expect(await stockOf(office, sku)).toEqual({ onHand: 40 - shipped, reserved: 0, available: 40 - shipped });
    const order = await office.client('storefront').get(path);
    expect(order.body.status).toBe('shipped');
    expect(order.body.lines[0]).toMatchObject({ shippedQuantity: shipped, cancelledQuantity: cancelled });
  });
});

test('only an order on hold can be reviewed, and only by staff', async () => {
  const { path } = await placedOrder(office);
  const content = { decision: 'release', reason: 'fine' };
  expectProblem(await office.client('storefront').post(`${path}/review`, content), 403, 'not-staff');
  const refused = await office.client('service-lead').post(`${path}/review`, content);
  expectProblem(refused, 409, 'illegal-transition');
  expect(refused.body.currentStatus).toBe('placed');
});
