import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
let sku: string;
beforeAll(async () => {
  office = await startBackOffice();
  sku = await stockedSku(office, { units: 1000 });
});
afterAll(() => office.stop());

const get = (path: string, client = 'admin') => office.client(client).get(path);

describe('a query is refused with the valid values', () => {
  test.each([
    ['/orders?status=payed', 'status', 'Did you mean paid?'],
    ['/orders?status=paid&status=shiped', 'status', 'Did you mean shipped?'],
    ['/orders?status=paid,Allocated', 'status', 'Did you mean allocated?'],
    ['/orders?status=', 'status', 'Valid values: placed, payment-pending, paid'],
    ['/orders?status=constructor', 'status', 'Valid values'],
    ['/orders?channel=storefrnt', 'channel', 'Did you mean storefront?'],
    ['/orders?from=yesterday', 'from', 'a day such as'],
    ['/orders?from=2026-03-01T10:00:00+01:00', 'from', 'write + as %2B'],
    ['/orders?from=2026-03-02&to=2026-03-01', 'from', 'empty'],
    ['/orders?day=2026-03-02&to=2026-03-03', 'day', 'either day'],
    ['/orders?email=ada', 'email', 'e-mail address'],
    ['/orders?warehouse=a%20b', 'warehouse', 'warehouse'],
    ['/orders?warehouse=mian', 'warehouse', 'Did you mean main?'],
    ['/orders?warehouse=constructor', 'warehouse', 'Valid values: main, north, south'],
    ['/orders?day=2026-03-01&state=paid', 'state', 'Unknown'],
    ['/refunds?status=payed', 'status', 'Did you mean paid?'],
    ['/refunds?status=approve,paid', 'status', 'Did you mean approved?'],
    ['/refunds?limit=1000', 'limit', '100'],
    ['/refunds?to=2026-13-01', 'to', 'a day such as'],
    ['/refunds?from=1960-01-01T00:00:00Z', 'from', 'a day such as'],
    ['/returns?status=awaited', 'status', 'Valid values: requested, expected, overdue, received, closed'],
    ['/returns?warehouse=suoth', 'warehouse', 'Did you mean south?'],
    ['/returns?status=overdu', 'status', 'Did you mean overdue?'],
    ['/warehouses/main/pick-list?format=xml', 'format', 'Valid values: json, csv'],
  ])('%s', async (path, name, detail) => {
    const { status, body } = await get(path);
    expect(status).toBe(400);
    expect(body).toMatchObject({
      type: expect.stringContaining('invalid-parameter'),
      errors: [{ pointer: `/${name}`, detail: expect.stringContaining(detail) }],
    });
  });

  test.each([
    ['mian', ': did you mean main?'],
    ['Main', ': did you mean main?'],
    ['nort', ': did you mean north?'],
    ['constructor', ''],
  ])('the pick list of the warehouse %s is not found', async (warehouse, end) => {
    const { status, body } = await get(`/warehouses/${warehouse}/pick-list`);
    expect(status).toBe(404);
    expect(body).toMatchObject({ status: 404, type: 'unknown-warehouse', detail: expect.stringContaining(end) });
  });

  test.each([
    '/orders?status=paid',
    '/refunds?status=paid',
    '/returns?status=expected',
    '/warehouses/main/pick-list?limit=1',
  ])('%s with a cursor of another list', async (path) => {
    const { cursor = 'x' } = (await get('/orders?from=2020-01-01&limit=1')).body;
    const { status, body } = await get(`${path}&cursor=${encodeURIComponent(String(cursor))}`);
    expect({ status, type: body.type }).toEqual({ status: 400, type: expect.stringContaining('invalid-cursor') });
  });
});

test(
  'an order is found by its customer and picked by its warehouse until it is shipped',
  { timeout: 600_000 },
  async () => {
    const email = `Jörg.${randomUUID()}@Müller.example`;
    const name = '=Jörg';
    const content = orderOf(sku, { customer: { email, name }, placedAt: '2026-03-05T10:00:00Z' });
    const placed = await office.client('storefront').post('/orders', content);
    expect(placed.status, placed.text).toBe(201);
    const { orderId } = placed.body;
    const spelled = encodeURIComponent(email.toLowerCase().replace('müller', 'xn--mller-kva'));
    const found = async (query: string, client = 'admin') =>
      (await get(`/orders?${query}`, client)).body.orders.map((order: { orderId: string }) => order.orderId);
    expect(await found(`email=${spelled}`)).toEqual([orderId]);
    expect(await found(`email=${spelled}`, 'storefront')).toEqual([orderId]);
    expect(await found(`email=${spelled}`, 'marketplace')).toEqual([]);
    expect(await found('from=2026-03-05&to=2026-03-05&status=placed,paid&warehouse=main')).toContain(orderId);
    expect(await found('from=2026-03-06&to=2026-03-06')).not.toContain(orderId);

    const warehouse = office.client('warehouse');
    const picks = async () =>
      (await warehouse.get('/warehouses/main/pick-list')).body.orders.filter(
        (order: { orderId: string }) => order.orderId === orderId,
      );
    expect(await picks()).toEqual([]);
    const allocated = await warehouse.send('POST', `/orders/${orderId}/allocation`);
    expect(allocated.status, allocated.text).toBe(200);
    expect(await picks()).toMatchObject([{ customer: { email, name }, lines: [{ sku, quantity: 1 }] }]);
    const csv = await warehouse.get('/warehouses/main/pick-list?format=csv');
    expect(csv.text).toContain(`,${sku},`);
    expect(csv.text).toContain("'=Jörg");
    const shipment = { shipmentId: randomUUID(), lines: [{ lineId: placed.body.lines[0].lineId, quantity: 1 }] };
    expect((await warehouse.post(`/orders/${orderId}/shipments`, shipment)).status).toBe(201);
    expect(await picks()).toEqual([]);
  },
);
