import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { invoke } from '../../support/system/invoke.ts';
import { expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

const alertsOf = async (sku: string) => {
  const events = await office.lake.events('StockAlertRaised');
  const byId = new Map(events.map(({ detail }) => [detail.metadata.eventId, detail.data as Record<string, unknown>]));
  return [...byId]
    .filter(([, data]) => data.sku === sku)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, data]) => data.kind);
};
const setLevels = (sku: string, levels: object) => office.client('warehouse').put(`/stock/${sku}/alert-levels`, levels);

test('each threshold crossing raises one alert, and another one only after stock left the range', async () => {
  const sku = await stockedSku(office, { warehouses: { main: 15, north: 5 } });
  expect((await setLevels(sku, { reorderPoint: 8, overstockAbove: 30 })).body).toEqual({
    reorderPoint: 8,
    overstockAbove: 30,
  });
  const storefront = office.client('storefront');
  await Promise.all(Array.from({ length: 25 }, () => storefront.post('/orders', orderOf(sku))));
  const receive = (id: string, quantity: number) =>
    office.client('warehouse').post('/stock/movements', {
      movements: [{ movementId: `${sku}-${id}`, sku, warehouse: 'main', type: 'receipt', quantity }],
    });
  await receive('some', 3);
  await receive('many', 30);
  await Promise.all(Array.from({ length: 25 }, () => storefront.post('/orders', orderOf(sku))));
  await office.settled();
  expect(await alertsOf(sku)).toEqual(['low', 'out', 'back-in-stock', 'overstock', 'low']);
});

test('a stream record that is delivered again raises no further alert', async () => {
  const sku = await stockedSku(office, { units: 1 });
  const image = (available: string) => ({
    sku: { S: sku },
    warehouses: { M: { main: { M: { available: { N: available }, reserved: { N: '0' } } } } },
  });
  const record = (SequenceNumber: string) => ({
    dynamodb: {
      SequenceNumber,
      ApproximateCreationDateTime: Date.now() / 1000,
      OldImage: image('1'),
      NewImage: image('0'),
    },
  });
  for (const records of [['100'], ['100', '100'], ['99'], ['1000']]) {
    const entry = 'stock-update/alerts/stock-changed.handler.ts';
    const { failure, result } = await invoke(office, entry, { Records: records.map(record) });
    expect([failure, result]).toEqual([undefined, { batchItemFailures: [] }]);
  }
  await office.settled();
  expect(await alertsOf(sku)).toEqual(['out', 'out']);
});

test('alert levels can be set for any SKU in the catalogue by clients that can change stock', async () => {
  const sku = await stockedSku(office, { units: 0 });
  expect((await setLevels(sku, { reorderPoint: 2 })).status).toBe(200);
  expect((await setLevels(sku, { reorderPoint: 2 })).status).toBe(200);
  expectProblem(await setLevels('NO-SUCH-SKU', { reorderPoint: 2 }), 404, 'unknown-sku');
  expectProblem(await setLevels(sku, { reorderPoint: -1 }), 422, 'invalid-content');
  expectProblem(await setLevels(sku, { reorder: 1 }), 422, 'invalid-content');
  expectProblem(await office.client('storefront').put(`/stock/${sku}/alert-levels`, {}), 403);
  await office.settled();
  const published = (await office.lake.events('StockAlertLevelsSet')).filter(({ detail }) =>
    JSON.stringify(detail.data).includes(sku),
  );
  expect(new Set(published.map(({ detail }) => detail.metadata.eventId)).size).toBe(1);
});
