import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

const vat = {
  rateId: 'vat',
  name: 'VAT',
  jurisdiction: 'GB',
  taxCategory: 'standard',
  percentage: '20',
  validFrom: '2011-01-04T00:00:00Z',
};
const zones = (...rates: object[]) => ({ zones: [{ zoneId: 'gb', name: 'United Kingdom', country: 'GB', rates }] });
const put = (name: string, content: object, ifMatch?: string, client = 'finance') =>
  office.client(client).put(`/settings/${name}`, content, ifMatch === undefined ? {} : { 'if-match': ifMatch });

describe('settings', () => {
  test('are read by every client and changed by finance, with an audit trail for finance', async () => {
    const before = await office.client('storefront').get('/settings/tax-zones');
    expect(before).toMatchObject({ status: 200, headers: { etag: '"0"' } });
    const first = await put('tax-zones', zones(vat));
    expect(first, first.text).toMatchObject({ status: 200, headers: { etag: '"1"' } });
    const second = { ...vat, rateId: 'vat-2027', percentage: '17.5', validFrom: '2027-01-01T00:00:00Z' };
    expectProblem(await put('tax-zones', zones(vat, second)), 422, 'invalid-content');
    const next = zones({ ...vat, validTo: '2027-01-01T00:00:00Z' }, second);
    expectProblem(await put('tax-zones', next), 428, 'precondition-required');
    expectProblem(await put('tax-zones', next, '"0"'), 412, 'precondition-failed');
    expect(await put('tax-zones', next, '"1"')).toMatchObject({ status: 200, headers: { etag: '"2"' } });
    const { body } = await office.client('finance').get('/settings/tax-zones/versions?limit=1');
    const added = (entry: string) => expect.objectContaining({ entry, kind: 'added' });
    expect(body.versions).toMatchObject([{ version: 2, by: office.clients['finance']?.clientId, changeCount: 2 }]);
    expect(body.versions[0].changes).toEqual([added('/zones/gb/rates/vat/validTo'), added('/zones/gb/rates/vat-2027')]);
    const older = await office.client('finance').get(`/settings/tax-zones/versions?limit=2&cursor=${body.cursor}`);
    expect(older.body.versions).toMatchObject([{ version: 1 }, { version: 0, by: 'deployment' }]);
    const content = await office.client('finance').get('/settings/tax-zones/versions/1');
    expect(content.body.content).toMatchObject(zones(vat));
  });

  test.each([
    ['PUT by a storefront', () => put('reasons', { lists: [] }, undefined, 'storefront')],
    ['audit trail for a storefront', () => office.client('storefront').get('/settings/tax-zones/versions')],
    ['version for a warehouse', () => office.client('warehouse').get('/settings/tax-zones/versions/0')],
  ])('have no %s', async (_what, request) => {
    expect((await request()).status).toBe(403);
  });

  test.each(['nothing', 'constructor', '__proto__'])('have no document %s', async (name) => {
    expect((await office.client('admin').get(`/settings/${name}`)).status).toBe(404);
    expectProblem(await office.client('admin').get(`/settings/${name}/versions`), 400, 'invalid-parameter');
  });
});

// The functions read these settings for the first time here, so that no test waits for a minute.
test('a new warehouse takes goods, and reasons outside the lists are refused', { timeout: 600_000 }, async () => {
  const { body: known } = await office.client('admin').get('/settings/warehouses');
  const east = { warehouse: 'east', name: 'Norwich' };
  const warehouses = { ...known, warehouses: [...known.warehouses, east] };
  expect(await put('warehouses', warehouses, '"0"')).toMatchObject({ status: 200 });
  const list = (name: string, reason: string) => ({ list: name, reasons: [{ reason }] });
  const lists = [list('refund', 'damaged'), list('cancellation', 'ordered-twice'), list('movement', 'broken')];
  expect(await put('reasons', { lists })).toMatchObject({ status: 200 });

  const sku = await stockedSku(office, { warehouses: { east: 5 } });
  expect((await office.client('admin').get('/warehouses')).body.warehouses).toContainEqual(east);
  const movement = { movementId: `${sku}-2`, sku, warehouse: 'east', type: 'damage', quantity: 1 };
  const damage = (reason: string) =>
    office.client('warehouse').post('/stock/movements', { movements: [{ ...movement, reason }] });
  expectProblem(await damage('brokn'), 422);
  expect(await damage('broken')).toMatchObject({ status: 200, body: { results: [{ status: 'applied' }] } });

  const placed = await office.client('storefront').post('/orders', orderOf(sku));
  expect(placed, placed.text).toMatchObject({ status: 201, body: { lines: [{ warehouse: 'east' }] } });
  const { orderId } = placed.body;
  const cancel = (reason: string) =>
    office.client('storefront').post(`/orders/${orderId}/cancellation`, { requestId: 'c-1', reason });
  expectProblem(await cancel('by mistake'), 422);
  const lines = [{ lineId: 'line-1', quantity: 1 }];
  const refund = { requestId: 'r-1', orderId, reason: 'damagd', lines };
  const refused = await office.client('service').post('/refunds', refund);
  expectProblem(refused, 422, 'invalid-content');
  expect(refused.body.errors[0].detail).toContain('Did you mean damaged?');
  expect(await cancel('ordered-twice')).toMatchObject({ status: 200 });
});
