import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { defaultPolicy } from '../../functions/refund-approval/policy/default-policy.ts';
import type { CallFault, FunctionCall } from '../../infra/local/faults.ts';
import { type BackOffice, startBackOffice } from '../support/back-office.ts';
import { withShortWindows } from '../support/edited-template.ts';
import { aPayment, placedOrder, postPayment } from '../support/life.ts';
import { setProviders } from '../support/payment-providers.ts';
import { startHttpProvider } from '../support/provider-double.ts';
import { setRefundPolicy } from '../support/refund-policy.ts';
import { expectProblem, orderOf, stockedSku } from '../support/shop.ts';

const signingSecret = 'a secret of the two of us';
const clock = { aheadMs: 0 };
let isDoubled = false;
let fault: (call: FunctionCall) => CallFault | undefined = () => undefined;

let office: BackOffice;
let acme: Awaited<ReturnType<typeof startHttpProvider>>;
beforeAll(async () => {
  acme = await startHttpProvider(signingSecret);
  office = await startBackOffice({
    cdkOut: withShortWindows(),
    now: () => Date.now() + clock.aheadMs,
    faults: {
      onCall: (call) => fault(call),
      onDelivery: () => (isDoubled ? { delaysSeconds: [0, 1] } : undefined),
    },
  });
  await setProviders(office, { acme: { kind: 'http', url: `${acme.url}/refunds`, signingSecret } });
  await setRefundPolicy(office, {
    ...defaultPolicy,
    rules: [
      { rule: 'cancelled', when: { isOverpaid: true }, decision: 'approve' },
      { rule: 'at-once', when: { reasons: ['defective'] }, decision: 'approve' },
      { rule: 'after-return', when: {}, decision: 'approve', payAfterReturn: true },
    ],
  });
});
afterAll(async () => {
  await office.stop();
  await acme.stop();
});
beforeEach(() => {
  isDoubled = false;
  fault = () => undefined;
  acme.reset();
});

const wait = <T>(check: () => Promise<T>) => vi.waitFor(check, { timeout: 50_000, interval: 50 });
const get = async (path: string) => (await office.client('admin').get(path)).body;
const becomes = (path: string, expected: object) => wait(async () => expect(await get(path)).toMatchObject(expected));
const stockOf = async (sku: string) => {
  const { onHand, reserved } = await get(`/stock/${sku}`);
  return { onHand, reserved };
};
const pay = (orderId: string, given: object) => postPayment(office, aPayment(orderId, { ...given }));
const ship = (path: string, quantity: number) => {
  const lines = [{ lineId: 'line-1', quantity }];
  return office.client('warehouse').post(`${path}/shipments`, { shipmentId: 's-1', lines });
};

/** Two units at 10.00, paid and shipped, of which something is to be had instead at this price. */
async function shippedOrder(priceMinor: number, units = 5) {
  const order = await placedOrder(office, { quantity: 2 });
  const paymentId = `pay-${order.orderId}`;
  expect((await pay(order.orderId, { paymentId, amountMinor: 2000 })).status).toBe(200);
  expect((await ship(order.path, 2)).status).toBe(201);
  const wanted = await stockedSku(office, { priceMinor, units });
  const ask = (given: object = {}) =>
    office.client('service').post('/refunds', {
      requestId: 'r-1',
      orderId: order.orderId,
      reason: 'defective',
      lines: [{ lineId: 'line-1', quantity: 2 }],
      exchange: { lines: [{ sku: wanted, quantity: 1 }] },
      ...given,
    });
  const refundable = () => get(`/orders/${order.orderId}/refundable`);
  return { ...order, paymentId, wanted, ask, refundable };
}

