import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import {
  aPayment,
  eventTypes,
  retryWhileBusy,
  placedOrder,
  postPayment,
  stockOf,
} from '../../support/orders/order-api.ts';
import { expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

const edit = (path: string, given: Record<string, unknown>, headers: Record<string, string> = {}, as = 'storefront') =>
  office.client(as).post(`${path}/edits`, { editId: randomUUID(), reason: 'the buyer asked', ...given }, headers);
const countOf = (responses: { status: number }[], status: number) =>
  responses.filter((response) => response.status === status).length;
const units = (quantity: number) => ({ lines: [{ lineId: 'line-1', quantity }] });

describe('an edit', () => {
  test('changes lines, stock, amounts and shipping together, and the placement replay keeps the first response', async () => {
    const [mug, plate] = [
      await stockedSku(office, { units: 10, priceMinor: 500 }),
      await stockedSku(office, { units: 10 }),
    ];
    const content = orderOf(mug, { lines: [{ sku: mug, quantity: 4 }] });
    const placed = await office.client('storefront').post('/orders', content);
    const path = `/orders/${placed.body.orderId}`;
    const edited = await edit(path, {
      ...units(3),
      addLines: [{ sku: plate, quantity: 2 }],
      shippingMethod: 'express',
      shippingAddress: { country: 'GB', city: 'Leeds' },
      note: 'ring once',
    });
    expect(edited.status, edited.text).toBe(200);
    expect(edited.body.lines).toMatchObject([
      { lineId: 'line-1', sku: mug, quantity: 3, totalMinor: 1500 },
      { lineId: 'line-2', sku: plate, quantity: 2, unitPriceMinor: 250, totalMinor: 500 },
    ]);
    const shippingMinor = edited.body.totalMinor - 2000;
    expect(edited.body).toMatchObject({ subtotalMinor: 2000, shippingMinor, status: 'placed' });
    expect(await stockOf(office, mug)).toEqual({ onHand: 10, reserved: 3, available: 7 });
    expect(await stockOf(office, plate)).toEqual({ onHand: 10, reserved: 2, available: 8 });

    const read = await office.client('storefront').get(path);
    expect([read.body, read.headers['etag']]).toEqual([edited.body, edited.headers['etag']]);
    const again = await office.client('storefront').post('/orders', content);
    expect([again.text, again.headers['idempotent-replayed']]).toEqual([placed.text, 'true']);
    const { events } = (await office.client('admin').get(`${path}/timeline`)).body;
    expect(events.map(({ type }: { type: string }) => type)).toEqual(['OrderPlaced', 'OrderEdited']);
    expect(events[1].data).toMatchObject({
      differences: { subtotalMinor: 0, shippingMinor, totalMinor: shippingMinor },
    });
    expect(JSON.stringify(events)).not.toMatch(/Leeds|ring once/);
    const shipped = await office.client('warehouse').post(`${path}/shipments`, {
      shipmentId: randomUUID(),
      lines: [
        { lineId: 'line-1', quantity: 3 },
        { lineId: 'line-2', quantity: 2 },
      ],
    });
    expect(shipped.body.status).toBe('shipped');
    expect(await stockOf(office, plate)).toEqual({ onHand: 8, reserved: 0, available: 8 });
  });

  test('sent 50 times concurrently under one id is applied once', async () => {
    const { sku, path } = await placedOrder(office, { units: 10, quantity: 2 });
    const request = { editId: randomUUID(), ...units(5) };
    const responses = await Promise.all(Array.from({ length: 50 }, () => retryWhileBusy(() => edit(path, request))));
    expect(countOf(responses, 200)).toBe(50);
    expect(responses.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(49);
    expect(new Set(responses.map(({ text }) => text)).size).toBe(1);
    expect(await stockOf(office, sku)).toEqual({ onHand: 10, reserved: 5, available: 5 });
    expect(await eventTypes(office, path)).toEqual(['OrderPlaced', 'OrderEdited']);
    expectProblem(await edit(path, { ...request, ...units(6) }), 409, 'edit-conflict');
  });

  test('20 concurrent edits and orders reserve exactly the units of the orders', async () => {
    const { sku, path } = await placedOrder(office, { units: 30, quantity: 1 });
    const buy = () => office.client('storefront').post('/orders', orderOf(sku));
    const grow = (request: Record<string, unknown>) => retryWhileBusy(() => edit(path, request));
    const requests = Array.from({ length: 20 }, () => ({ editId: randomUUID(), addLines: [{ sku, quantity: 1 }] }));
    const [edits, orders] = await Promise.all([
      Promise.all(requests.map(grow)),
      Promise.all(Array.from({ length: 20 }, () => retryWhileBusy(buy))),
    ]);
    const refused = [...edits, ...orders].filter(({ status }) => status === 409);
    for (const response of refused) expectProblem(response, 409, 'out-of-stock');
    expect(countOf(edits, 200) + countOf(orders, 201)).toBe(29);
    expect(await stockOf(office, sku)).toEqual({ onHand: 30, reserved: 30, available: 0 });
    const order = await office.client('storefront').get(path);
    expect(order.body.lines).toHaveLength(1 + countOf(edits, 200));
    expect(order.body.totalMinor).toBe(1000 * (1 + countOf(edits, 200)));
    expect(new Set(order.body.lines.map(({ lineId }: { lineId: string }) => lineId)).size).toBe(
      order.body.lines.length,
    );
  });

  test('beyond the available stock changes nothing and releases nothing', async () => {
    const { sku, path } = await placedOrder(office, { units: 5, quantity: 4 });
    const other = await stockedSku(office, { units: 1 });
    const refused = await edit(path, { ...units(1), addLines: [{ sku: other, quantity: 2 }] });
    expectProblem(refused, 409, 'out-of-stock');
    expect(refused.body.lines).toEqual([{ sku: other, requested: 2, available: 1 }]);
    expect(await stockOf(office, sku)).toEqual({ onHand: 5, reserved: 4, available: 1 });
    expect(await eventTypes(office, path)).toEqual(['OrderPlaced']);
  });

  test('with If-Match is refused when the order has changed since it was read', async () => {
    const { path } = await placedOrder(office, { quantity: 2 });
    const { headers } = await office.client('storefront').get(path);
    const ifMatch = { 'if-match': String(headers['etag']) };
    const first = { editId: randomUUID(), ...units(3) };
    expect((await edit(path, first, ifMatch)).status).toBe(200);
    expectProblem(await edit(path, units(4), ifMatch), 412, 'order-changed');
    expect((await edit(path, first, ifMatch)).headers['idempotent-replayed']).toBe('true');
  });

  test('that increases a paid order holds it until the difference is paid', async () => {
    const { orderId, path } = await placedOrder(office, { units: 10, quantity: 1 });
    await postPayment(office, aPayment(orderId));
    const held = await edit(path, units(2));
    expect(held.body).toMatchObject({ status: 'on-hold', holdReasons: ['underpaid'], payment: { dueMinor: 2000 } });
    await postPayment(office, aPayment(orderId));
    const paid = await office.client('storefront').get(path);
    expect(paid.body).toMatchObject({ status: 'paid', payment: { balance: 'settled' } });
    expect(await eventTypes(office, path)).toEqual([
      'OrderPlaced',
      'PaymentRecorded',
      'OrderEdited',
      'OrderHeld',
      'PaymentRecorded',
    ]);
  });

  test('is refused after the warehouse allocates the order', async () => {
    const { path } = await placedOrder(office);
    await office.client('warehouse').post(`${path}/allocation`, undefined);
    const late = await edit(path, units(2));
    expectProblem(late, 409, 'illegal-transition');
    expect(late.body.currentStatus).toBe('allocated');
  });

  test('is possible for the channel of the order and for staff', async () => {
    const { path } = await placedOrder(office);
    expectProblem(await edit(path, units(2), {}, 'marketplace'), 404, 'not-found');
    expectProblem(await edit(path, units(2), {}, 'warehouse'), 403);
    expect((await edit(path, units(2), {}, 'admin')).status).toBe(200);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['no changes', {}, ''],
    [
      'a line named twice',
      {
        lines: [
          { lineId: 'line-1', quantity: 1 },
          { lineId: 'line-1', quantity: 2 },
        ],
      },
      '/lines',
    ],
    ['units below zero', units(-1), '/lines/0/quantity'],
    ['an unknown line', { lines: [{ lineId: 'line-9', quantity: 1 }] }, '/lines/0/lineId'],
    ['an unknown SKU', { addLines: [{ sku: 'NO-SUCH', quantity: 1 }] }, '/addLines/0/sku'],
    ['no units left', units(0), '/lines'],
  ])('with %s is refused', async (_case, request, pointer) => {
    const { path } = await placedOrder(office);
    const refused = await edit(path, request);
    expectProblem(refused, 422);
    expect(refused.body.errors[0].pointer).toBe(pointer);
  });
});
