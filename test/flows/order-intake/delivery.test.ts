import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventTypes, placedOrder } from '../../support/orders/order-api.ts';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { expectProblem } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

const hourMs = 3_600_000;
const at = (offsetMs: number) => new Date(Date.now() + offsetMs).toISOString();

/** An order of three units, of which one has shipped as `p-1`. */
async function partlyShipped() {
  const { path } = await placedOrder(office, { units: 10, quantity: 3 });
  const content = { shipmentId: 'p-1', lines: [{ lineId: 'line-1', quantity: 1 }] };
  const shipped = await office.client('warehouse').post(`${path}/shipments`, content);
  expect(shipped.status, shipped.text).toBe(201);
  return { path, delivery: `${path}/shipments/p-1/delivery` };
}

describe('a time of shipment or delivery', () => {
  let path: string;
  let delivery: string;
  beforeAll(async () => {
    ({ path, delivery } = await partlyShipped());
  });

  test.each<[string, string, string | undefined]>([
    ['a year before the shipment', at(-365 * 24 * hourMs), 'delivered-before-shipped'],
    ['an hour before the shipment', at(-hourMs), 'delivered-before-shipped'],
    ['in 1970', '1970-01-01T00:00:00Z', 'delivered-before-shipped'],
    ['before 1970', '1969-12-31T23:59:59Z', 'invalid-content'],
    ['tomorrow', at(24 * hourMs), 'delivered-in-future'],
    ['next year', at(365 * 24 * hourMs), 'delivered-in-future'],
    ['in a year of five digits', '+010000-01-01T00:00:00Z', 'invalid-content'],
    ['on a day that does not exist', '2026-02-30T00:00:00Z', 'invalid-content'],
    ['without offset', '2026-11-30T10:00:00', 'invalid-content'],
  ])('of a delivery %s is refused', async (_name, deliveredAt, type) => {
    const refused = await office.client('warehouse').post(delivery, { deliveredAt });
    expectProblem(refused, 422, type);
    expect(refused.body.errors[0].pointer).toBe('/deliveredAt');
  });

  test.each<[string, string, string]>([
    ['a year before the order', at(-365 * 24 * hourMs), 'shipped-before-placed'],
    ['an hour before the order', at(-hourMs), 'shipped-before-placed'],
    ['in 1970', '1970-01-01T00:00:00Z', 'shipped-before-placed'],
    ['tomorrow', at(24 * hourMs), 'shipped-in-future'],
    ['next year', at(365 * 24 * hourMs), 'shipped-in-future'],
  ])('of a shipment %s is refused', async (_name, shippedAt, type) => {
    const content = { shipmentId: randomUUID(), lines: [{ lineId: 'line-1', quantity: 1 }], shippedAt };
    const refused = await office.client('warehouse').post(`${path}/shipments`, content);
    expectProblem(refused, 422, type);
    expect(refused.body.errors[0].pointer).toBe('/shippedAt');
  });
});

test.each<[string, unknown, Record<string, string>]>([
  ['no body and no content type', undefined, {}],
  ['no body, but a content type', undefined, { 'content-type': 'application/json' }],
  ['an empty body of another type', '', { 'content-type': 'text/plain' }],
  ['an empty object', {}, {}],
  ['a time', { deliveredAt: at(hourMs / 60) }, {}],
])('a delivery with %s is recorded', async (_name, body, headers) => {
  const { delivery } = await partlyShipped();
  const response = await office.client('warehouse').send('POST', delivery, body, headers);
  expect(response.status, response.text).toBe(200);
  expect(response.body).toMatchObject({ shipments: [{ deliveredAt: expect.any(String) }] });
});

test('staff correct a delivery, which its timeline shows', async () => {
  const { path, delivery } = await partlyShipped();
  const lead = office.client('service-lead');
  const content = { deliveredAt: at(hourMs / 120), reason: 'mistyped' };
  expectProblem(await lead.put(delivery, content), 409, 'not-delivered');
  const first = await office.client('warehouse').send('POST', delivery);
  expectProblem(await office.client('storefront').put(delivery, content), 403, 'not-staff');
  expectProblem(await lead.put(delivery, content, { 'if-match': '"1"' }), 412, 'order-changed');
  expectProblem(await lead.put(delivery, { deliveredAt: content.deliveredAt }), 422, 'invalid-content');
  expectProblem(await lead.put(delivery, { ...content, deliveredAt: at(-hourMs) }), 422, 'delivered-before-shipped');
  expectProblem(await lead.put(delivery.replace('p-1', 'p-2'), content), 404, 'not-found');
  const etag = String(first.headers['etag']);
  const corrected = await lead.put(delivery, content, { 'if-match': etag });
  expect(corrected.body, corrected.text).toMatchObject({ shipments: [{ deliveredAt: content.deliveredAt }] });
  const again = await lead.put(delivery, content);
  expect([again.status, again.headers['idempotent-replayed']]).toEqual([200, 'true']);
  const types = ['OrderPlaced', 'OrderShipped', 'OrderDelivered', 'OrderDeliveryCorrected'];
  expect(await eventTypes(office, path)).toEqual(types);
});

test('the refusal to cancel a partly shipped order names the lines that can be cancelled, ready to be sent', async () => {
  const { path } = await partlyShipped();
  const cancel = (lines?: unknown) =>
    office.client('storefront').post(`${path}/cancellation`, { requestId: randomUUID(), reason: 'no need', lines });
  const refused = await cancel();
  expectProblem(refused, 409, 'illegal-transition');
  expect(refused.body).toMatchObject({
    currentStatus: 'partly-shipped',
    cancellableLines: [{ lineId: 'line-1', quantity: 2 }],
  });
  const cancelled = await cancel(refused.body.cancellableLines);
  expect(cancelled.body, cancelled.text).toMatchObject({ status: 'shipped', lines: [{ cancelledQuantity: 2 }] });
});
