import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BatchResult } from '../../../shared/contracts/orders/queue-routes.ts';
import { orderIdOf } from '../../../shared/ids.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import type { ApiResponse } from '../../support/system/api-client.ts';
import { type BackOffice, backOfficeForTest, startBackOffice } from '../../support/system/back-office.ts';
import { withoutGrant } from '../../support/system/edited-template.ts';
import { expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';
import { repetitions } from '../../support/repetitions.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

const preferAsync = { prefer: 'respond-async' };
const storefront = () => office.client('storefront');
const stockOf = async (sku: string) => (await office.client('warehouse').get(`/stock/${sku}`)).body;
const statusesOf = (responses: readonly { body: { status: string } }[]) =>
  Object.fromEntries([...Map.groupBy(responses, ({ body }) => body.status)].map(([key, own]) => [key, own.length]));
const eventsAbout = async (detailType: string, orderIds: readonly string[]) => {
  const ids = new Set(orderIds);
  const events = await office.lake.events(detailType);
  return events.filter(({ detail }) => ids.has((detail.data as { orderId: string }).orderId));
};

/** Queues orders, a hundred per request. Returns their ids in the same order. */
async function queue(orders: object[]): Promise<string[]> {
  const batches = Array.from({ length: Math.ceil(orders.length / 100) }, (_, index) =>
    orders.slice(index * 100, (index + 1) * 100),
  );
  const ids: string[] = [];
  for (const batch of batches) {
    const response = await storefront().post('/orders/batch', { orders: batch });
    expect(response.status, response.text).toBe(202);
    for (const result of response.body.results as BatchResult[]) {
      // A repeated order may have been placed already.
      expect(['accepted', 'placed'], response.text).toContain(result.status);
      ids.push(result.orderId ?? '');
    }
  }
  return ids;
}

/** Waits until all orders are decided and returns them. */
async function readDecided(orderIds: readonly string[]): Promise<ApiResponse[]> {
  await office.settled(150_000);
  const responses = await inParallel(16, orderIds, (orderId) => storefront().get(`/orders/${orderId}`));
  for (const response of responses) expect(response.status, response.text).toBe(200);
  return responses;
}

describe('an order accepted asynchronously', () => {
  test('is accepted with its location and then placed like a synchronous order', async () => {
    const sku = await stockedSku(office, { units: 5 });
    const content = orderOf(sku, { lines: [{ sku, quantity: 2 }] });
    const accepted = await storefront().post('/orders', content, preferAsync);
    expect(accepted.status, accepted.text).toBe(202);
    const { orderId } = accepted.body;
    expect(accepted.body).toEqual({ orderId, status: 'accepted' });
    expect(accepted.headers.location).toBe(`/orders/${orderId}`);
    const early = await storefront().get(`/orders/${orderId}`);
    expect(['accepted', 'placed']).toContain(early.body.status);
    const [order] = await readDecided([orderId]);
    expect(order?.body).toMatchObject({ orderId, status: 'placed', totalMinor: 500, lines: [{ quantity: 2 }] });
    expect(await stockOf(sku)).toMatchObject({ reserved: 2, available: 3 });
    const replay = await storefront().post('/orders', content);
    expect([replay.status, replay.headers['idempotent-replayed']]).toEqual([200, 'true']);
    expect(order?.body).toMatchObject(replay.body);
    expect((await storefront().post('/orders', content, preferAsync)).status).toBe(200);
    const changed = { ...content, note: 'Changed' };
    expectProblem(await storefront().post('/orders', changed, preferAsync), 409, 'order-conflict');
  });

  test('is refused immediately when its content is invalid, and is not visible to another channel', async () => {
    const sku = await stockedSku(office);
    const invalid = orderOf(sku, { currency: 'pounds' });
    expectProblem(await storefront().post('/orders', invalid, preferAsync), 422, 'invalid-content');
    const { body } = await storefront().post('/orders', orderOf(sku), preferAsync);
    expectProblem(await office.client('marketplace').get(`/orders/${body.orderId}`), 404, 'not-found');
  });

  test('that is out of stock is refused with a problem, and is placed when it is sent again after a receipt', async () => {
    const sku = await stockedSku(office, { units: 1 });
    const content = orderOf(sku, { lines: [{ sku, quantity: 2 }] });
    const { body } = await storefront().post('/orders', content, preferAsync);
    const [refused] = await readDecided([body.orderId]);
    expect(refused?.body).toMatchObject({
      status: 'refused',
      problem: { type: 'out-of-stock', status: 409, lines: [{ sku, requested: 2, available: 1 }] },
    });
    expect(await eventsAbout('OrderRefused', [body.orderId])).toHaveLength(1);
    const unknown = await storefront().post('/orders', orderOf('NO-SUCH-SKU'), preferAsync);
    const [response] = await readDecided([unknown.body.orderId]);
    expect(response?.body).toMatchObject({ status: 'refused', problem: { type: 'unknown-sku', status: 422 } });

    const movement = { movementId: `more-${sku}`, sku, warehouse: 'main', type: 'receipt', quantity: 1 };
    await office.client('admin').post('/stock/movements', { movements: [movement] });
    expect((await storefront().post('/orders', content, preferAsync)).status).toBe(202);
    const [placed] = await readDecided([body.orderId]);
    expect(placed?.body).toMatchObject({ status: 'placed', lines: [{ sku, quantity: 2 }] });
  });
});

test('an accepted order that could not be queued is placed by the sweep within half an hour', async () => {
  let aheadMs = 0;
  const cdkOut = withoutGrant(/^OrderIntake-Placement/, 'sqs:SendMessage');
  const degraded = await backOfficeForTest({ cdkOut, now: () => Date.now() + aheadMs });
  const sku = await stockedSku(degraded, { units: 5 });
  const content = orderOf(sku);
  const path = `/orders/${orderIdOf('storefront', content.externalOrderId)}`;
  expectProblem(await degraded.client('storefront').post('/orders', content, preferAsync), 500);
  const statusOf = async () => (await degraded.client('storefront').get(path)).body.status;
  expect(await statusOf()).toBe('accepted');
  aheadMs = 17 * 60_000;
  // The sweep runs every minute.
  await expect.poll(statusOf, { timeout: 90_000, interval: 500 }).toBe('placed');
  const { reserved } = (await degraded.client('warehouse').get(`/stock/${sku}`)).body;
  expect(reserved).toBe(1);
});

describe('a batch of orders', { timeout: 600_000 }, () => {
  test('returns a separate result for each order', async () => {
    const sku = await stockedSku(office, { units: 10 });
    const [one, two] = [orderOf(sku), orderOf(sku)];
    const placed = await storefront().post('/orders', two);
    const orders = [one, { ...one, note: 'Changed' }, one, { ...two }, { ...two, note: 'Changed' }, { lines: 7 }];
    const response = await storefront().post('/orders/batch', { orders });
    expect(response.status, response.text).toBe(202);
    const [first] = response.body.results;
    expect(response.body.results).toMatchObject([
      { externalOrderId: one.externalOrderId, status: 'accepted', location: `/orders/${first.orderId}` },
      { status: 'refused', problem: { type: 'order-conflict' } },
      { orderId: first.orderId, status: 'accepted' },
      { orderId: placed.body.orderId, status: 'placed' },
      { status: 'refused', problem: { type: 'order-conflict' } },
      { status: 'refused', problem: { type: 'invalid-content', status: 422 } },
    ]);
    expect(response.body.results[5].problem.errors[0].pointer).toMatch(/^\/orders\/5\//);
    await readDecided([first.orderId]);
    expect(await stockOf(sku)).toMatchObject({ reserved: 2 });
    const many = Array.from({ length: 101 }, () => orderOf(sku));
    expectProblem(await storefront().post('/orders/batch', { orders: many }), 413, 'too-many-orders');
  });

  test('places all orders when one of them has 110 SKUs', async () => {
    const skus = await inParallel(8, Array.from({ length: 110 }), () => stockedSku(office, { units: 9 }));
    const small = () => orderOf(skus[0] ?? '');
    const large = orderOf('', { lines: skus.map((sku) => ({ sku, quantity: 1 })) });
    const responses = await readDecided(await queue([small(), large, small()]));
    expect(statusesOf(responses)).toEqual({ placed: 3 });
    expect(await stockOf(skus[0] ?? '')).toMatchObject({ reserved: 3 });
  });
});

describe('a flash sale', { timeout: 600_000 }, () => {
  const [queued, units] = [repetitions(1000), repetitions(300)];

  test(`${queued} queued orders for ${units} units place exactly so many and publish an event for each`, async () => {
    const sku = await stockedSku(office, { units });
    const ids = await queue(Array.from({ length: queued }, () => orderOf(sku)));
    const responses = await readDecided(ids);
    expect(statusesOf(responses)).toEqual({ placed: units, refused: queued - units });
    const problems = responses.flatMap(({ body }) => (body.status === 'refused' ? [body.problem.type] : []));
    expect(new Set(problems)).toEqual(new Set(['out-of-stock']));
    expect(await stockOf(sku)).toMatchObject({ onHand: units, reserved: units, available: 0 });
    const events = await eventsAbout('OrderPlaced', ids);
    expect(events).toHaveLength(units);
    expect(new Set(events.map(({ detail }) => detail.metadata.eventId)).size).toBe(units);
    expect(await eventsAbout('OrderRefused', ids)).toHaveLength(queued - units);
  });

  test('orders queued three times and concurrent synchronous orders sell every unit once', async () => {
    const sku = await stockedSku(office, { units: 200 });
    const queued = Array.from({ length: 200 }, () => orderOf(sku));
    const rounds = Promise.all([queue(queued), queue(queued), queue(queued.toReversed())]);
    const direct = await Promise.all(Array.from({ length: 60 }, () => storefront().post('/orders', orderOf(sku))));
    const [ids] = await rounds;
    const sold = direct.filter(({ status }) => status === 201).length;
    for (const response of direct) expect([201, 409, 503], response.text).toContain(response.status);
    const responses = await readDecided(ids ?? []);
    const placed = statusesOf(responses).placed ?? 0;
    expect(placed + sold).toBe(200);
    expect(statusesOf(responses)).toEqual({ placed, refused: 200 - placed });
    expect(await stockOf(sku)).toMatchObject({ reserved: 200, available: 0 });
    expect(await eventsAbout('OrderPlaced', ids ?? [])).toHaveLength(placed);
  });
});
