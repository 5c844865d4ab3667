import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

let last = 0;
/** Posts movements of one SKU as the warehouse does, with new ids. Returns the reason or status of each. */
async function post(sku: string, ...movements: Record<string, unknown>[]) {
  const response = await office.client('warehouse').post('/stock/movements', {
    movements: movements.map((given) =>
      Object.assign({ movementId: `m-${(last += 1)}`, sku, warehouse: 'main' }, given),
    ),
  });
  expect(response.status, response.text).toBe(200);
  return response.body.results.map(({ status, reason }: { status: string; reason?: string }) => reason ?? status);
}
const stockOf = async (sku: string) => (await office.client('warehouse').get(`/stock/${sku}`)).body;

describe('stock that is not for sale', () => {
  test('can be received into inspection, released, damaged and written off, and is never reserved by an order', async () => {
    const sku = await stockedSku(office, { units: 0 });
    await post(sku, { type: 'receipt', quantity: 10, to: 'inspection' });
    const order = () => office.client('storefront').post('/orders', orderOf(sku));
    expectProblem(await order(), 409, 'out-of-stock');
    const outcomes = await post(
      sku,
      { type: 'status-change', quantity: 7, from: 'inspection' },
      { type: 'damage', quantity: 3, from: 'inspection' },
      { type: 'write-off', quantity: 4, from: 'damaged' },
      { type: 'write-off', quantity: 2, from: 'damaged', reason: 'broken in transport' },
    );
    expect(outcomes).toEqual(['applied', 'applied', 'insufficient-stock', 'applied']);
    expect((await order()).status).toBe(201);
    expect(await stockOf(sku)).toMatchObject({
      onHand: 8,
      reserved: 1,
      unavailable: 1,
      available: 6,
      unavailableBy: { damaged: 1, inspection: 0, safetyStock: 0 },
    });
  });

  test('can be kept as safety stock, which orders do not reserve and the ledger records with its actor', async () => {
    const sku = await stockedSku(office, { units: 5 });
    expect(await post(sku, { type: 'safety-stock', quantity: 3, reason: 'marketplace fair' })).toEqual(['applied']);
    expect(await stockOf(sku)).toMatchObject({ onHand: 5, available: 2, unavailableBy: { safetyStock: 3 } });
    const storefront = office.client('storefront');
    const responses = await Promise.all(Array.from({ length: 5 }, () => storefront.post('/orders', orderOf(sku))));
    expect(responses.filter(({ status }) => status === 201)).toHaveLength(2);
    expect(await post(sku, { type: 'safety-stock', quantity: 4 })).toEqual(['insufficient-stock']);
    expect(await post(sku, { type: 'safety-stock', quantity: 0 })).toEqual(['applied']);
    expect(await stockOf(sku)).toMatchObject({ onHand: 5, reserved: 2, available: 3 });
    const { body } = await office.client('warehouse').get(`/stock/${sku}/movements`);
    expect(body.movements[1]).toMatchObject({
      type: 'safety-stock',
      onHandDelta: 0,
      unavailableDelta: 3,
      unavailableDeltas: { safetyStock: 3 },
      reason: 'marketplace fair',
      actor: expect.stringMatching(/./),
    });
  });

  test('is written off at most once per unit by concurrent movements', async () => {
    const sku = await stockedSku(office, { units: 10 });
    await post(sku, { type: 'damage', quantity: 5 });
    const outcomes = await Promise.all(
      Array.from({ length: 12 }, () => post(sku, { type: 'write-off', quantity: 1, from: 'damaged' })),
    );
    expect(outcomes.flat().filter((outcome) => outcome === 'applied')).toHaveLength(5);
    expect(await stockOf(sku)).toMatchObject({ onHand: 5, unavailable: 0, available: 5 });
  });
});

describe('a count with an earlier time', () => {
  test('keeps receipts and shipments after that time', async () => {
    const sku = await stockedSku(office, { units: 0 });
    const at = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
    await post(sku, { type: 'receipt', quantity: 10, occurredAt: at(9) });
    await post(sku, { type: 'receipt', quantity: 5, occurredAt: at(2) });
    const order = await office.client('storefront').post('/orders', orderOf(sku, { lines: [{ sku, quantity: 3 }] }));
    const shipment = { shipmentId: 's-1', lines: [{ lineId: order.body.lines[0].lineId, quantity: 3 }] };
    const shipped = await office.client('warehouse').post(`/orders/${order.body.orderId}/shipments`, shipment);
    expect(shipped.status, shipped.text).toBeLessThan(300);
    const count = { type: 'count', quantity: 9, occurredAt: at(4) };
    expect(await post(sku, count)).toEqual(['applied']);
    expect(await stockOf(sku)).toMatchObject({ onHand: 11, reserved: 0, available: 11 });
    expect(await post(sku, { ...count, expectedOnHand: 10 })).toEqual(['count-outdated']);
    expect(await post(sku, { ...count, occurredAt: at(5) })).toEqual(['count-outdated']);
  });
});