async function exchanged(priceMinor: number, given: object = {}) {
  const order = await shippedOrder(priceMinor);
  const asked = await order.ask(given);
  expect(asked.status, asked.text).toBe(201);
  const { refundId } = asked.body;
  const path = `/refunds/${refundId}`;
  return {
    ...order,
    refundId: String(refundId),
    refund: path,
    asked: asked.body,
    receive: () =>
      office.client('warehouse').post(`/returns/${asked.body.return.rmaId}/receipts`, {
        receiptId: 'parcel',
        units: [{ lineId: 'line-1', quantity: 2, disposition: 'restock' }],
      }),
    replacement: async () => {
      await wait(async () => expect((await get(path)).exchange.replacement).toBeDefined());
      const { orderId, ...amounts } = (await get(path)).exchange.replacement;
      return { orderId: String(orderId), path: `/orders/${orderId}`, amounts };
    },
    orders: async () => (await get(`/orders?externalOrderId=exchange-${refundId}`)).orders,
  };
}

describe('an exchange', () => {
  test('for as much: the new order is paid at once, no money moves, goods come and go, though every event comes twice', async () => {
    isDoubled = true;
    const exchange = await exchanged(2000);
    const { path, orderId, amounts } = await exchange.replacement();
    expect(amounts).toEqual({ totalMinor: 2000, creditMinor: 2000 });
    await becomes(exchange.refund, { status: 'exchanged', payouts: [{ status: 'exchanged', amountMinor: 2000 }] });
    expect(await get(path)).toMatchObject({
      status: 'paid',
      channel: 'storefront',
      exchangeOf: { orderId: exchange.orderId, refundId: exchange.refundId },
      payment: { balance: 'settled', capturedMinor: 2000 },
    });
    expect((await ship(path, 1)).status).toBe(201);
    expect((await exchange.receive()).status).toBe(201);
    await office.settled();
    expect(await exchange.orders()).toHaveLength(1);
    expect(acme.requests).toEqual([]);
    expect(await exchange.refundable()).toMatchObject({ refundedMinor: 2000, pendingMinor: 0, refundableMinor: 0 });
    expect(await get(`/orders/${orderId}/refundable`)).toMatchObject({ refundableMinor: 2000, refundedMinor: 0 });
    await wait(async () => expect(await stockOf(exchange.sku)).toEqual({ onHand: 100, reserved: 0 }));
    expect(await stockOf(exchange.wanted)).toEqual({ onHand: 4, reserved: 0 });
    const told = (await office.lake.events('ExchangeSettled')).filter(
      ({ detail }) => (detail.data as { refundId: string }).refundId === exchange.refundId,
    );
    expect(new Set(told.map(({ detail }) => detail.metadata.eventId)).size).toBe(1);
  });

  test('for less, after the goods are back: the difference goes to the payment, once', async () => {
    const exchange = await exchanged(1250, { reason: 'too-large' });
    expect(exchange.asked).toMatchObject({ status: 'awaiting-return', return: { status: 'expected' } });
    await office.settled();
    expect(await exchange.orders()).toEqual([]);
    isDoubled = true;
    expect((await exchange.receive()).status).toBe(201);
    await becomes(exchange.refund, { status: 'paid' });
    await office.settled();
    const { amounts } = await exchange.replacement();
    expect(amounts).toEqual({ totalMinor: 1250, creditMinor: 1250 });
    expect(acme.refunds).toMatchObject([{ paymentId: exchange.paymentId, amountMinor: 750 }]);
    expect(await exchange.refundable()).toMatchObject({ refundedMinor: 2000, pendingMinor: 0, refundableMinor: 0 });
    const { events } = await get(`${exchange.refund}/timeline`);
    expect(events.map(({ type }: { type: string }) => type)).toEqual([
      'RefundRequested',
      'RefundApproved',
      'ReturnReceived',
      'RefundReturnReceived',
      'ExchangeApproved',
      'ExchangeSettled',
      'RefundPayoutStarted',
      'RefundPaid',
      'RefundCaseClosed',
    ]);
  });

  test('for more: the new order waits for the difference; refunded, each payment gets back what it gave and no more', async () => {
    const exchange = await exchanged(3500);
    const { orderId, path } = await exchange.replacement();
    expect(await get(path)).toMatchObject({
      status: 'payment-pending',
      payment: { balance: 'underpaid', dueMinor: 3500, capturedMinor: 2000 },
    });
    expectProblem(await ship(path, 1), 409, 'illegal-transition');
    await pay(orderId, { paymentId: 'difference', amountMinor: 1500 });
    expect(await get(path)).toMatchObject({ status: 'paid' });
    expect((await ship(path, 1)).status).toBe(201);
    const lines = [{ lineId: 'line-1', quantity: 1 }];
    const content = { requestId: 'r-2', orderId, reason: 'defective', lines };
    const asked = await office.client('service').post('/refunds', content);
    expect(asked.status, asked.text).toBe(201);
    await becomes(`/refunds/${asked.body.refundId}`, { status: 'paid' });
    expect(acme.refunds.map(({ paymentId, amountMinor }) => [paymentId, amountMinor])).toEqual(
      expect.arrayContaining([
        ['difference', 1500],
        [exchange.paymentId, 2000],
      ]),
    );
    for (const id of [exchange.orderId, orderId]) {
      const again = { requestId: 'r-3', orderId: id, reason: 'defective', goodwillMinor: 1 };
      expectProblem(await office.client('service').post('/refunds', again), 409, 'not-refundable');
    }
  });

  test('whose difference is not paid in a week ends: the stock is free, the money goes back', async () => {
    const exchange = await exchanged(3500);
    const { path } = await exchange.replacement();
    clock.aheadMs += 8 * 86_400_000;
    await office.hangUp();
    expect((await ship(path, 1)).status).toBe(409);
    await becomes(path, { status: 'cancelled' });
    await wait(async () => expect(acme.refunds).toMatchObject([{ paymentId: exchange.paymentId, amountMinor: 2000 }]));
    expect(await stockOf(exchange.wanted)).toEqual({ onHand: 5, reserved: 0 });
  });

  test('of an order that is cancelled later gives its money back once, to the payment that gave it', async () => {
    const exchange = await exchanged(2000);
    const { path, orderId } = await exchange.replacement();
    await becomes(exchange.refund, { status: 'exchanged' });
    acme.reset(() => ({ result: 'pending' }));
    const cancelled = await office
      .client('storefront')
      .post(`${path}/cancellation`, { requestId: 'c-1', reason: 'not wanted' });
    expect(cancelled.status, cancelled.text).toBe(200);
    await wait(async () => expect(acme.refunds).toMatchObject([{ paymentId: exchange.paymentId, amountMinor: 2000 }]));
    // The provider knows its payment by the order that was paid with it.
    const refundId = acme.refunds[0]?.reference;
    await pay(exchange.orderId, {
      type: 'refund.succeeded',
      refundId,
      paymentId: exchange.paymentId,
      amountMinor: 2000,
    });
    await becomes(`/orders/${orderId}/refundable`, { pendingMinor: 0, refundedMinor: 2000, refundableMinor: 0 });
    expect(acme.refunds).toHaveLength(1);
  });
});

