import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BackOffice, startBackOffice } from '../../../support/system/back-office.ts';
import { invoke } from '../../../support/system/invoke.ts';
import { orderOf, stockedSku } from '../../../support/system/test-data.ts';
import { refundDriver } from '../../../support/refunds/refund-driver.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());
const refunds = refundDriver(() => office);

const erase = async (request: object) => {
  const { failure, result } = await invoke(office, 'order-intake/erasure/erase-person.handler.ts', request);
  expect(failure, JSON.stringify(result)).toBeUndefined();
  return result;
};

test('the orders and refunds of a person are erased when they have ended, and nothing of other persons', async () => {
  const sku = await stockedSku(office, { priceMinor: 60_000 });
  const storefront = office.client('storefront');
  const [ada, bob] = [randomUUID().slice(0, 8), randomUUID().slice(0, 8)];
  const place = async (mark: string) => {
    const content = orderOf(sku, {
      customer: { id: `customer-${mark}`, email: `${mark}@example.com`, name: `Name ${mark}` },
      shippingAddress: { country: 'GB', postalCode: 'N1 9GU', line1: `${mark} Regent Street` },
      note: `Note ${mark}`,
    });
    const placed = await storefront.post('/orders', content);
    expect(placed.status, placed.text).toBe(201);
    return { content, path: `/orders/${placed.body.orderId}`, orderId: String(placed.body.orderId) };
  };
  const [ended, open, other] = [await place(ada), await place(ada), await place(bob)];
  await refunds.pay(ended.orderId, { amountMinor: 60_000, paymentId: randomUUID() });
  const refund = await refunds.requested(ended.orderId, { note: `Called ${ada}` });
  await refunds.decide(refund.path, 'finance', 'reject', `Comment ${ada}`);
  const reason = { requestId: 'c-1', reason: 'Changed mind' };
  for (const { path } of [ended, other]) {
    const cancelled = await storefront.post(`${path}/cancellation`, reason);
    expect(cancelled.status, cancelled.text).toBe(200);
  }
  await office.settled();
  const admin = office.client('admin');
  const textsOf = async (path: string) =>
    (await Promise.all([path, `${path}/timeline`].map((each) => admin.get(each)))).map(({ text }) => text).join('');
  const before = await textsOf(other.path);
  expect(await textsOf(ended.path)).toContain(ada);
  expect(await textsOf(refund.path)).toContain(ada);

  const erased = await erase({ email: `${ada}@Example.com` });
  expect(erased).toEqual({ erased: 1, alreadyErased: 0, open: [open.orderId], isComplete: true });
  await office.settled();
  expect(await textsOf(ended.path)).not.toContain(ada);
  expect(await textsOf(ended.path)).toContain('OrderPersonalDataErased');
  expect(await textsOf(refund.path)).not.toContain(ada);
  expect(await textsOf(other.path)).toBe(before);
  expect((await admin.get(`/orders?customerId=customer-${ada}`)).body.orders).toMatchObject([
    { orderId: open.orderId },
  ]);
  expect((await admin.get(open.path)).body.customer).toMatchObject({ name: `Name ${ada}` });

  // The order is still known: its channel may repeat it, and gets no personal data back.
  const again = await storefront.post('/orders', ended.content);
  expect(again.status, again.text).toBe(200);
  expect(again.text).not.toContain(ada);

  expect(await erase({ orderId: ended.orderId })).toMatchObject({ erased: 0, alreadyErased: 1 });
  expect(await erase({ customerId: `customer-${ada}`, channel: 'storefront' })).toMatchObject({ open: [open.orderId] });
  const { failure } = await invoke(office, 'order-intake/erasure/erase-person.handler.ts', { email: '' });
  expect(failure).toBeDefined();
});
