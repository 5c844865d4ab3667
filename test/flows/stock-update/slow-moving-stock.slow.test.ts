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

const begun = Date.now();
const dayMs = 86_400_000;

/** The nightly look at all stock, so many days from now. */
const lookIn = (days: number) =>
  fireSchedule(office, 'stock-update/alerts/idle-stock', new Date(Date.now() + days * dayMs + 60_000));

/** What was told of a SKU's lying about, with the days from now on which it was. */
async function told(sku: string): Promise<[unknown, number][]> {
  await office.settled();
  const events = await office.lake.events('StockAlertRaised');
  const alerts = events.map(({ detail }) => StockAlertRaised.envelope.shape.detail.parse(detail));
  const byId = new Map(alerts.map((alert) => [alert.metadata.eventId, alert]));
  return [...byId.values()]
    .filter(({ data }) => data.sku === sku && data.idleSince !== undefined)
    .toSorted((a, b) => (a.metadata.eventId < b.metadata.eventId ? -1 : 1))
    .map(({ data, metadata }) => [data.kind, Math.floor((Date.parse(metadata.occurredAt) - begun) / dayMs)]);
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

test('what lies and is not shipped is told once as slow-moving and once as dead, whatever the clock does', async () => {
  const sku = await stockedSku(office, { units: 5 });
  await lookIn(89);
  await Promise.all([lookIn(90), lookIn(90), lookIn(90)]);
  for (const days of [50, 91, 364, 365, 400, 100]) await lookIn(days);
  expect(await told(sku)).toEqual([
    ['slow-moving', 90],
    ['dead', 365],
  ]);
});

test('a shipment ends it; an order that waits, or more of the same, does not', async () => {
  const [sold, kept] = [await stockedSku(office, { units: 5 }), await stockedSku(office, { units: 5 })];
  await lookIn(90);
  await ship(sold);
  await office.client('storefront').post('/orders', orderOf(kept));
  await receive(kept);
  for (const days of [89, 91]) await lookIn(days);
  expect(await told(sold)).toEqual([
    ['slow-moving', 90],
    ['slow-moving', 91],
  ]);
  expect(await told(kept)).toEqual([['slow-moving', 90]]);
});

test('a SKU has its own levels; one that is out does not lie, and begins anew when it comes in', async () => {
  const [quick, gone] = [await stockedSku(office, { units: 5 }), await stockedSku(office, { units: 1 })];
  const warehouse = office.client('warehouse');
  const levels = { slowMovingAfterDays: 10, deadAfterDays: 20 };
  expect((await warehouse.put(`/stock/${quick}/alert-levels`, levels)).body).toEqual(levels);
  expectProblem(await warehouse.put(`/stock/${quick}/alert-levels`, { deadAfterDays: 0 }), 422);
  await ship(gone);
  for (const days of [9, 10, 20, 500]) await lookIn(days);
  await receive(gone);
  await lookIn(92);
  expect(await told(quick)).toEqual([
    ['slow-moving', 10],
    ['dead', 20],
  ]);
  expect(await told(gone)).toEqual([['slow-moving', 92]]);
});
