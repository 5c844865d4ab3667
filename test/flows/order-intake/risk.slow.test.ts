import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiResponse } from '../../support/system/api-client.ts';
import { type BackOffice, backOfficeForTest, startBackOffice } from '../../support/system/back-office.ts';
import { withoutRule } from '../../support/system/edited-template.ts';
import { aPayment, eventTypes, placedOrder, postPayment, stockOf } from '../../support/orders/order-api.ts';
import { aBuyer, expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

/** Returns a customer with a disposable e-mail address. */
function aBuyerWithDisposableEmail() {
  const buyer = aBuyer();
  return { ...buyer, customer: { ...buyer.customer, email: `${randomUUID()}@mailinator.com` } };
}

/** Places orders of one customer in sequence, of a new SKU. */
async function ordersOfOneCustomer(of: BackOffice, count: number) {
  const sku = await stockedSku(of, { units: 100 });
  const buyer = aBuyerWithDisposableEmail();
  const paths: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const placed = await of.client('storefront').post('/orders', orderOf(sku, buyer));
    expect(placed.status, placed.text).toBe(201);
    paths.push(`/orders/${placed.body.orderId}`);
  }
  return { sku, buyer, paths };
}
const read = async (path: string, client = 'admin') => (await office.client(client).get(path)).body;
const ship = (of: BackOffice, path: string): Promise<ApiResponse> => {
  const lines = [{ lineId: 'line-1', quantity: 1 }];
  return of.client('warehouse').post(`${path}/shipments`, { shipmentId: randomUUID(), lines });
};
const review = (path: string, decision: string) =>
  office.client('service-lead').post(`${path}/review`, { decision, reason: 'reviewed' });
function expectHeld(response: ApiResponse): void {
  expectProblem(response, 409, 'illegal-transition');
  expect(response.body.currentStatus).toBe('on-hold');
}

describe('many orders of one customer in an hour', () => {
  test('are held from the sixth order on until staff release them, and a rejection releases the stock', async () => {
    const { sku, buyer, paths } = await ordersOfOneCustomer(office, 7);
    await office.settled();
    const orders = await Promise.all(paths.map((path) => read(path)));
    expect(orders.map(({ status }) => status)).toEqual([...Array<string>(5).fill('placed'), 'on-hold', 'on-hold']);
    const codes = ['disposable-email', 'address-velocity', 'customer-velocity', 'email-velocity'];
    expect(orders[5].risk).toMatchObject({ score: 80, reasons: codes.map((code) => ({ code })) });
    expect(orders[0].risk).toMatchObject({ score: 35, reasons: [{ code: 'disposable-email' }] });
    const [first = '', sixth = '', seventh = ''] = [paths[0], paths[5], paths[6]];
    const seen = await read(sixth, 'storefront');
    expect(seen).toMatchObject({ status: 'on-hold', holdReasons: ['risk'] });
    expect(seen).not.toHaveProperty('risk');
    const found = await office.client('admin').get('/orders?status=on-hold');
    expect(found.body.orders.map(({ orderId }: { orderId: string }) => `/orders/${orderId}`)).toContain(sixth);
    const timeline = (await office.client('admin').get(`${sixth}/timeline`)).text;
    for (const personal of [buyer.customer.email, buyer.shippingAddress.line1])
      expect(timeline).not.toContain(personal);

    expect((await ship(office, first)).status).toBe(201);
    expectHeld(await ship(office, sixth));
    expectHeld(await office.client('warehouse').post(`${sixth}/allocation`, {}));
    expect((await review(sixth, 'release')).body.status).toBe('placed');
    expect((await ship(office, sixth)).body.status).toBe('shipped');
    expect(await eventTypes(office, sixth)).toEqual(['OrderPlaced', 'OrderHeld', 'OrderReleased', 'OrderShipped']);
    expect((await review(seventh, 'reject')).body.status).toBe('cancelled');
    expect(await stockOf(office, sku)).toEqual({ onHand: 98, reserved: 4, available: 94 });
  });

  test('are assessed at shipment or allocation when the event has not arrived', async () => {
    // No order event reaches the risk function.
    const slow = await backOfficeForTest({ cdkOut: withoutRule(/^OrderIntake-Risk/) });
    const { sku, paths } = await ordersOfOneCustomer(slow, 7);
    const responses: ApiResponse[] = [];
    for (const path of paths.slice(0, 6)) responses.push(await ship(slow, path));
    expect(responses.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201, 409]);
    const [sixth = '', seventh = ''] = paths.slice(5);
    for (const response of responses.slice(5)) expectHeld(response);
    expectHeld(await slow.client('warehouse').post(`${seventh}/allocation`, {}));
    const { events } = (await slow.client('admin').get(`${sixth}/timeline`)).body;
    // The hold is recorded as an action of order intake, not of the warehouse.
    expect(events).toMatchObject([
      { type: 'OrderPlaced', actor: 'storefront' },
      { type: 'OrderHeld', actor: 'storeworks.order-intake' },
    ]);
    expect(await stockOf(slow, sku)).toEqual({ onHand: 95, reserved: 2, available: 95 - 2 });
  });
});

describe('an order', () => {
  test('is held after three failed payments and a foreign billing address, and is not held again after its release', async () => {
    const sku = await stockedSku(office, { units: 10, priceMinor: 1000 });
    const content = orderOf(sku, { billingAddress: { country: 'FR' } });
    const placed = await office.client('storefront').post('/orders', content);
    const { orderId } = placed.body;
    const path = `/orders/${orderId}`;
    const fail = () =>
      postPayment(office, aPayment(orderId, { type: 'payment.failed', cardFingerprint: randomUUID() }));
    for (let times = 0; times < 3; times += 1) expect((await fail()).body.status).toBe('recorded');
    await office.settled();
    const reasons = [{ code: 'many-failures' }, { code: 'countries-differ' }];
    expect(await read(path)).toMatchObject({ status: 'on-hold', risk: { score: 60, reasons } });
    await review(path, 'release');
    await fail();
    await office.settled();
    expect(await read(path)).toMatchObject({ status: 'placed', risk: { score: 60 } });
    expect((await ship(office, path)).status).toBe(201);
    const timeline = (await office.client('admin').get(`${path}/timeline`)).text;
    expect(timeline).not.toContain('cardFingerprint');
    // The billing address is part of the content that a repeated order must match.
    expect((await office.client('storefront').post('/orders', content)).status).toBe(200);
    const other = { ...content, billingAddress: { country: 'GB' } };
    expectProblem(await office.client('storefront').post('/orders', other), 409, 'order-conflict');
  });

  test('without risk signals is paid, allocated and shipped', async () => {
    const { orderId, path } = await placedOrder(office);
    await postPayment(office, aPayment(orderId, { cardFingerprint: randomUUID() }));
    expect((await office.client('warehouse').post(`${path}/allocation`, {})).body.status).toBe('allocated');
    expect((await ship(office, path)).body.status).toBe('shipped');
    await office.settled();
    expect(await read(path)).toMatchObject({ status: 'shipped', risk: { score: 0, reasons: [] } });
    expect((await eventTypes(office, path)).filter((type) => type === 'OrderHeld')).toEqual([]);
  });
});
