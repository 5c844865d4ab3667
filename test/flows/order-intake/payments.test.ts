import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { orderIdOf } from '../../../shared/ids.ts';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { withShortWindows } from '../../support/system/edited-template.ts';
import { fireSchedule } from '../../support/system/invoke.ts';
import {
  aPayment,
  eventTypes,
  retryWhileBusy,
  placedOrder,
  postPayment,
  stockOf,
} from '../../support/orders/order-api.ts';
import { paymentSignature } from '../../support/payments/signature.ts';
import { expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';
import { environmentEdit, paymentWindow, disableSchedules } from '../../support/system/template-edits.ts';

const clock = { aheadMs: 0 };
const now = () => Date.now() + clock.aheadMs;

let office: BackOffice;
beforeAll(async () => {
  const window = environmentEdit('CHANNELS', paymentWindow('marketplace', 1));
  office = await startBackOffice({ cdkOut: withShortWindows(window, disableSchedules(/^OrderIntake-Sweep/)), now });
});
afterAll(() => office.stop());

const read = async (path: string) => (await office.client('admin').get(path)).body;
const review = (path: string, decision: string, headers: Record<string, string> = {}) =>
  office.client('service-lead').post(`${path}/review`, { decision, reason: 'reviewed' }, headers);

const sweepNow = () => fireSchedule(office, 'order-intake/expiry/sweep.handler.ts', new Date(now()));

/** Moves the clock to the end of an order's payment time limit, less `beforeMs`. */
const passTimeLimit = (order: { reservedUntil: string }, beforeMs = 0) => {
  clock.aheadMs += Date.parse(order.reservedUntil) - beforeMs - now();
};

/** Places an order of the channel with a payment time limit. */
async function unpaidOrder(quantity = 2, units = 10, buyer: Record<string, unknown> = {}) {
  const sku = await stockedSku(office, { units, priceMinor: 500 });
  const placed = await office
    .client('marketplace')
    .post('/orders', orderOf(sku, { lines: [{ sku, quantity }], ...buyer }));
  expect(placed.body.status, placed.text).toBe('payment-pending');
  return { sku, order: placed.body, orderId: String(placed.body.orderId), path: `/orders/${placed.body.orderId}` };
}

describe('a payment webhook', () => {
  test('without a valid recent signature records nothing', async () => {
    const { orderId, path } = await placedOrder(office);
    const body = JSON.stringify(aPayment(orderId));
    const secret = office.credentials.webhookSecret;
    const old = now() - 301_000;
    const signatures = [
      null,
      '',
      'v1=00',
      paymentSignature(body, 'another secret'),
      paymentSignature(`${body} `, secret),
      paymentSignature(body, secret, old),
      // Far enough in the future for a slow machine that posts it last.
      paymentSignature(body, secret, now() + 1_200_000),
      paymentSignature(body, secret, old).replace(/t=\d+/, `t=${Math.floor(now() / 1000)}`),
    ];
    for (const signature of signatures) {
      expectProblem(await postPayment(office, body, { signature }), 401, 'invalid-signature');
    }
    expectProblem(await postPayment(office, 'not JSON', { signature: null }), 401, 'invalid-signature');
    expect(await eventTypes(office, path)).toEqual(['OrderPlaced']);
    const late = paymentSignature(body, secret, now() - 240_000);
    expect((await postPayment(office, body, { signature: late })).body.status).toBe('recorded');
  });

  test.each(['acme-b', 'giftcard', 'stripe', 'imported', 'unknown', 'constructor', '__proto__', 'ACME', 'acme%2Db'])(
    'signed by acme is refused under the name of %s',
    async (provider) => {
      const { orderId, path } = await placedOrder(office);
      const body = JSON.stringify(aPayment(orderId));
      const signature = paymentSignature(body, office.credentials.webhookSecret, now());
      expectProblem(await postPayment(office, body, { signature, provider }), 401, 'invalid-signature');
      expect((await postPayment(office, body, { signature })).body.status).toBe('recorded');
      expect(await read(path)).toMatchObject({ status: 'paid', payment: { capturedMinor: 1000 } });
    },
  );

  test('with a valid signature and invalid content is refused', async () => {
    expectProblem(await postPayment(office, aPayment('nonsense')), 422, 'invalid-content');
    expectProblem(await postPayment(office, '{'), 400, 'malformed-body');
    const { orderId } = await placedOrder(office);
    for (const given of [{ type: 'payment.lost' }, { amountMinor: -1 }, { currency: 'pounds' }, { eventId: '' }]) {
      expectProblem(await postPayment(office, aPayment(orderId, given)), 422, 'invalid-content');
    }
  });

  test('sent 50 times concurrently is recorded once', async () => {
    const { orderId, path } = await placedOrder(office);
    const payment = aPayment(orderId);
    const responses = await Promise.all(
      Array.from({ length: 50 }, () => retryWhileBusy(() => postPayment(office, payment))),
    );
    const results = responses.map(({ body }) => body.status);
    expect(results.filter((status) => status === 'recorded')).toHaveLength(1);
    expect(results.filter((status) => status === 'already-recorded')).toHaveLength(49);
    expect(await read(path)).toMatchObject({ status: 'paid', payment: { balance: 'settled', capturedMinor: 1000 } });
    expectProblem(await postPayment(office, { ...payment, amountMinor: 1 }), 409, 'payment-conflict');
  });

  test('with too low or too high an amount holds the order until it is paid exactly or staff release it', async () => {
    const under = await placedOrder(office, { quantity: 2 });
    await postPayment(office, aPayment(under.orderId, { amountMinor: 1999 }));
    const held = { status: 'on-hold', holdReasons: ['underpaid'], payment: { balance: 'underpaid', dueMinor: 2000 } };
    expect(await read(under.path)).toMatchObject(held);
    const lines = [{ lineId: 'line-1', quantity: 1 }];
    const refused = await office.client('warehouse').post(`${under.path}/shipments`, { shipmentId: 's', lines });
    expectProblem(refused, 409, 'illegal-transition');
    await postPayment(office, aPayment(under.orderId, { amountMinor: 1 }));
    expect(await read(under.path)).toMatchObject({ status: 'paid', payment: { balance: 'settled' } });

    const over = await placedOrder(office);
    await postPayment(office, aPayment(over.orderId, { amountMinor: 1001 }));
    expect(await read(over.path)).toMatchObject({ status: 'on-hold', holdReasons: ['overpaid'] });
    expect((await review(over.path, 'release')).body).toMatchObject({
      status: 'paid',
      payment: { balance: 'overpaid' },
    });
    expect(await eventTypes(office, over.path)).toEqual([
      'OrderPlaced',
      'PaymentRecorded',
      'OrderHeld',
      'OrderReleased',
    ]);
  });

  test('of a chargeback keeps the order on hold when staff release an older version; a rejection releases its stock', async () => {
    const { orderId, path, sku } = await placedOrder(office, { units: 5 });
    await postPayment(office, aPayment(orderId, { amountMinor: 1001 }));
    const seen = await office.client('service-lead').get(path);
    expect(seen.body.holdReasons).toEqual(['overpaid']);
    await postPayment(office, aPayment(orderId, { type: 'chargeback.opened' }));
    expectProblem(await review(path, 'release', { 'if-match': String(seen.headers['etag']) }), 412, 'order-changed');
    expect(await read(path)).toMatchObject({ status: 'on-hold', holdReasons: ['overpaid', 'chargeback'] });
    const [one, two] = await Promise.all([review(path, 'reject'), review(path, 'reject')]);
    expect(new Set([one.status, two.status])).toEqual(new Set([200, 409]));
    expect(await stockOf(office, sku)).toEqual({ onHand: 5, reserved: 0, available: 5 });
    expect((await read(path)).status).toBe('cancelled');
  });
});

const decidePayment = (orderId: string, decision: object, by = 'service-lead') =>
  office.client(by).post(`/orders/${orderId}/payment-decisions`, decision);

describe('a payment that two providers report', () => {
  test('counts once until staff decide, who alone see it', async () => {
    const { orderId, path } = await placedOrder(office);
    const payment = aPayment(orderId);
    await postPayment(office, payment);
    const copies = [payment, { ...payment, eventId: 'another', occurredAt: new Date(now() - 60_000).toISOString() }];
    const providers = ['acme-b', 'giftcard'];
    for (const [index, copy] of copies.entries()) {
      const provider = providers[index] ?? '';
      expect((await postPayment(office, copy, { provider })).body.status).toBe('awaiting-decision');
      expect((await postPayment(office, copy, { provider })).body.status).toBe('already-recorded');
    }
    expect(await read(path)).toMatchObject({ status: 'paid', payment: { capturedMinor: 1000 } });
    const suspected = Array.from(copies, () => 'DuplicatePaymentSuspected');
    expect(await eventTypes(office, path)).toEqual(['OrderPlaced', 'PaymentRecorded', ...suspected]);
    const { events } = (await office.client('storefront').get(`${path}/timeline`)).body;
    expect(events.map(({ type }: { type: string }) => type)).toEqual(['OrderPlaced', 'PaymentRecorded']);

    const decision = { provider: 'acme-b', eventId: payment.eventId, decision: 'count', reason: 'asked the provider' };
    expectProblem(await decidePayment(orderId, decision, 'storefront'), 403, 'not-staff');
    expectProblem(await decidePayment(orderId, { ...decision, provider: 'acme' }), 404, 'not-found');
    expect((await decidePayment(orderId, decision)).body.payment.capturedMinor).toBe(2000);
    expect((await decidePayment(orderId, decision)).headers['idempotent-replayed']).toBe('true');
    expectProblem(await decidePayment(orderId, { ...decision, decision: 'dismiss' }), 409, 'already-decided');
    expect((await read(path)).holdReasons).toEqual(['overpaid']);
  });
});

describe('a payment before its order', () => {
  test('is kept until the order is placed, and the order is paid from the start', async () => {
    const sku = await stockedSku(office, { priceMinor: 1000 });
    const content = orderOf(sku);
    const orderId = orderIdOf('storefront', content.externalOrderId);
    const payment = aPayment(orderId);
    expect((await postPayment(office, payment)).body.status).toBe('waiting-for-order');
    expect((await postPayment(office, payment)).body.status).toBe('already-recorded');
    expectProblem(await office.client('admin').get(`/orders/${orderId}`), 404, 'not-found');
    expectProblem(
      await office.client('storefront').post(`/orders/${orderId}/cancellation`, { requestId: 'r', reason: 'x' }),
      404,
    );
    const copied = await postPayment(office, payment, { provider: 'acme-b' });
    expect(copied.body.status).toBe('awaiting-decision');
    expect((await postPayment(office, payment, { provider: 'acme-b' })).body.status).toBe('already-recorded');
    const placed = await office.client('storefront').post('/orders', content);
    expect([placed.status, placed.body.status], placed.text).toEqual([201, 'paid']);
    const again = await office.client('storefront').post('/orders', content);
    expect([again.status, again.text]).toEqual([200, placed.text]);
    expect((await postPayment(office, payment)).body.status).toBe('already-recorded');
    expect(await read(`/orders/${orderId}`)).toMatchObject({ status: 'paid', payment: { capturedMinor: 1000 } });
    const types = ['PaymentRecorded', 'DuplicatePaymentSuspected', 'OrderPlaced'];
    expect(await eventTypes(office, `/orders/${orderId}`)).toEqual(types);
    const decision = { provider: 'acme-b', eventId: payment.eventId, decision: 'dismiss', reason: 'a copy' };
    expect((await decidePayment(orderId, decision)).body.payment.capturedMinor).toBe(1000);
  });
});

describe('an unpaid order of a channel with a time limit', () => {
  test('expires at its deadline, is released once by the sweep, and shows a payment that arrives later', async () => {
    const { sku, order, orderId, path } = await unpaidOrder();
    expect(Date.parse(order.reservedUntil)).toBeGreaterThan(now());
    await sweepNow();
    expect((await read(path)).status).toBe('payment-pending');
    passTimeLimit(order);
    expect((await read(path)).status).toBe('expired');
    expect(await stockOf(office, sku)).toMatchObject({ reserved: 2 });
    await Promise.all([sweepNow(), sweepNow(), sweepNow()]);
    expect(await stockOf(office, sku)).toEqual({ onHand: 10, reserved: 0, available: 10 });
    const late = await postPayment(office, aPayment(orderId));
    expect(late.body.status).toBe('recorded');
    expect(await read(path)).toMatchObject({ status: 'expired', payment: { capturedMinor: 1000 } });
    expect(await eventTypes(office, path)).toEqual(['OrderPlaced', 'OrderExpired', 'PaymentRecorded']);
    expectProblem(
      await office.client('marketplace').post(`${path}/cancellation`, { requestId: 'r', reason: 'x' }),
      409,
    );
  });

  const risky = { customer: { email: 'eve@mailinator.com' }, billingAddress: { country: 'FR' } };
  test.each([
    ['payment-pending', {}],
    ['on-hold', risky],
  ])('does not keep stock from the next order after its deadline when it is %s', async (status, buyer) => {
    const { sku, order, path } = await unpaidOrder(10, 10, buyer);
    await office.settled();
    expect((await read(path)).status).toBe(status);
    const buy = () => office.client('storefront').post('/orders', orderOf(sku, { lines: [{ sku, quantity: 10 }] }));
    expectProblem(await buy(), 409, 'out-of-stock');
    passTimeLimit(order);
    // Placement looks for overdue reservations at most once a second.
    await expect.poll(async () => (await buy()).status).toBe(201);
    expect((await read(path)).status).toBe('expired');
    expect(await stockOf(office, sku)).toEqual({ onHand: 10, reserved: 10, available: 0 });
  });

  test('either expires or is paid when the capture and the sweep are concurrent', async () => {
    const orders = await Promise.all(Array.from({ length: 12 }, () => unpaidOrder(1, 1)));
    const [last] = orders.map(({ order }) => order).toSorted((a, b) => (a.reservedUntil < b.reservedUntil ? 1 : -1));
    passTimeLimit(last, 40);
    const pay = async ({ orderId }: { orderId: string }, index: number) => {
      await sleep(index * 10);
      return retryWhileBusy(() => postPayment(office, aPayment(orderId, { amountMinor: 500 })));
    };
    await Promise.all([...orders.map(pay), sweepNow(), sleep(60).then(sweepNow), sleep(120).then(sweepNow)]);
    await sweepNow();
    for (const { path, sku } of orders) {
      const { status } = await read(path);
      expect(['paid', 'expired']).toContain(status);
      const units = status === 'paid' ? 1 : 0;
      expect(await stockOf(office, sku)).toEqual({ onHand: 1, reserved: units, available: 1 - units });
      expect((await eventTypes(office, path)).filter((type) => type === 'OrderExpired')).toHaveLength(1 - units);
    }
  });

  test('does not expire when it is paid in time, and is completed after its return window', async () => {
    const { order, orderId, path } = await unpaidOrder();
    await postPayment(office, aPayment(orderId));
    passTimeLimit(order);
    expect(await read(path)).toMatchObject({ status: 'paid', reservedUntil: null });
    const warehouse = office.client('warehouse');
    await warehouse.post(`${path}/shipments`, { shipmentId: 's-1', lines: [{ lineId: 'line-1', quantity: 2 }] });
    const delivered = await warehouse.send('POST', `${path}/shipments/s-1/delivery`);
    expect(delivered.body.status, delivered.text).toBe('delivered');
    const returnWindowMs = 31 * 86_400_000;
    clock.aheadMs += returnWindowMs;
    await Promise.all([sweepNow(), sweepNow()]);
    // The clients' access tokens have expired by then.
    clock.aheadMs -= returnWindowMs;
    expect((await read(path)).status).toBe('completed');
    const types = ['OrderPlaced', 'PaymentRecorded', 'OrderShipped', 'OrderDelivered', 'OrderCompleted'];
    expect((await eventTypes(office, path)).toSorted()).toEqual(types.toSorted());
  });
});
