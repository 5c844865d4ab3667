import { randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BackOffice, s3Of, startBackOffice } from '../../support/system/back-office.ts';
import { orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

/** Texts that occur nowhere else, so that a search for them finds every copy. */
const aPerson = () => {
  const mark = () => randomUUID().slice(0, 8);
  return {
    id: `customer-${mark()}`,
    email: `${mark()}@example.com`,
    name: `Ada ${mark()}`,
    phone: '+44 20 7946 0018',
    line1: `${mark()} Regent Street`,
    city: `London ${mark()}`,
    note: `Ring ${mark()}`,
  };
};

/** The texts of a bucket's objects by key; gzip files are decompressed. */
async function textsOf(Bucket: string): Promise<Map<string, string>> {
  const s3 = s3Of(office.credentials);
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  const read = async (Key = ''): Promise<[string, string]> => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
    return [Key, (Key.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')];
  };
  return new Map(await Promise.all(Contents.map(({ Key }) => read(Key))));
}

test('no file of the lake or of reports has personal data, and the orders of a customer have one name', async () => {
  const sku = await stockedSku(office);
  const [ada, bob] = [aPerson(), aPerson()];
  const storefront = office.client('storefront');
  const place = async ({ id, email, name, phone, line1, city, note }: typeof ada) => {
    const address = { name, line1, city, postalCode: 'N1 9GU', country: 'GB' };
    const addresses = { shippingAddress: address, billingAddress: { ...address, postalCode: '75001', country: 'FR' } };
    const content = orderOf(sku, { customer: { id, email, name, phone }, ...addresses, note });
    const placed = await storefront.post('/orders', content);
    expect(placed.status, placed.text).toBe(201);
    return { orderId: String(placed.body.orderId), placedAt: String(placed.body.placedAt) };
  };
  const [first, second, other] = [await place(ada), await place(ada), await place(bob)];
  const corrected = aPerson();
  const changes = { customer: { email: corrected.email }, note: corrected.note, reason: `Called ${corrected.name}` };
  const changed = await storefront.send('PATCH', `/orders/${first.orderId}`, changes);
  expect(changed.status, changed.text).toBe(200);
  await office.settled();

  const requested = await office.client('finance').post('/reports/runs', { date: first.placedAt.slice(0, 10) });
  expect(requested.status, requested.text).toBe(202);
  await office.settled();
  const lake = [...(await textsOf(office.credentials.lakeBucket)).values()].join('');
  const reports = await textsOf(office.credentials.reportsBucket);
  for (const { orderId } of [first, second, other]) expect(lake).toContain(orderId);
  for (const text of [ada, bob, corrected].flatMap((person) => Object.values(person))) {
    expect(lake, text).not.toContain(text);
    expect([...reports.values()].join(''), text).not.toContain(text);
  }
  const [, orders = ''] = [...reports].find(([key]) => key.endsWith('/orders.csv')) ?? [];
  const rows = parse<Record<string, string>>(orders, { bom: true, columns: true });
  const customerOf = (order: { orderId: string }) =>
    rows.find(({ orderId }) => orderId === order.orderId)?.['customerId'];
  expect(customerOf(first)).toMatch(/^cus_[0-9a-f]{32}$/);
  expect(customerOf(second)).toBe(customerOf(first));
  expect(customerOf(other)).toMatch(/^cus_[0-9a-f]{32}$/);
  expect(customerOf(other)).not.toBe(customerOf(first));

  // The order and its timeline still have them.
  const { body: order } = await storefront.get(`/orders/${second.orderId}`);
  expect(order.customer).toMatchObject({ id: ada.id, email: ada.email, name: ada.name });
});
