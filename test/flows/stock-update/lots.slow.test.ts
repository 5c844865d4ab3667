import { afterAll, beforeAll, expect, test } from 'vitest';
import { newEvent } from '../../../shared/contracts/define-event.ts';
import { StockLotsShipped, StockMoved } from '../../../shared/contracts/stock/events.ts';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { deliver } from '../../support/system/invoke.ts';
import { aCause } from '../../support/builders.ts';
import { stockOf } from '../../support/orders/order-api.ts';
import { orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

async function receive(
  sku: string,
  lot: string,
  quantity: number,
  expiresOn: string,
  also: object = {},
): Promise<void> {
  const movementId = `${sku}-${lot}`;
  const receipt = { movementId, sku, warehouse: 'main', type: 'receipt', quantity, lot, expiresOn, ...also };
  const { body } = await office.client('warehouse').post('/stock/movements', { movements: [receipt] });
  expect(body.results).toMatchObject([{ status: 'applied' }]);
}

async function ship(sku: string, quantity: number): Promise<string> {
  const { body: order } = await office
    .client('storefront')
    .post('/orders', orderOf(sku, { lines: [{ sku, quantity }] }));
  const content = { shipmentId: 's-1', lines: [{ lineId: order.lines[0].lineId, quantity }] };
  const shipped = await office.client('warehouse').post(`/orders/${order.orderId}/shipments`, content);
  expect(shipped.status, shipped.text).toBeLessThan(300);
  return order.orderId;
}

const lotsOf = async (sku: string): Promise<Record<string, number>> => {
  const { lots } = (await office.client('warehouse').get(`/stock/${sku}/lots`)).body;
  return Object.fromEntries(lots.map(({ lot, units }: { lot: string; units: number }) => [lot, units]));
};

test('shipments take units from the lots that expire first, and an event lists the lots of each shipment', async () => {
  const sku = await stockedSku(office, { units: 0 });
  await receive(sku, 'LATE', 5, '2999-12-31');
  await receive(sku, 'EARLY', 4, '2999-01-31');
  const orderId = await ship(sku, 6);
  await expect.poll(() => lotsOf(sku)).toEqual({ LATE: 3 });
  await Promise.all([ship(sku, 1), ship(sku, 1)]);
  await expect.poll(() => lotsOf(sku)).toEqual({ LATE: 1 });
  expect(await stockOf(office, sku)).toEqual({ onHand: 1, reserved: 0, available: 1 });
  await office.settled();
  const published = (await office.lake.events('StockLotsShipped')).map(({ detail }) =>
    StockLotsShipped.envelope.shape.detail.shape.data.parse(detail.data),
  );
  expect(published.find(({ movementId }) => movementId.startsWith(orderId))?.lots).toEqual([
    { lot: 'EARLY', expiresOn: '2999-01-31', units: 4 },
    { lot: 'LATE', expiresOn: '2999-12-31', units: 2 },
  ]);
});

test('shipments take no units in inspection, which can still be written off', async () => {
  const sku = await stockedSku(office, { units: 0 });
  await receive(sku, 'HELD', 10, '2999-01-31', { to: 'inspection' });
  await receive(sku, 'GOOD', 10, '2999-12-31');
  await ship(sku, 5);
  await expect.poll(() => lotsOf(sku)).toEqual({ HELD: 10, GOOD: 5 });
  const writeOff = {
    movementId: `${sku}-write-off`,
    sku,
    warehouse: 'main',
    lot: 'HELD',
    from: 'inspection',
    quantity: 10,
  };
  const { body } = await office
    .client('warehouse')
    .post('/stock/movements', { movements: [{ ...writeOff, type: 'write-off' }] });
  expect(body.results).toMatchObject([{ status: 'applied' }]);
  expect(await lotsOf(sku)).toEqual({ GOOD: 5 });
});

test('a shipment event that arrives twice or late takes its units once, and none of a lot received later', async () => {
  const sku = await stockedSku(office, { units: 0 });
  await receive(sku, 'A', 10, '2999-12-31');
  const shipment = (movementId: string, units: number, at: number) => {
    const [onHandDelta, unavailableDelta] = [-units, 0];
    const occurredAt = new Date(at).toISOString();
    const moved = {
      movementId,
      sku,
      warehouse: 'main',
      type: 'shipment' as const,
      onHandDelta,
      unavailableDelta,
      occurredAt,
    };
    return newEvent(StockMoved, moved, aCause({ now: at }));
  };
  const now = Date.now();
  const events = [shipment(`${sku}-1`, 3, now), shipment(`${sku}-2`, 2, now), shipment(`${sku}-1`, 3, now)];
  await deliver(office, 'stock-update/lots/shipment.handler.ts', [...events, shipment(`${sku}-0`, 4, now - 60_000)]);
  await Promise.all([
    deliver(office, 'stock-update/lots/shipment.handler.ts', events),
    deliver(office, 'stock-update/lots/shipment.handler.ts', events.toReversed()),
  ]);
  expect(await lotsOf(sku)).toEqual({ A: 5 });
});
