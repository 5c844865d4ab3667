import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { placedOrder } from '../../support/orders/order-api.ts';
import { orderFiles } from '../../support/orders/order-files.ts';
import { refundDriver } from '../../support/refunds/refund-driver.ts';
import { outcomesOf, stockInbox } from '../../support/stock/stock-inbox.ts';
import type { ApiResponse } from '../../support/system/api-client.ts';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
let sku: string;
beforeAll(async () => {
  office = await startBackOffice();
  sku = await stockedSku(office, { units: 1000 });
});
afterAll(() => office.stop());

const inbox = stockInbox(() => office);
const orders = orderFiles(() => office);
const refunds = refundDriver(() => office);
const stockOf = async (code: string) => (await office.client('warehouse').get(`/stock/${code}`)).body;

/** Expects 422 for the field at `pointer`; the detail names what was probably meant. */
function expectRefusal(response: ApiResponse, pointer: string, meant: string): void {
  expectProblem(response, 422);
  expect(response.body.errors, response.text).toMatchObject([{ pointer, detail: expect.stringContaining(meant) }]);
}

// Each has what the problem names: the value that is close, or what is valid.
const currencies = [
  ['GPB', 'did you mean GBP'],
  ['gbp', 'did you mean GBP'],
  ['EURO', 'did you mean EUR'],
  ['pounds', 'ISO 4217'],
  ['XXX', 'ISO 4217'],
  ['DEM', 'ISO 4217'],
] as const;
const countries = [
  ['UK', 'did you mean GB?'],
  ['GBR', 'did you mean GB?'],
  ['England', 'did you mean GB?'],
  ['Germany', 'did you mean DE?'],
  ['gb', 'did you mean GB?'],
  ['XX', 'ISO 3166-1'],
] as const;
const warehouses = [
  ['mian', 'Did you mean main?'],
  ['MAIN', 'Did you mean main?'],
  ['nort', 'Did you mean north?'],
  ['suoth', 'Did you mean south?'],
  ['london', 'Valid values: main, north, south'],
] as const;

describe('a value outside the reference data is refused with the closest one', () => {
  test.each(currencies)('the currency %s', async (currency, meant) => {
    expectRefusal(await office.client('storefront').post('/orders', orderOf(sku, { currency })), '/currency', meant);
    const content = { name: 'Mug', priceMinor: 1, currency };
    expectRefusal(await office.client('admin').put('/catalog/skus/MUG', content), '/currency', meant);
  });

  test.each(countries)('the country %s', async (country, meant) => {
    const given = { shippingAddress: { country } };
    const placed = await office.client('storefront').post('/orders', orderOf(sku, given));
    expectRefusal(placed, '/shippingAddress/country', meant);
    const corrected = await office.client('admin').send('PATCH', `/orders/ord_${'0'.repeat(26)}`, given);
    expectRefusal(corrected, '/shippingAddress/country', meant);
  });

  test.each([
    ['standart', 'Did you mean standard?'],
    ['Reduced', 'Did you mean reduced?'],
    ['zeor', 'Did you mean zero?'],
    ['luxury', 'Valid values: standard, reduced, zero'],
    ['20', 'Valid values: standard, reduced, zero'],
  ])('the tax category %s', async (taxCategory, meant) => {
    const content = { name: 'Mug', priceMinor: 1, currency: 'GBP', taxCategory };
    expectRefusal(await office.client('admin').put('/catalog/skus/MUG', content), '/taxCategory', meant);
  });

  test.each(warehouses)('the warehouse %s of a movement', async (warehouse, meant) => {
    for (const type of ['receipt', 'count', 'transfer-in', 'write-off', 'return']) {
      const transfer = type === 'transfer-in' ? { transferId: 'T-1' } : {};
      const movement = { movementId: randomUUID(), sku, warehouse, type, quantity: 1, ...transfer };
      const moved = await office.client('warehouse').post('/stock/movements', { movements: [movement] });
      expectRefusal(moved, '/movements/0/warehouse', meant);
    }
  });

  test.each([
    ['OrderPlacd', 'Did you mean OrderPlaced?'],
    ['orderShipped', 'Did you mean OrderShipped?'],
    ['order.placed', 'Did you mean OrderPlaced?'],
    ['OrderCanceled', 'Did you mean OrderCancelled?'],
    ['*', 'Valid values: '],
  ])('the event type %s of a webhook endpoint', async (eventType, meant) => {
    const content = { url: 'https://shop.example/events', eventTypes: ['OrderPlaced', eventType] };
    expectRefusal(await office.client('storefront').put('/webhooks/endpoints/erp', content), '/eventTypes/1', meant);
  });

  test.each([
    ['expres', 'did you mean express?'],
    ['Standard', 'did you mean standard?'],
    ['EXPRESS', 'did you mean express?'],
    ['drone', 'standard, express'],
    ['standard-express', 'standard, express'],
  ])('the shipping method %s', async (shippingMethod, meant) => {
    const placed = await office.client('storefront').post('/orders', orderOf(sku, { shippingMethod }));
    expectRefusal(placed, '/shippingMethod', meant);
  });
});

