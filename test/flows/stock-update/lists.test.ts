import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

const get = (path: string, client = 'warehouse') => office.client(client).get(path);

describe('a query is refused with the valid values', () => {
  test.each([
    ['/catalog/skus?active=yes', 'active', 'Valid values: true, false'],
    ['/catalog/skus?changedSince=yesterday', 'changedSince', 'a day such as'],
    ['/catalog/skus?limit=0', 'limit', '1'],
    ['/catalog/skus?colour=red', 'colour', 'Unknown'],
    ['/stock?availableBelow=few', 'availableBelow', 'a whole number of units'],
    ['/stock?availableBelow=', 'availableBelow', 'a whole number of units'],
    ['/stock?expired=maybe', 'expired', 'Valid values: true, false'],
    ['/stock?expiringBefore=soon', 'expiringBefore', 'date'],
    ['/stock?warehouse=a%20b', 'warehouse', 'warehouse'],
    ['/stock?warehouse=nrth', 'warehouse', 'Did you mean north?'],
    ['/stock?warehouse=constructor', 'warehouse', 'Valid values: main, north, south'],
    ['/stock/MUG/movements?warehouse=MAIN', 'warehouse', 'Did you mean main?'],
    ['/stock/alerts?kind=lo', 'kind', 'Did you mean low?'],
    ['/stock/alerts?kind=low,constructor', 'kind', 'Valid values: low, out'],
    ['/stock/alerts?status=closed', 'status', 'Valid values: open, acknowledged'],
    ['/stock/MUG/movements?type=recieved', 'type', 'Valid values'],
    ['/stock/MUG/movements?type=reciept', 'type', 'Did you mean receipt?'],
    ['/stock/MUG/movements?from=2026-03-02&to=2026-03-01', 'from', 'empty'],
    ['/stock/MUG/unfillable-orders?limit=1000', 'limit', '100'],
  ])('%s', async (path, name, detail) => {
    const { status, body } = await get(path);
    expect(status, JSON.stringify(body)).toBe(400);
    expect(body).toMatchObject({
      type: expect.stringContaining('invalid-parameter'),
      errors: [{ pointer: `/${name}`, detail: expect.stringContaining(detail) }],
    });
  });

  test.each(['/catalog/skus?', '/stock?', '/stock/alerts?', '/stock/alerts?kind=low&'])(
    '%s with a cursor of no list',
    async (path) => {
      const { status, body } = await get(`${path}cursor=x`);
      expect({ status, type: body.type }).toEqual({ status: 400, type: expect.stringContaining('invalid-cursor') });
    },
  );
});

test(
  'a warehouse finds a SKU, its stock, its alert and the orders that a count left without units',
  { timeout: 600_000 },
  async () => {
    const category = `list-${Date.now()}`;
    const sku = await stockedSku(office, { units: 5, category });
    const { body: catalogue } = await get(`/catalog/skus?category=${category}&active=true`);
    expect(catalogue.skus).toMatchObject([{ sku, changedAt: expect.any(String) }]);
    const ordered = async () =>
      (await office.client('storefront').post('/orders', orderOf(sku, { lines: [{ sku, quantity: 2 }] }))).body.orderId;
    const [first, second] = [await ordered(), await ordered()];
    expect(first).not.toBe(second);
    const count = { movementId: `${sku}-count`, sku, warehouse: 'main', type: 'count', quantity: 3 };
    const { body } = await office.client('warehouse').post('/stock/movements', { movements: [count] });
    expect(body.results).toMatchObject([{ status: 'applied', stock: { available: -1 } }]);

    const below = (await get('/stock?availableBelow=0&warehouse=main')).body;
    expect(below.stock.find((entry: { sku: string }) => entry.sku === sku)).toMatchObject({ shortUnits: 1 });
    expect((await get(`/stock/${sku}/unfillable-orders`)).body).toMatchObject({
      shortUnits: 1,
      orders: [{ orderId: second, units: [{ warehouse: 'main', reserved: 2, missing: 1 }] }],
    });
    expect((await get(`/stock/${sku}/movements?type=count&from=2026-01-01`)).body.movements).toMatchObject([
      { movementId: count.movementId, recordedAt: expect.any(String) },
    ]);
    expect((await get('/warehouses')).body.warehouses[0]).toMatchObject({ warehouse: 'main', name: 'London' });

    const oversold = async () =>
      (await get('/stock/alerts?kind=oversold&status=open')).body.alerts.find(
        (alert: { sku: string }) => alert.sku === sku,
      );
    await expect.poll(oversold, { timeout: 600_000 }).toMatchObject({ shortUnits: 1, status: 'open' });
    const path = `/stock/alerts/${(await oversold()).alertId}/acknowledgement`;
    expect((await office.client('storefront').post(path, {})).status).toBe(403);
    const acknowledged = await office.client('warehouse').post(path, { note: 'Counted again' });
    expect(acknowledged.body).toMatchObject({ status: 'acknowledged', acknowledgement: { note: 'Counted again' } });
    expect((await office.client('admin').post(path, {})).body).toEqual(acknowledged.body);
    expect(await oversold()).toBeUndefined();
  },
);