describe('an exchange comes to nothing', () => {
  test('for what is not there or not sold, and nothing has changed', async () => {
    const order = await shippedOrder(2000, 1);
    const two = { exchange: { lines: [{ sku: order.wanted, quantity: 2 }] } };
    const short = await order.ask(two);
    expectProblem(short, 409, 'out-of-stock');
    expect(short.body.lines).toEqual([{ sku: order.wanted, requested: 2, available: 1 }]);
    const unknown = await order.ask({ exchange: { lines: [{ sku: 'NOBODY-HAS-IT', quantity: 1 }] } });
    expectProblem(unknown, 422, 'unknown-sku');
    expect(unknown.body.errors).toMatchObject([{ pointer: '/exchange/lines/0/sku' }]);
    expect(await order.refundable()).toMatchObject({ pendingMinor: 0, refundableMinor: 2000 });
    expect((await get(`/refunds?orderId=${order.orderId}`)).refunds).toEqual([]);
    expect((await order.ask()).status).toBe(201);
  });

  test('when it was sold out before the goods came back: all of the money goes back', async () => {
    const exchange = await exchanged(2000, { reason: 'too-large' });
    const others = orderOf(exchange.wanted, { lines: [{ sku: exchange.wanted, quantity: 5 }] });
    expect((await office.client('storefront').post('/orders', others)).status).toBe(201);
    isDoubled = true;
    await exchange.receive();
    await becomes(exchange.refund, { status: 'paid', exchange: { refusal: 'out-of-stock' } });
    await office.settled();
    expect(acme.refunds).toMatchObject([{ paymentId: exchange.paymentId, amountMinor: 2000 }]);
    expect(await exchange.orders()).toEqual([]);
  });

  test('when it is withdrawn before the goods came', async () => {
    const exchange = await exchanged(2000, { reason: 'too-large' });
    const withdrawn = await office.client('service').post(`${exchange.refund}/withdrawal`, { reason: 'keeps it' });
    expect(withdrawn.body.status, withdrawn.text).toBe('withdrawn');
    await office.settled();
    expect(await exchange.orders()).toEqual([]);
    expect(await exchange.refundable()).toMatchObject({ pendingMinor: 0, refundableMinor: 2000 });
  });
});