test('a parcel of a return is received by a warehouse of the settings only', async () => {
  const { orderId, path } = await refunds.paidOrder({ quantity: 2 });
  expect((await refunds.ship(path, 2)).status).toBe(201);
  const { refund } = await refunds.requested(orderId, { reason: 'changed-mind' });
  const { rmaId } = refund.return;
  for (const [warehouse, meant] of warehouses) {
    const refused = await refunds.receive(rmaId, `parcel-${warehouse}`, { restock: 1 }, { warehouse });
    expectRefusal(refused, '/warehouse', meant);
  }
  expect(await refunds.read(`/returns/${rmaId}`)).toMatchObject({ receipts: [], units: [{ expected: 1, restock: 0 }] });
});

test('in a batch, orders with such values are refused beside others', async () => {
  const bad = [
    ...currencies.map(([currency]) => ({ currency })),
    ...countries.map(([country]) => ({ shippingAddress: { country } })),
  ];
  const contents = bad.flatMap((given) => [orderOf(sku), orderOf(sku, given)]);
  const response = await office.client('storefront').post('/orders/batch', { orders: contents });
  const results: { status: string; problem?: { errors: { pointer: string }[] } }[] = response.body.results;
  expect(results.map(({ status }) => status)).toEqual(bad.flatMap(() => ['accepted', 'refused']));
  const pointers = results.flatMap(({ problem }) => problem?.errors.map(({ pointer }) => pointer) ?? []);
  expect(pointers).toEqual(
    bad.map(
      (given, index) => `/orders/${2 * index + 1}/${'currency' in given ? 'currency' : 'shippingAddress/country'}`,
    ),
  );
});

test('messages of movements of an unknown warehouse are rejected by an event, beside others', async () => {
  const code = await stockedSku(office, { units: 0 });
  const of = (warehouse: string) => ({
    movements: [{ movementId: `${code}-${warehouse}`, sku: code, warehouse, type: 'receipt', quantity: 1 }],
  });
  await Promise.all(
    ['main', 'north', ...warehouses.map(([warehouse]) => warehouse)].map((each) => inbox.send(of(each))),
  );
  await expect.poll(async () => (await stockOf(code)).onHand).toBe(2);
  const rejected = async () => {
    const events = await office.lake.events('StockMovementRejected');
    const own = events.map(({ detail }) => detail.data as { sku: string; warehouse: string; reason: string });
    return new Set(own.filter((data) => data.sku === code).map(({ warehouse, reason }) => `${warehouse} ${reason}`));
  };
  const expected = new Set(warehouses.map(([warehouse]) => `${warehouse} unknown-warehouse`));
  await expect.poll(rejected, { interval: 500 }).toEqual(expected);
});

