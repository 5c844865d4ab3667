import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defaultPolicy } from '../../../functions/refund-approval/refund/refund-policy.ts';
import type { CallFault, FunctionCall } from '../../../infra/local/faults.ts';
import { startHttpProvider } from '../../support/payments/provider-double.ts';
import { setProviders } from '../../support/payments/providers-secret.ts';
import { refundDriver } from '../../support/refunds/refund-driver.ts';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { withShortWindows } from '../../support/system/edited-template.ts';
import { expectProblem, orderOf, stockedSku } from '../../support/system/test-data.ts';

const signingSecret = 'a shared signing secret';
const clock = { aheadMs: 0 };
/** Whether every event is delivered twice. */
let isDuplicated = false;
let fault: (call: FunctionCall) => CallFault | undefined = () => undefined;

let office: BackOffice;
let acme: Awaited<ReturnType<typeof startHttpProvider>>;
const refunds = refundDriver(() => office);
beforeAll(async () => {
  acme = await startHttpProvider(signingSecret);
  office = await startBackOffice({
    cdkOut: withShortWindows(),
    now: () => Date.now() + clock.aheadMs,
    faults: {
      onCall: (call) => fault(call),
      onDelivery: () => (isDuplicated ? { delaysSeconds: [0, 1] } : undefined),
    },
  });
  await setProviders(office, { acme: { kind: 'http', url: `${acme.url}/refunds`, signingSecret } });
  await refunds.setPolicy({
    ...defaultPolicy,
    rules: [
      { rule: 'cancelled', when: { isOverpaid: true }, decision: 'approve' },
      { rule: 'immediately', when: { reasons: ['defective'] }, decision: 'approve' },
      { rule: 'after-return', when: {}, decision: 'approve', payAfterReturn: true },
    ],
  });
});
afterAll(async () => {
  await office.stop();
  await acme.stop();
});
beforeEach(() => {
  isDuplicated = false;
  fault = () => undefined;
  acme.reset();
});

const stockOf = async (sku: string) => {
  const { onHand, reserved } = await refunds.read(`/stock/${sku}`);
  return { onHand, reserved };
};

/** Ships two units at 10.00 of a paid order, and stocks another SKU at `priceMinor` to exchange them for. */
async function shippedOrder(priceMinor: number, units = 5) {
  const order = await refunds.paidOrder({ quantity: 2 });
  expect((await refunds.ship(order.path, 2)).status).toBe(201);
  const wanted = await stockedSku(office, { priceMinor, units });
  return {
    ...order,
    wanted,
    request: (content: object = {}) =>
      refunds.request(order.orderId, {
        requestId: 'r-1',
        reason: 'defective',
        lines: [{ lineId: 'line-1', quantity: 2 }],
        exchange: { lines: [{ sku: wanted, quantity: 1 }] },
        ...content,
      }),
    refundable: () => refunds.refundable(order.orderId),
  };
}

/** Requests an exchange of both units for one unit at `priceMinor`. */
async function requestedExchange(priceMinor: number, content: object = {}) {
  const order = await shippedOrder(priceMinor);
  const response = await order.request(content);
  expect(response.status, response.text).toBe(201);
  const { refundId } = response.body;
  const refund = `/refunds/${refundId}`;
  return {
    ...order,
    refundId: String(refundId),
    refund,
    response: response.body,
    receive: () => refunds.receive(response.body.return.rmaId, 'parcel', { restock: 2 }),
    replacement: async () => {
      await refunds.eventually(async () => expect((await refunds.read(refund)).exchange.replacement).toBeDefined());
      const { orderId, ...amounts } = (await refunds.read(refund)).exchange.replacement;
      return { orderId: String(orderId), path: `/orders/${orderId}`, amounts };
    },
    replacementOrders: async () => (await refunds.read(`/orders?externalOrderId=exchange-${refundId}`)).orders,
  };
}