describe('at once', () => {
  test('the same request many times is one exchange; another one under its id is a conflict', async () => {
    const order = await shippedOrder(2000);
    const answers = await Promise.all([1, 2, 3, 4].map(() => order.ask()));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 200, 201]);
    const other = await order.ask({ exchange: { lines: [{ sku: order.wanted, quantity: 2 }] } });
    expectProblem(other, 409, 'refund-conflict');
    await becomes(`/refunds/${answers[0]?.body.refundId}`, { status: 'exchanged' });
    expect(await stockOf(order.wanted)).toEqual({ onHand: 5, reserved: 1 });
  });

  test('of exchanges and refunds of the same units one wins', async () => {
    const order = await shippedOrder(2000);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        order.ask({ requestId: randomUUID(), ...(index % 2 === 0 && { exchange: undefined }) }),
      ),
    );
    const won = answers.filter(({ status }) => status === 201);
    expect(won).toHaveLength(1);
    for (const lost of answers.filter((answer) => answer !== won[0])) expectProblem(lost, 409, 'not-refundable');
    await office.settled();
    expect(await order.refundable()).toMatchObject({ refundedMinor: 2000, pendingMinor: 0, refundableMinor: 0 });
    const isExchange = won[0]?.body.exchange !== undefined;
    expect([acme.refunds.length, (await stockOf(order.wanted)).reserved]).toEqual(isExchange ? [0, 1] : [1, 0]);
  });
});

describe('a crash', () => {
  test.each(
    [
      ['RefundApprovalPayout', 1],
      ['OrderIntakeExchange', 1],
      ['RefundApprovalExchange', 1],
      ['RefundApprovalPayout', 2],
    ].flatMap(([name, transaction]) => [[name, transaction, 'before'] as const, [name, transaction, 'after'] as const]),
  )(
    'of %s in its transaction %i, %s it is written: one new order, the difference paid once',
    async (name, nth, when) => {
      let count = 0;
      fault = ({ functionName, call }) => {
        if (!functionName.includes(String(name)) || call.operation !== 'TransactWriteItems') return undefined;
        count += 1;
        return count === nth ? { kind: 'crash', when } : undefined;
      };
      const exchange = await exchanged(1250);
      await wait(async () => expect(count).toBeGreaterThanOrEqual(Number(nth)));
      // What failed is shown again after its visibility timeout.
      clock.aheadMs += 190_000;
      await becomes(exchange.refund, { status: 'paid' });
      await office.settled();
      expect(await exchange.orders()).toHaveLength(1);
      expect(acme.refunds).toMatchObject([{ paymentId: exchange.paymentId, amountMinor: 750 }]);
      expect(await stockOf(exchange.wanted)).toEqual({ onHand: 5, reserved: 1 });
      expect(await exchange.refundable()).toMatchObject({ refundedMinor: 2000, pendingMinor: 0, refundableMinor: 0 });
    },
  );
});
