import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BatchResult } from '../../../shared/contracts/orders/queue-routes.ts';
import { orderIdOf } from '../../../shared/ids.ts';
import { inParallel } from '../../../shared/in-parallel.ts';
import type { ApiAnswer } from '../../support/system/api-client.ts';
import { type BackOffice, backOfficeForTest, startBackOffice } from '../../support/system/back-office.ts';
import { withoutGrant } from '../../support/system/edited-template.ts';
import { expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

const later = { prefer: 'respond-async' };
const storefront = () => office.client('storefront');
const stockOf = async (sku: string) => (await office.client('warehouse').get(`/stock/${sku}`)).body;
const statusesOf = (answers: readonly { body: { status: string } }[]) =>
  Object.fromEntries([...Map.groupBy(answers, ({ body }) => body.status)].map(([key, own]) => [key, own.length]));
const eventsAbout = async (detailType: string, orderIds: readonly string[]) => {
  const ids = new Set(orderIds);
  const events = await office.lake.events(detailType);
  return events.filter(({ detail }) => ids.has((detail.data as { orderId: string }).orderId));
};

/** Queues orders, a hundred to a request, and gives their ids in the same order. */
async function queue(orders: object[]): Promise<string[]> {
  const batches = Array.from({ length: Math.ceil(orders.length / 100) }, (_, index) =>
    orders.slice(index * 100, (index + 1) * 100),
  );
  const ids: string[] = [];
  for (const batch of batches) {
    const answer = await storefront().post('/orders/batch', { orders: batch });
    expect(answer.status, answer.text).toBe(202);
    for (const result of answer.body.results as BatchResult[]) {
      // Sent again, an order may be placed by now.
      expect(['accepted', 'placed'], answer.text).toContain(result.status);
      ids.push(result.orderId ?? '');
    }
  }
  return ids;
}

/** The orders as they are once all are decided. */
async function decided(orderIds: readonly string[]): Promise<ApiAnswer[]> {
  await office.settled(150_000);
  const answers = await inParallel(16, orderIds, (orderId) => storefront().get(`/orders/${orderId}`));
  for (const answer of answers) expect(answer.status, answer.text).toBe(200);
  return answers;
}

describe('an order that is answered before it is decided', () => {
  test('is accepted with its place, and is then the order that a waiting caller would have got', async () => {
    const sku = await stockedSku(office, { units: 5 });
    const content = orderOf(sku, { lines: [{ sku, quantity: 2 }] });
    const accepted = await storefront().post('/orders', content, later);
    expect(accepted.status, accepted.text).toBe(202);
    const { orderId } = accepted.body;
    expect(accepted.body).toEqual({ orderId, status: 'accepted' });
    expect(accepted.headers.location).toBe(`/orders/${orderId}`);
    const early = await storefront().get(`/orders/${orderId}`);
    expect(['accepted', 'placed']).toContain(early.body.status);
    const [order] = await decided([orderId]);
    expect(order?.body).toMatchObject({ orderId, status: 'placed', totalMinor: 500, lines: [{ quantity: 2 }] });
    expect(await stockOf(sku)).toMatchObject({ reserved: 2, available: 3 });
    const replay = await storefront().post('/orders', content);
    expect([replay.status, replay.headers['idempotent-replayed']]).toEqual([200, 'true']);
    expect(replay.body).toEqual(order?.body);
    expect((await storefront().post('/orders', content, later)).status).toBe(200);
    const changed = { ...content, note: 'Changed' };
    expectProblem(await storefront().post('/orders', changed, later), 409, 'order-conflict');
  });

  test('is refused at once where its content is invalid, and of another channel is not to be seen', async () => {
    const sku = await stockedSku(office);
    const invalid = orderOf(sku, { currency: 'pounds' });
    expectProblem(await storefront().post('/orders', invalid, later), 422, 'invalid-content');
    const { body } = await storefront().post('/orders', orderOf(sku), later);
    expectProblem(await office.client('marketplace').get(`/orders/${body.orderId}`), 404, 'not-found');
  });

  test('and cannot be served is refused with its problem, and may be sent again when there is stock', async () => {
    const sku = await stockedSku(office, { units: 1 });
    const content = orderOf(sku, { lines: [{ sku, quantity: 2 }] });
    const { body } = await storefront().post('/orders', content, later);
    const [refused] = await decided([body.orderId]);
    expect(refused?.body).toMatchObject({
      status: 'refused',
      problem: { type: 'out-of-stock', status: 409, lines: [{ sku, requested: 2, available: 1 }] },
    });
    expect(await eventsAbout('OrderRefused', [body.orderId])).toHaveLength(1);
    const unknown = await storefront().post('/orders', orderOf('NO-SUCH-SKU'), later);
    const [answer] = await decided([unknown.body.orderId]);
    expect(answer?.body).toMatchObject({ status: 'refused', problem: { type: 'unknown-sku', status: 422 } });

    const movement = { movementId: `more-${sku}`, sku, warehouse: 'main', type: 'receipt', quantity: 1 };
    await office.client('admin').post('/stock/movements', { movements: [movement] });
    expect((await storefront().post('/orders', content, later)).status).toBe(202);
    const [placed] = await decided([body.orderId]);
    expect(placed?.body).toMatchObject({ status: 'placed', lines: [{ sku, quantity: 2 }] });
  });
});

test('an order that was written down, and then could not be queued, is placed within the half hour all the same', async () => {
  let aheadMs = 0;
  const cdkOut = withoutGrant(/^OrderIntakeApi/, 'sqs:SendMessage');
  const broken = await backOfficeForTest({ cdkOut, now: () => Date.now() + aheadMs });
  const sku = await stockedSku(broken, { units: 5 });
  const content = orderOf(sku);
  const path = `/orders/${orderIdOf('storefront', content.externalOrderId)}`;
  expectProblem(await broken.client('storefront').post('/orders', content, later), 500);
  const statusOf = async () => (await broken.client('storefront').get(path)).body.status;
  expect(await statusOf()).toBe('accepted');
  aheadMs = 17 * 60_000;
  // The sweep comes every minute.
  await expect.poll(statusOf, { timeout: 90_000, interval: 500 }).toBe('placed');
  const { reserved } = (await broken.client('warehouse').get(`/stock/${sku}`)).body;
  expect(reserved).toBe(1);
});

describe('a batch of orders', { timeout: 180_000 }, () => {
  test('has a result for each, whatever its neighbours are', async () => {
    const sku = await stockedSku(office, { units: 10 });
    const [one, two] = [orderOf(sku), orderOf(sku)];
    const placed = await storefront().post('/orders', two);
    const orders = [one, { ...one, note: 'Changed' }, one, { ...two }, { ...two, note: 'Changed' }, { lines: 7 }];
    const answer = await storefront().post('/orders/batch', { orders });
    expect(answer.status, answer.text).toBe(202);
    const [first] = answer.body.results;
    expect(answer.body.results).toMatchObject([
      { externalOrderId: one.externalOrderId, status: 'accepted', location: `/orders/${first.orderId}` },
      { status: 'refused', problem: { type: 'order-conflict' } },
      { orderId: first.orderId, status: 'accepted' },
      { orderId: placed.body.orderId, status: 'placed' },
      { status: 'refused', problem: { type: 'order-conflict' } },
      { status: 'refused', problem: { type: 'invalid-content', status: 422 } },
    ]);
    expect(answer.body.results[5].problem.errors[0].pointer).toMatch(/^\/orders\/5\//);
    await decided([first.orderId]);
    expect(await stockOf(sku)).toMatchObject({ reserved: 2 });
    const many = Array.from({ length: 101 }, () => orderOf(sku));
    expectProblem(await storefront().post('/orders/batch', { orders: many }), 413, 'too-many-orders');
  });

  test('with an order of 110 SKUs among small ones places all of them', async () => {
    const skus = await inParallel(8, Array.from({ length: 110 }), () => stockedSku(office, { units: 9 }));
    const small = () => orderOf(skus[0] ?? '');
    const large = orderOf('', { lines: skus.map((sku) => ({ sku, quantity: 1 })) });
    const answers = await decided(await queue([small(), large, small()]));
    expect(statusesOf(answers)).toEqual({ placed: 3 });
    expect(await stockOf(skus[0] ?? '')).toMatchObject({ reserved: 3 });
  });
});

describe('a flash sale', { timeout: 180_000 }, () => {
  test('1,000 queued for 300 units: exactly 300 are placed, 700 refused, none left, 300 events', async () => {
    const sku = await stockedSku(office, { units: 300 });
    const ids = await queue(Array.from({ length: 1000 }, () => orderOf(sku)));
    const answers = await decided(ids);
    expect(statusesOf(answers)).toEqual({ placed: 300, refused: 700 });
    const problems = answers.flatMap(({ body }) => (body.status === 'refused' ? [body.problem.type] : []));
    expect(new Set(problems)).toEqual(new Set(['out-of-stock']));
    expect(await stockOf(sku)).toMatchObject({ onHand: 300, reserved: 300, available: 0 });
    const events = await eventsAbout('OrderPlaced', ids);
    expect(events).toHaveLength(300);
    expect(new Set(events.map(({ detail }) => detail.metadata.eventId)).size).toBe(300);
    expect(await eventsAbout('OrderRefused', ids)).toHaveLength(700);
  });

  test('each sent three times, and others at once in the other lane: every unit is sold once', async () => {
    const sku = await stockedSku(office, { units: 200 });
    const queued = Array.from({ length: 200 }, () => orderOf(sku));
    const rounds = Promise.all([queue(queued), queue(queued), queue(queued.toReversed())]);
    const direct = await Promise.all(Array.from({ length: 60 }, () => storefront().post('/orders', orderOf(sku))));
    const [ids] = await rounds;
    const sold = direct.filter(({ status }) => status === 201).length;
    for (const answer of direct) expect([201, 409, 503], answer.text).toContain(answer.status);
    const answers = await decided(ids ?? []);
    const placed = statusesOf(answers).placed ?? 0;
    expect(placed + sold).toBe(200);
    expect(statusesOf(answers)).toEqual({ placed, refused: 200 - placed });
    expect(await stockOf(sku)).toMatchObject({ reserved: 200, available: 0 });
    expect(await eventsAbout('OrderPlaced', ids ?? [])).toHaveLength(placed);
  });
});
