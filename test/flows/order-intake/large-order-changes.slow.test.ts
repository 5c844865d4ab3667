import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyChange } from '../../../functions/order-intake/order/apply.ts';
import { cancel as cancelled } from '../../../functions/order-intake/cancellation/cancel.ts';
import { createOrderStore } from '../../../functions/order-intake/order/order-store.ts';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { aCause } from '../../support/builders.ts';
import { withCrash } from '../../support/database/crashing-database.ts';
import { withPaymentWindow } from '../../support/system/edited-template.ts';
import { fireSchedule, invoke } from '../../support/system/invoke.ts';
import { largeOrderOf, largeOrderSkus, stockedSkus, tablesOf, unitsOf } from '../../support/orders/large-orders.ts';
import { eventTypes, retryWhileBusy } from '../../support/orders/order-api.ts';

const windowMs = 30_000;
const count = largeOrderSkus;

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice({ cdkOut: withPaymentWindow('marketplace', windowMs / 60_000) });
});
afterAll(() => office.stop());

/** Places an order of one unit each of hundreds of SKUs; each SKU has two units in stock. */
async function largeOrder(channel = 'storefront') {
  const skus = await stockedSkus(office, count, () => 2);
  const placed = await office.client(channel).post('/orders', largeOrderOf(skus));
  expect(placed.status, placed.text).toBe(201);
  expect(await unitsOf(office, skus)).toEqual({ onHand: 2 * count, reserved: count });
  const lines = placed.body.lines.map(({ lineId }: { lineId: string }) => ({ lineId, quantity: 1 }));
  const { orderId, reservedUntil } = placed.body;
  return { skus, lines, orderId, reservedUntil, path: `/orders/${orderId}` };
}

/** Waits for the sweep, which runs every minute and completes chunks that a slow request leaves. */
async function expectUnits(skus: readonly string[], units: { onHand: number; reserved: number }): Promise<void> {
  await expect.poll(() => unitsOf(office, skus), { timeout: 120_000, interval: 1000 }).toEqual(units);
}

/** Sends the same request five times concurrently and expects one result and four replays. */
async function sendFiveTimes(send: () => ReturnType<ReturnType<BackOffice['client']>['post']>) {
  const responses = await Promise.all(Array.from({ length: 5 }, () => retryWhileBusy(send)));
  for (const { status, text } of responses) expect(status, text).toBeLessThan(300);
  expect(responses.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(4);
  return responses[0]?.body;
}

describe('an order of hundreds of SKUs', { timeout: 600_000 }, () => {
  test('is cancelled by one request, which releases its stock', async () => {
    const { skus, path } = await largeOrder();
    const request = { requestId: randomUUID(), reason: 'no need' };
    const order = await sendFiveTimes(() => office.client('storefront').post(`${path}/cancellation`, request));
    expect(order.status).toBe('cancelled');
    await expectUnits(skus, { onHand: 2 * count, reserved: 0 });
    expect(await eventTypes(office, path)).toEqual(['OrderPlaced', 'OrderCancelled']);
  });

  test('is shipped by one request, which posts a stock movement for each SKU', async () => {
    const { skus, lines, path } = await largeOrder();
    const request = { shipmentId: randomUUID(), lines };
    const order = await sendFiveTimes(() => office.client('warehouse').post(`${path}/shipments`, request));
    expect(order.status).toBe('shipped');
    await expectUnits(skus, { onHand: count, reserved: 0 });
    for (const sku of [skus[0], skus[count / 2], skus.at(-1)]) {
      const { movements } = (await office.client('warehouse').get(`/stock/${sku}/movements`)).body;
      expect(movements.filter(({ type }: { type: string }) => type === 'shipment')).toMatchObject([
        { onHandDelta: -1 },
      ]);
    }
  });

  test('expires once when two sweeps run concurrently', async () => {
    const { skus, path, reservedUntil } = await largeOrder('marketplace');
    await sleep(Date.parse(reservedUntil) - Date.now());
    await Promise.all([1, 2].map(() => fireSchedule(office, 'order-intake/expiry/sweep.handler.ts')));
    await expectUnits(skus, { onHand: 2 * count, reserved: 0 });
    expect(await eventTypes(office, path)).toEqual(['OrderPlaced', 'OrderExpired']);
  });

  test('is released completely by the sweep when the cancellation crashed after its first chunk', async () => {
    const { skus, orderId, path } = await largeOrder();
    const { db, tables } = await tablesOf(office);
    const crashed = createOrderStore(withCrash(db, { transaction: 2, when: 'after' }), tables, 'Europe/London');
    const request = { requestId: 'all', reason: 'no need' };
    const cause = aCause({ now: Date.now() - 60_000 });
    await expect(applyChange(crashed, orderId, (order) => cancelled(order, request, ''), cause)).rejects.toThrow(
      'Crashed',
    );
    expect((await office.client('storefront').get(path)).body.status).toBe('cancelled');
    // The sweep may have run already.
    expect((await unitsOf(office, skus)).reserved).toBeLessThanOrEqual(count - 99);
    // A sweep that others hold up for too long fails, and leaves the rest to the next one.
    await Promise.all([1, 2, 3].map(() => invoke(office, 'order-intake/unfinished-sweep.handler.ts', {})));
    await expectUnits(skus, { onHand: 2 * count, reserved: 0 });
    expect((await eventTypes(office, path)).toSorted()).toEqual(['OrderCancelled', 'OrderPlaced']);
  });
});