describe('an exchange', () => {
  test('for the same price pays the new order without a payout, also when every event arrives twice', async () => {
    isDuplicated = true;
    const exchange = await requestedExchange(2000);
    const { path, orderId, amounts } = await exchange.replacement();
    expect(amounts).toEqual({ totalMinor: 2000, creditMinor: 2000 });
    await refunds.becomes(exchange.refund, {
      status: 'exchanged',
      payouts: [{ status: 'exchanged', amountMinor: 2000 }],
    });
    expect(await refunds.read(path)).toMatchObject({
      status: 'paid',
      channel: 'storefront',
      exchangeOf: { orderId: exchange.orderId, refundId: exchange.refundId },
      payment: { balance: 'settled', capturedMinor: 2000 },
    });
    expect((await refunds.ship(path, 1)).status).toBe(201);
    expect((await exchange.receive()).status).toBe(201);
    await office.settled();
    expect(await exchange.replacementOrders()).toHaveLength(1);
    expect(acme.requests).toEqual([]);
    expect(await exchange.refundable()).toMatchObject({ refundedMinor: 2000, pendingMinor: 0, refundableMinor: 0 });
    expect(await refunds.refundable(orderId)).toMatchObject({ refundableMinor: 2000, refundedMinor: 0 });
    await refunds.eventually(async () => expect(await stockOf(exchange.sku)).toEqual({ onHand: 100, reserved: 0 }));
    expect(await stockOf(exchange.wanted)).toEqual({ onHand: 4, reserved: 0 });
    const settled = (await office.lake.events('ExchangeSettled')).filter(
      ({ detail }) => (detail.data as { refundId: string }).refundId === exchange.refundId,
    );
    expect(new Set(settled.map(({ detail }) => detail.metadata.eventId)).size).toBe(1);
  });

  test('for a lower price after the return pays the difference once', async () => {
    const exchange = await requestedExchange(1250, { reason: 'too-large' });
    expect(exchange.response).toMatchObject({ status: 'awaiting-return', return: { status: 'expected' } });
    await office.settled();
    expect(await exchange.replacementOrders()).toEqual([]);
    isDuplicated = true;
    expect((await exchange.receive()).status).toBe(201);
    await refunds.becomes(exchange.refund, { status: 'paid' });
    await office.settled();
    const { amounts } = await exchange.replacement();
    expect(amounts).toEqual({ totalMinor: 1250, creditMinor: 1250 });
    expect(acme.refunds).toMatchObject([{ paymentId: exchange.paymentId, amountMinor: 750 }]);
    expect(await exchange.refundable()).toMatchObject({ refundedMinor: 2000, pendingMinor: 0, refundableMinor: 0 });
    expect(await refunds.timeline(exchange.refund)).toEqual([
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

  test('for a higher price waits for the difference, and a refund of it repays each payment its own amount', async () => {
    const exchange = await requestedExchange(3500);
    const { orderId, path } = await exchange.replacement();
    expect(await refunds.read(path)).toMatchObject({
      status: 'payment-pending',
      payment: { balance: 'underpaid', dueMinor: 3500, capturedMinor: 2000 },
    });
    expectProblem(await refunds.ship(path, 1), 409, 'illegal-transition');
    await refunds.pay(orderId, { paymentId: 'difference', amountMinor: 1500 });
    expect(await refunds.read(path)).toMatchObject({ status: 'paid' });
    expect((await refunds.ship(path, 1)).status).toBe(201);
    const { path: refund } = await refunds.requested(orderId, { reason: 'defective' });
    await refunds.becomes(refund, { status: 'paid' });
    expect(acme.refunds.map(({ paymentId, amountMinor }) => [paymentId, amountMinor])).toEqual(
      expect.arrayContaining([
        ['difference', 1500],
        [exchange.paymentId, 2000],
      ]),
    );
    for (const id of [exchange.orderId, orderId]) {
      const more = await refunds.request(id, { reason: 'defective', lines: undefined, goodwillMinor: 1 });
      expectProblem(more, 409, 'not-refundable');
    }
  });

  test('whose difference is not paid within a week is cancelled, its stock is released and the payment refunded', async () => {
    const exchange = await requestedExchange(3500);
    const { path } = await exchange.replacement();
    clock.aheadMs += 8 * 86_400_000;
    await office.forgetTokens();
    expect((await refunds.ship(path, 1)).status).toBe(409);
    await refunds.becomes(path, { status: 'cancelled' });
    await refunds.eventually(() =>
      expect(acme.refunds).toMatchObject([{ paymentId: exchange.paymentId, amountMinor: 2000 }]),
    );
    expect(await stockOf(exchange.wanted)).toEqual({ onHand: 5, reserved: 0 });
  });

  test('whose new order is cancelled refunds the original payment once', async () => {
    const exchange = await requestedExchange(2000);
    const { path, orderId } = await exchange.replacement();
    await refunds.becomes(exchange.refund, { status: 'exchanged' });
    acme.reset(() => ({ result: 'pending' }));
    const cancelled = await refunds.cancel(path);
    expect(cancelled.status, cancelled.text).toBe(200);
    await refunds.eventually(() =>
      expect(acme.refunds).toMatchObject([{ paymentId: exchange.paymentId, amountMinor: 2000 }]),
    );
    // The provider stores the original order with the payment, so its notification names that order.
    const refundId = acme.refunds[0]?.reference;
    await refunds.notifyPayout(exchange, { refundId, amountMinor: 2000 });
    await refunds.becomes(`/orders/${orderId}/refundable`, {
      pendingMinor: 0,
      refundedMinor: 2000,
      refundableMinor: 0,
    });
    expect(acme.refunds).toHaveLength(1);
  });
});

describe('an exchange without a replacement', () => {
  test('is refused for a SKU that is out of stock or unknown, and changes nothing', async () => {
    const order = await shippedOrder(2000, 1);
    const outOfStock = await order.request({ exchange: { lines: [{ sku: order.wanted, quantity: 2 }] } });
    expectProblem(outOfStock, 409, 'out-of-stock');
    expect(outOfStock.body.lines).toEqual([{ sku: order.wanted, requested: 2, available: 1 }]);
    const unknown = await order.request({ exchange: { lines: [{ sku: 'UNKNOWN-SKU', quantity: 1 }] } });
    expectProblem(unknown, 422, 'unknown-sku');
    expect(unknown.body.errors).toMatchObject([{ pointer: '/exchange/lines/0/sku' }]);
    expect(await order.refundable()).toMatchObject({ pendingMinor: 0, refundableMinor: 2000 });
    expect(await refunds.refundsOf(order.orderId)).toEqual([]);
    expect((await order.request()).status).toBe(201);
  });

  test('becomes a full refund when the SKU sells out before the goods are returned', async () => {
    const exchange = await requestedExchange(2000, { reason: 'too-large' });
    const other = orderOf(exchange.wanted, { lines: [{ sku: exchange.wanted, quantity: 5 }] });
    expect((await office.client('storefront').post('/orders', other)).status).toBe(201);
    isDuplicated = true;
    await exchange.receive();
    await refunds.becomes(exchange.refund, { status: 'paid', exchange: { refusal: 'out-of-stock' } });
    await office.settled();
    expect(acme.refunds).toMatchObject([{ paymentId: exchange.paymentId, amountMinor: 2000 }]);
    expect(await exchange.replacementOrders()).toEqual([]);
  });

  test('that is withdrawn before the return releases the refundable amount', async () => {
    const exchange = await requestedExchange(2000, { reason: 'too-large' });
    const withdrawn = await refunds.withdraw(exchange.refund);
    expect(withdrawn.body.status, withdrawn.text).toBe('withdrawn');
    await office.settled();
    expect(await exchange.replacementOrders()).toEqual([]);
    expect(await exchange.refundable()).toMatchObject({ pendingMinor: 0, refundableMinor: 2000 });
  });
});

describe('concurrent requests', () => {
  test('that are identical create one exchange, and different content under the same id is a conflict', async () => {
    const order = await shippedOrder(2000);
    const responses = await Promise.all([1, 2, 3, 4].map(() => order.request()));
    expect(responses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 200, 201]);
    const other = await order.request({ exchange: { lines: [{ sku: order.wanted, quantity: 2 }] } });
    expectProblem(other, 409, 'refund-conflict');
    await refunds.becomes(`/refunds/${responses[0]?.body.refundId}`, { status: 'exchanged' });
    expect(await stockOf(order.wanted)).toEqual({ onHand: 5, reserved: 1 });
  });

  test('for exchanges and refunds of the same units accept exactly one', async () => {
    const order = await shippedOrder(2000);
    const responses = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        order.request({ requestId: randomUUID(), ...(index % 2 === 0 && { exchange: undefined }) }),
      ),
    );
    const accepted = responses.filter(({ status }) => status === 201);
    expect(accepted).toHaveLength(1);
    for (const refused of responses.filter((response) => response !== accepted[0]))
      expectProblem(refused, 409, 'not-refundable');
    await office.settled();
    expect(await order.refundable()).toMatchObject({ refundedMinor: 2000, pendingMinor: 0, refundableMinor: 0 });
    const isExchange = accepted[0]?.body.exchange !== undefined;
    expect([acme.refunds.length, (await stockOf(order.wanted)).reserved]).toEqual(isExchange ? [0, 1] : [1, 0]);
  });
});

describe('a crash', () => {
  test.each(
    [
      ['RefundApproval-PayoutFunction', 1],
      ['OrderIntake-ExchangeFunction', 1],
      ['RefundApproval-ExchangeFunction', 1],
      ['RefundApproval-PayoutFunction', 2],
    ].flatMap(([name, transaction]) => [[name, transaction, 'before'] as const, [name, transaction, 'after'] as const]),
  )(
    'of %s at its transaction %i, %s the write, creates one order and pays the difference once',
    async (name, nth, when) => {
      let count = 0;
      fault = ({ functionName, call }) => {
        if (!functionName.includes(String(name)) || call.operation !== 'TransactWriteItems') return undefined;
        count += 1;
        return count === nth ? { kind: 'crash', when } : undefined;
      };
      const exchange = await requestedExchange(1250);
      await refunds.eventually(() => expect(count).toBeGreaterThanOrEqual(Number(nth)));
      // After the visibility timeout the queue delivers the failed message again.
      clock.aheadMs += 190_000;
      await refunds.becomes(exchange.refund, { status: 'paid' });
      await office.settled();
      expect(await exchange.replacementOrders()).toHaveLength(1);
      expect(acme.refunds).toMatchObject([{ paymentId: exchange.paymentId, amountMinor: 750 }]);
      expect(await stockOf(exchange.wanted)).toEqual({ onHand: 5, reserved: 1 });
      expect(await exchange.refundable()).toMatchObject({ refundedMinor: 2000, pendingMinor: 0, refundableMinor: 0 });
    },
  );
});