describe('a transfer', () => {
  test('is in transit until it arrives in parts, and never arrives with more units than were sent', async () => {
    const sku = await stockedSku(office, { warehouses: { main: 10, north: 1 } });
    const transfer = { transferId: `T-${sku}` };
    expect(await post(sku, { type: 'transfer-out', quantity: 6, ...transfer })).toEqual(['applied']);
    expect(await stockOf(sku)).toMatchObject({
      onHand: 5,
      available: 5,
      inTransit: { units: 6, transfers: [{ ...transfer, from: 'main', units: 6 }] },
    });
    const arrive = (quantity: number) => post(sku, { type: 'transfer-in', warehouse: 'north', quantity, ...transfer });
    const outcomes = (await Promise.all(Array.from({ length: 8 }, () => arrive(1)))).flat();
    expect(outcomes.filter((outcome) => outcome === 'applied')).toHaveLength(6);
    expect(outcomes.filter((outcome) => outcome === 'not-in-transit')).toHaveLength(2);
    expect(await stockOf(sku)).toMatchObject({ onHand: 11, available: 11, inTransit: { units: 0, transfers: [] } });
  });
});

describe('lots', () => {
  test('are listed with their expiry date and suggested in order of expiry across warehouses', async () => {
    const sku = await stockedSku(office, { units: 0 });
    const lot = (name: string, quantity: number, expiresOn?: string) => ({
      type: 'receipt',
      lot: name,
      quantity,
      expiresOn,
    });
    await post(sku, lot('B', 5, '2999-02-01'), lot('A', 5, '2999-01-01'), lot('OLD', 5, '2020-01-01'), lot('C', 5));
    await post(sku, { type: 'transfer-out', transferId: `T-${sku}`, quantity: 2, lot: 'A' });
    expect((await stockOf(sku)).inTransit.transfers).toMatchObject([{ lot: 'A', expiresOn: '2999-01-01', units: 2 }]);
    await post(sku, { type: 'transfer-in', transferId: `T-${sku}`, quantity: 2, lot: 'A', warehouse: 'north' });
    const { body } = await office.client('warehouse').get(`/stock/${sku}/lots?units=9`);
    expect(body).toMatchObject({
      suggestion: [
        { lot: 'A', warehouse: 'main', units: 3 },
        { lot: 'A', warehouse: 'north', units: 2 },
        { lot: 'B', warehouse: 'main', units: 4 },
      ],
      missing: 0,
    });
    expect(body.lots.map((each: Record<string, unknown>) => [each.lot, each.isExpired])).toEqual([
      ['OLD', true],
      ['A', false],
      ['A', false],
      ['B', false],
      ['C', false],
    ]);
    expect(await post(sku, { type: 'write-off', quantity: 6, lot: 'B' })).toEqual(['insufficient-lot']);
    expect(await post(sku, lot('A', 1, '2999-12-31'))).toEqual(['lot-conflict']);
  });

  test('in inspection are not suggested until they are released', async () => {
    const sku = await stockedSku(office, { units: 0 });
    const received = { type: 'receipt', quantity: 10 };
    await post(sku, { ...received, lot: 'A', expiresOn: '2999-01-01', to: 'inspection' }, { ...received, lot: 'B' });
    const lots = async () => (await office.client('warehouse').get(`/stock/${sku}/lots?units=5`)).body;
    expect(await lots()).toMatchObject({
      lots: [
        { lot: 'A', units: 10, unavailable: 10 },
        { lot: 'B', units: 10, unavailable: 0 },
      ],
      suggestion: [{ lot: 'B', units: 5 }],
    });
    await post(sku, { type: 'status-change', from: 'inspection', quantity: 4, lot: 'A' });
    expect(await lots()).toMatchObject({
      suggestion: [
        { lot: 'A', units: 4 },
        { lot: 'B', units: 1 },
      ],
    });
  });
});

describe('an inconsistent movement is refused with the invalid field', () => {
  test.each([
    [{ type: 'receipt', quantity: 1, from: 'damaged' }, 'from'],
    [{ type: 'write-off', quantity: 1, to: 'damaged' }, 'to'],
    [{ type: 'status-change', quantity: 1, from: 'damaged', to: 'damaged' }, 'to'],
    [{ type: 'receipt', quantity: 1, expiresOn: '2027-01-01' }, 'expiresOn'],
    [{ type: 'receipt', quantity: 1, lot: 'L', expiresOn: '2027-02-30' }, 'expiresOn'],
    [{ type: 'receipt', quantity: 1, transferId: 'T' }, 'transferId'],
    [{ type: 'receipt', quantity: 1, openOrders: 'deducted' }, 'openOrders'],
    [{ type: 'safety-stock', quantity: -1 }, 'quantity'],
  ])('%o', async (movement, field) => {
    const body = { movements: [{ movementId: 'bad', sku: 'MUG', warehouse: 'main', ...movement }] };
    const response = await office.client('warehouse').post('/stock/movements', body);
    expectProblem(response, 422, 'invalid-content');
    expect(response.text).toContain(`/movements/0/${field}`);
  });
});
