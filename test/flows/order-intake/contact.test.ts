import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { aBuyer, expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
let sku: string;
beforeAll(async () => {
  office = await startBackOffice();
  sku = await stockedSku(office);
});
afterAll(() => office.stop());

const place = async (given: Record<string, unknown> = {}) => {
  const placed = await office.client('storefront').post('/orders', orderOf(sku, given));
  expect(placed.status, placed.text).toBe(201);
  return `/orders/${placed.body.orderId}`;
};
const correct = (path: string, body: unknown, as = 'storefront', headers: Record<string, string> = {}) =>
  office.client(as).send('PATCH', path, body, headers);

const address = {
  name: 'Jörg Müller',
  company: 'Teehaus GmbH',
  line1: 'Bahnhofstraße 1',
  line2: '3. Stock',
  district: 'Mitte',
  city: 'Zürich',
  state: 'ZH',
  postalCode: '8001',
  country: 'CH',
  phone: '+41 44 668 18 00',
};
/** Of a new customer: many orders of one customer in an hour would be held. */
const detailsOfNewCustomer = () => {
  const { customer } = aBuyer();
  const email = customer.email.replace('@example.com', '.jörg@müller.de');
  return {
    customer: { ...customer, email, name: 'Jörg Müller', phone: '+41 44 668 18 00' },
    shippingAddress: { ...address, line1: `Bahnhofstraße ${customer.id}` },
    billingAddress: { ...address, line2: '4. Stock' },
    note: 'ring twice',
  };
};

describe('an order shows customer, addresses, shipping method and note', () => {
  test.each(['storefront', 'warehouse', 'service', 'finance', 'admin'])('to %s', async (client) => {
    const details = detailsOfNewCustomer();
    const path = await place(details);
    const read = await office.client(client).get(path);
    expect(read.status, read.text).toBe(200);
    expect(read.body).toMatchObject({ ...details, shippingMethod: expect.any(String) });
  });

  test('to its own channel only, and not in its timeline', async () => {
    const path = await place(detailsOfNewCustomer());
    expectProblem(await office.client('marketplace').get(path), 404);
    expectProblem(await correct(path, { note: 'mine' }, 'marketplace'), 404);
    const timeline = await office.client('admin').get(`${path}/timeline`);
    for (const personal of ['Müller', 'Bahnhof', 'ring twice']) expect(timeline.text).not.toContain(personal);
  });
});

describe('an order with an invalid address or e-mail address is refused', () => {
  const shipTo = (given: object) => ({ shippingAddress: { country: 'GB', ...given } });
  test.each<[Record<string, unknown>, string, string]>([
    [shipTo({ postalCode: 'ABC' }), '/shippingAddress/postalCode', 'SW1A 1AA'],
    [shipTo({ country: 'US', postalCode: 'SW1A 1AA' }), '/shippingAddress/postalCode', '90210'],
    [{ ...shipTo({}), billingAddress: { country: 'DE', postalCode: '1' } }, '/billingAddress/postalCode', '10115'],
    [shipTo({ phone: 'call me' }), '/shippingAddress/phone', '+44'],
    [shipTo({ line3: 'x' }), '/shippingAddress/line3', ''],
    [shipTo({ company: 'x'.repeat(201) }), '/shippingAddress/company', ''],
    [{ customer: { email: 'ada@' } }, '/customer/email', 'ada@example.com'],
    [{ customer: { email: 'a..da@müller.de' } }, '/customer/email', 'ada@example.com'],
  ])('%j', async (given, pointer, example) => {
    const refused = await office.client('storefront').post('/orders', orderOf(sku, given));
    expectProblem(refused, 422);
    expect(refused.body.errors).toMatchObject([{ pointer, detail: expect.stringContaining(example) }]);
  });
});

describe('a correction', () => {
  test('changes the order and leaves an audit entry without personal data', async () => {
    const details = detailsOfNewCustomer();
    const path = await place(details);
    const content = {
      reason: 'the buyer called',
      customer: { email: 'ada@müller.de' },
      shippingAddress: { ...details.shippingAddress, line2: '5. Stock' },
      note: null,
    };
    const corrected = await correct(path, content, 'service-lead');
    expect(corrected.status, corrected.text).toBe(200);
    const { note: _removed, ...kept } = details;
    const expected = {
      ...kept,
      customer: { ...details.customer, email: 'ada@müller.de' },
      shippingAddress: content.shippingAddress,
    };
    const read = await office.client('warehouse').get(path);
    expect(read.body).toMatchObject(expected);
    expect(read.body.note).toBeUndefined();
    expect(read.headers['etag']).toBe(corrected.headers['etag']);

    const again = await correct(path, content, 'service-lead');
    expect([again.status, again.headers['idempotent-replayed'], again.text]).toEqual([200, 'true', corrected.text]);
    const { events } = (await office.client('admin').get(`${path}/timeline`)).body;
    const audit = events.filter(({ type }: { type: string }) => type === 'OrderContactChanged');
    expect(audit).toMatchObject([
      {
        data: {
          fields: ['/customer/email', '/note', '/shippingAddress/line2'],
          reason: 'the buyer called',
          version: 2,
        },
      },
    ]);
    expect(audit[0].actor).toContain('service-lead');
    expect(JSON.stringify(audit)).not.toMatch(/müller|Bahnhof|ring twice/i);
  });

  test.each<[string, unknown, number, string[]]>([
    ['no member', { reason: 'none' }, 422, ['']],
    ['an unknown member', { status: 'paid', note: 'new' }, 422, ['/status']],
    ['another customer', { customer: { id: 'c-2' } }, 422, ['/customer/id']],
    ['an invalid e-mail address', { customer: { email: 'ada' } }, 422, ['/customer/email']],
    [
      'an invalid postal code',
      { shippingAddress: { country: 'CH', postalCode: 'x' } },
      422,
      ['/shippingAddress/postalCode'],
    ],
    ['another country of an order with tax', { shippingAddress: { country: 'FR' } }, 422, ['/shippingAddress/country']],
    ['no JSON', '{', 400, []],
  ])('with %s is refused', async (_case, body, status, pointers) => {
    const refused = await correct(await place(detailsOfNewCustomer()), body);
    expectProblem(refused, status);
    expect((refused.body.errors ?? []).map(({ pointer }: { pointer: string }) => pointer)).toEqual(pointers);
  });

  test('of another version, of a shipped order, or of an unknown order is refused', async () => {
    const path = await place(detailsOfNewCustomer());
    expectProblem(await correct(path, { note: 'new' }, 'storefront', { 'if-match': '"9"' }), 412, 'order-changed');
    const ship = (shipmentId: string, quantity: number) =>
      office.client('warehouse').post(`${path}/shipments`, { shipmentId, lines: [{ lineId: 'line-1', quantity }] });
    const { lines } = (await office.client('warehouse').get(path)).body;
    const shipped = await ship('parcel-1', lines[0].quantity);
    expect(shipped.status, shipped.text).toBe(201);
    expectProblem(await correct(path, { note: 'new' }), 409, 'illegal-transition');
    expectProblem(await correct(`/orders/ord_${'0'.repeat(26)}`, { note: 'new' }), 404);
    expectProblem(await correct(path, { note: 'new' }, 'finance'), 403);
  });
});
