import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { orderIdOf } from '../../../shared/ids.ts';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import {
  aPayment,
  eventTypes,
  retryWhileBusy,
  placedOrder,
  postPayment,
  stockOf,
} from '../../support/orders/order-api.ts';
import { expectOneOrderPerThreePosts } from '../../support/orders/repeated-orders.ts';
import { orderOf, stockedSku } from '../../support/system/test-data.ts';
import { repetitions } from '../../support/repetitions.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

const read = async (path: string) => (await office.client('admin').get(path)).body;

const postedOrders = repetitions(500);

test(`of ${postedOrders} orders posted three times concurrently each is placed once, and different content is refused`, () =>
  expectOneOrderPerThreePosts(office, postedOrders));

test('50 concurrent partial captures sum to the order total', async () => {
  const { orderId, path, sku } = await placedOrder(office, { quantity: 5 });
  const parts = Array.from({ length: 50 }, () => aPayment(orderId, { amountMinor: 100 }));
  await Promise.all(parts.map((payment) => retryWhileBusy(() => postPayment(office, payment))));
  const order = await read(path);
  expect(order).toMatchObject({ status: 'paid', payment: { balance: 'settled', capturedMinor: 5000 } });
  expect(order.holdReasons).toBeUndefined();
  // Late notifications of steps before the capture.
  await postPayment(office, aPayment(orderId, { type: 'payment.authorized', amountMinor: 5000 }));
  await postPayment(office, aPayment(orderId, { type: 'payment.failed', amountMinor: 5000 }));
  await postPayment(office, aPayment(orderId, { type: 'refund.succeeded', refundId: 'r-1' }));
  expect((await read(path)).status).toBe('paid');
  expect((await eventTypes(office, path)).filter((type) => type === 'PaymentRecorded')).toHaveLength(53);
  expect(await stockOf(office, sku)).toMatchObject({ reserved: 5 });
});

test('captures that arrive concurrently with their order are all recorded', async () => {
  const sku = await stockedSku(office, { priceMinor: 1000 });
  const contents = Array.from({ length: 40 }, () => orderOf(sku));
  const orders = await Promise.all(
    contents.map(async (content) => {
      const orderId = orderIdOf('storefront', content.externalOrderId);
      const pay = () =>
        postPayment(office, aPayment(orderId, { amountMinor: 500, eventId: `${orderId}-${randomUUID()}` }));
      const [first, placed, second] = await Promise.all([
        retryWhileBusy(pay),
        retryWhileBusy(() => office.client('storefront').post('/orders', content)),
        retryWhileBusy(pay),
      ]);
      expect([first?.status, placed?.status, second?.status]).toEqual([200, 201, 200]);
      return read(`/orders/${orderId}`);
    }),
  );
  for (const order of orders) expect(order).toMatchObject({ status: 'paid', payment: { capturedMinor: 1000 } });
  expect(await stockOf(office, sku)).toMatchObject({ reserved: 40 });
});
