import { afterAll, beforeAll, expect, test } from 'vitest';
import { StockAlertRaised } from '../../../shared/contracts/stock/events.ts';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { fireSchedule } from '../../support/system/invoke.ts';
import { expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

const startedAt = Date.now();
const dayMs = 86_400_000;

/** Runs the nightly job as if it were `days` days later. */
const runNightlyJobIn = (days: number) =>
  fireSchedule(office, 'stock-update/alerts/idle-stock.handler.ts', new Date(Date.now() + days * dayMs + 60_000));

/** Returns the idle-stock alerts of a SKU, each with the number of days after the start of the test. */
async function alertsOf(sku: string): Promise<[unknown, number][]> {
  await office.settled();
  const events = await office.lake.events('StockAlertRaised');
  const alerts = events.map(({ detail }) => StockAlertRaised.envelope.shape.detail.parse(detail));
  const byId = new Map(alerts.map((alert) => [alert.metadata.eventId, alert]));
  return [...byId.values()]
    .filter(({ data }) => data.sku === sku && data.idleSince !== undefined)
    .toSorted((a, b) => (a.metadata.eventId < b.metadata.eventId ? -1 : 1))
    .map(({ data, metadata }) => [data.kind, Math.floor((Date.parse(metadata.occurredAt) - startedAt) / dayMs)]);
}

async function ship(sku: string): Promise<void> {
  const { body: order } = await office.client('storefront').post('/orders', orderOf(sku));
  const content = { shipmentId: 's-1', lines: [{ lineId: order.lines[0].lineId, quantity: 1 }] };
  const shipped = await office.client('warehouse').post(`/orders/${order.orderId}/shipments`, content);
  expect(shipped.status, shipped.text).toBeLessThan(300);
}

async function receive(sku: string): Promise<void> {
  const receipt = { movementId: `${sku}-more`, sku, warehouse: 'main', type: 'receipt', quantity: 5 };
  expect((await office.client('warehouse').post('/stock/movements', { movements: [receipt] })).status).toBe(200);
}

test('stock without shipments raises one slow-moving and one dead-stock alert, also when runs repeat or go back in time', async () => {
  const sku = await stockedSku(office, { units: 5 });
  await runNightlyJobIn(89);
  await Promise.all([runNightlyJobIn(90), runNightlyJobIn(90), runNightlyJobIn(90)]);
  for (const days of [50, 91, 364, 365, 400, 100]) await runNightlyJobIn(days);
  expect(await alertsOf(sku)).toEqual([
    ['slow-moving', 90],
    ['dead', 365],
  ]);
});

test('a shipment restarts the idle period; an unshipped order or a receipt does not', async () => {
  const [sold, kept] = [await stockedSku(office, { units: 5 }), await stockedSku(office, { units: 5 })];
  await runNightlyJobIn(90);
  await ship(sold);
  await office.client('storefront').post('/orders', orderOf(kept));
  await receive(kept);
  for (const days of [89, 91]) await runNightlyJobIn(days);
  expect(await alertsOf(sold)).toEqual([
    ['slow-moving', 90],
    ['slow-moving', 91],
  ]);
  expect(await alertsOf(kept)).toEqual([['slow-moving', 90]]);
});

test('alert levels can be set per SKU, and the idle period of a SKU without stock starts at its next receipt', async () => {
  const [fast, soldOut] = [await stockedSku(office, { units: 5 }), await stockedSku(office, { units: 1 })];
  const warehouse = office.client('warehouse');
  const levels = { slowMovingAfterDays: 10, deadAfterDays: 20 };
  expect((await warehouse.put(`/stock/${fast}/alert-levels`, levels)).body).toEqual(levels);
  expectProblem(await warehouse.put(`/stock/${fast}/alert-levels`, { deadAfterDays: 0 }), 422);
  await ship(soldOut);
  for (const days of [9, 10, 20, 500]) await runNightlyJobIn(days);
  await receive(soldOut);
  await runNightlyJobIn(92);
  expect(await alertsOf(fast)).toEqual([
    ['slow-moving', 10],
    ['dead', 20],
  ]);
  expect(await alertsOf(soldOut)).toEqual([['slow-moving', 92]]);
});