test('rows of files with such values are listed with the closest ones, beside others', async () => {
  const code = await stockedSku(office, { units: 0 });
  const movementRows = warehouses.flatMap(([warehouse]) => [
    `${code}-${warehouse},${code},${warehouse},receipt,1`,
    `${code}-${warehouse}-good,${code},main,receipt,1`,
  ]);
  await inbox.upload(code, ['movementId,sku,warehouse,type,quantity', ...movementRows].join('\n'));
  const { rows } = await inbox.resultOf(code);
  expect(outcomesOf(rows)).toEqual(
    warehouses.flatMap(([, meant]) => [expect.stringContaining(meant), expect.stringMatching(/^accepted$/)]),
  );
  expect(await stockOf(code)).toMatchObject({ onHand: warehouses.length });

  const row = (id: number, { currency = 'GBP', country = 'GB', warehouse = 'main', channel = 'storefront' }) =>
    `ref-${id},${channel},${currency},2019-07-01T10:00:00Z,ada,${country},MUG,1,100,${warehouse}`;
  const bad: [given: Parameters<typeof row>[1], meant: string][] = [
    ...currencies.map(([currency, meant]): [object, string] => [{ currency }, meant]),
    ...countries.map(([country, meant]): [object, string] => [{ country }, meant]),
    ...warehouses.map(([warehouse, meant]): [object, string] => [{ warehouse }, meant]),
    [{ channel: 'storefrnt' }, 'storefrnt'],
  ];
  const { summary, badRows } = await orders.upload(
    'reference-data',
    bad.flatMap(([given], index) => [row(2 * index, given), row(2 * index + 1, {})]),
    'externalOrderId,channel,currency,placedAt,customerId,country,sku,quantity,unitPriceMinor,warehouse',
  );
  expect(badRows).toEqual(bad.map(([, meant]) => expect.stringContaining(meant)));
  expect(summary).toMatchObject({ imported: bad.length, badRows: bad.length });
});

describe('an id that appears in a path', () => {
  let path: string;
  beforeAll(async () => {
    ({ path } = await placedOrder(office, { units: 10, quantity: 9 }));
  });

  test.each(['PARCEL/1', 'PARCEL%2F1', 'a?b', 'a#b', '..', '.', 'a\\b', 'a b', 'ü'])(
    'is refused when it cannot be requested: the shipment %s',
    async (shipmentId) => {
      const lines = [{ lineId: 'line-1', quantity: 1 }];
      const shipped = await office.client('warehouse').post(`${path}/shipments`, { shipmentId, lines });
      expectProblem(shipped, 422, 'invalid-content');
      expect(shipped.body.errors[0].pointer).toBe('/shipmentId');
      const movement = { movementId: '1', sku: shipmentId, warehouse: shipmentId, type: 'receipt', quantity: 1 };
      const moved = await office.client('warehouse').post('/stock/movements', { movements: [movement] });
      expectProblem(moved, 422, 'invalid-content');
      expect(moved.body.errors.map(({ pointer }: { pointer: string }) => pointer).toSorted()).toEqual([
        '/movements/0/sku',
        '/movements/0/warehouse',
      ]);
    },
  );

  test.each(['PARCEL-1', 'parcel_1', 'a.b', 'a~b', '...', '1'])(
    'is accepted and can be requested: %s',
    async (shipmentId) => {
      const lines = [{ lineId: 'line-1', quantity: 1 }];
      const shipped = await office.client('warehouse').post(`${path}/shipments`, { shipmentId, lines });
      expect(shipped.status, shipped.text).toBe(201);
      const delivered = await office.client('warehouse').send('POST', `${path}/shipments/${shipmentId}/delivery`);
      expect(delivered.status, delivered.text).toBe(200);
    },
  );

  test('reaches its route decoded, as API Gateway decodes a path before it matches routes', async () => {
    const [encoded, separated, unknown] = await Promise.all(
      ['/stock/%4DUG-%31', '/stock/MUG%2Flots', '/stock/MUG%2Fnothing'].map((each) =>
        office.client('warehouse').get(each),
      ),
    );
    expect(encoded?.body).toMatchObject({ status: 404, type: 'unknown-sku' });
    expect(separated?.body).toMatchObject({ status: 404, type: 'unknown-sku' });
    expect(unknown?.body).toMatchObject({ status: 404, type: 'not-found' });
  });
});
