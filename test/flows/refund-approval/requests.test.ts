import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OrderCharge } from '../../../shared/contracts/orders/events.ts';
import { RefundResponse } from '../../../shared/contracts/refunds/refund-response.ts';
import { refundIdOf } from '../../../shared/ids.ts';
import { placedOrder } from '../../support/orders/order-api.ts';
import { aDuty } from '../../support/orders/placed-order.ts';
import { refundDriver } from '../../support/refunds/refund-driver.ts';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { expectProblem } from '../../support/system/test-data.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

const refunds = refundDriver(() => office);
const duty = aDuty(700, 'duty-gb');
const fee: OrderCharge = { chargeId: 'handling', kind: 'fee', name: 'Handling', amountMinor: 300 };
const nothing = { minor: 0, taxMinor: 0, quantity: 0 };

/** Event types of a refund without those of its payout, which follow at any time. */
const timeline = async (path: string): Promise<string[]> =>
  (await refunds.timeline(path)).filter((type) => !/Payout|Paid|Case/.test(type));

describe('refundable amounts', () => {
  test('are listed by component and payment, with the policy rule that applies to the whole amount', async () => {
    const { orderId, sku } = await refunds.paidOrder({
      quantity: 3,
      priceMinor: 5000,
      paymentIds: ['pay-1', 'pay-2'],
    });
    const whole = { minor: 15_000, taxMinor: 2500, quantity: 3 };
    expect(await refunds.refundable(orderId)).toMatchObject({
      capturedMinor: 15_000,
      refundableMinor: 15_000,
      lines: [{ lineId: 'line-1', sku, captured: whole, refundable: whole }],
      payments: [{ paymentId: 'pay-2' }, { paymentId: 'pay-1' }],
      policy: { rule: 'any', decision: 'one-approver', approvalsNeeded: 1 },
    });
  });

  test('are zero for an unpaid order and the captured amount for a partly paid order', async () => {
    const { orderId } = await placedOrder(office, { priceMinor: 1000 });
    expect(await refunds.refundable(orderId)).toMatchObject({ refundableMinor: 0 });
    const refused = await refunds.request(orderId);
    expectProblem(refused, 409, 'not-refundable');
    expect(refused.body.pots).toEqual([{ pot: 'payments', requestedMinor: 1000, refundableMinor: 0 }]);
    await refunds.pay(orderId, { amountMinor: 500 });
    expect(await refunds.refundable(orderId)).toMatchObject({ refundableMinor: 500 });
    expectProblem(await refunds.request(orderId), 409, 'not-refundable');
    const lines = [{ lineId: 'line-1', quantity: 0, amountMinor: 500 }];
    expect((await refunds.requested(orderId, { lines })).refund.status).toBe('approved');
  });

  test('are zero while a chargeback is open', async () => {
    const { orderId } = await refunds.paidOrder();
    await refunds.pay(orderId, { type: 'chargeback.opened' });
    expect(await refunds.refundable(orderId)).toMatchObject({ refundableMinor: 0, blockedBy: 'chargeback-open' });
    expectProblem(await refunds.request(orderId), 409, 'chargeback-open');
  });

  test('and refunds are visible to the channel of the order and not to another channel', async () => {
    const { orderId, path } = await refunds.paidOrder();
    const { path: refund } = await refunds.requested(orderId);
    for (const visible of [`${path}/refundable`, refund, `${refund}/timeline`]) {
      expect((await office.client('storefront').get(visible)).status).toBe(200);
      expectProblem(await office.client('marketplace').get(visible), 404, 'not-found');
    }
    const found = await office.client('marketplace').get(`/refunds?orderId=${orderId}`);
    expect(found.body).toEqual({ refunds: [] });
  });
});

describe('a refund request', () => {
  test('for a small amount is approved immediately, and the response has all fields of the refund', async () => {
    const { orderId, paymentId } = await refunds.paidOrder({ quantity: 2 });
    const response = await refunds.request(orderId, { note: 'Blue, not green' });
    const path = `/refunds/${response.body.refundId}`;
    expect([response.status, response.headers.location], response.text).toEqual([201, path]);
    expect(RefundResponse.parse(response.body)).toEqual(response.body);
    expect(response.body).toMatchObject({
      status: 'approved',
      amountMinor: 1000,
      note: 'Blue, not green',
      policy: { rule: 'small-amount', approvalsNeeded: 0 },
      pots: [{ pot: 'line:line-1', amountMinor: 1000, taxMinor: 166, quantity: 1 }],
      payouts: [{ provider: 'acme', paymentId, amountMinor: 1000 }],
    });
    expect(await timeline(path)).toEqual(['RefundRequested', 'RefundApproved']);
  });

  test.each(['rejection', 'withdrawal'])('releases its amount after a %s', async (end) => {
    const { orderId } = await refunds.paidOrder({ priceMinor: 20_000 });
    const { path } = await refunds.requested(orderId);
    expectProblem(await refunds.request(orderId), 409, 'not-refundable');
    const ended = await (end === 'rejection' ? refunds.decide(path, 'finance', 'reject') : refunds.withdraw(path));
    expect(ended.body.status, ended.text).toBe(end === 'rejection' ? 'rejected' : 'withdrawn');
    expect(await refunds.refundable(orderId)).toMatchObject({ refundableMinor: 20_000, pendingMinor: 0 });
    expectProblem(await refunds.decide(path), 409, 'illegal-transition');
    expect((await refunds.request(orderId)).status).toBe(201);
  });

  test('is assessed again after an amendment, and the person who amended it cannot approve it', async () => {
    const { orderId } = await refunds.paidOrder({ quantity: 3, priceMinor: 20_000 });
    const { path } = await refunds.requested(orderId);
    const more = { reason: 'damaged', lines: [{ lineId: 'line-1', quantity: 2 }] };
    const amended = await office.client('service-lead').put(path, more);
    expect(amended.body, amended.text).toMatchObject({
      status: 'pending-approval',
      amountMinor: 40_000,
      reason: 'damaged',
    });
    expect(await refunds.refundable(orderId)).toMatchObject({ pendingMinor: 40_000, refundableMinor: 20_000 });
    expectProblem(await refunds.decide(path, 'service-lead'), 403, 'own-request');
    expect((await refunds.decide(path)).body.status).toBe('approved');
    expectProblem(await office.client('service').put(path, { ...more, reason: 'late' }), 409, 'illegal-transition');
    expect(await timeline(path)).toEqual(['RefundRequested', 'RefundAmended', 'RefundApproved']);
  });

  test('is allocated to the newest payment first, and partial refunds sum to the captured amount', async () => {
    const paymentIds = ['pay-1', 'pay-2'];
    const { orderId } = await refunds.paidOrder({ quantity: 3, priceMinor: 1000, paymentIds });
    const amounts = [];
    const contents = [{ shippingMinor: 0 }, { lines: [{ lineId: 'line-1', quantity: 0, amountMinor: 1 }] }, {}, {}];
    for (const content of contents) {
      const { refund } = await refunds.requested(orderId, content);
      amounts.push(
        refund.payouts.map((payout: { paymentId: string; amountMinor: number }) => [
          payout.paymentId,
          payout.amountMinor,
        ]),
      );
    }
    expect(amounts).toEqual([
      [['pay-2', 1000]],
      [['pay-2', 1]],
      [
        ['pay-2', 499],
        ['pay-1', 500],
      ],
      [['pay-1', 1000]],
    ]);
    expect(await refunds.refundable(orderId)).toMatchObject({ refundableMinor: 0, lines: [{ refundable: nothing }] });
    const more = await refunds.request(orderId);
    expect(more.body.pots).toMatchObject([{ requestedQuantity: 1, refundableQuantity: 0 }]);
  });

  test('for tax alone or goodwill cannot exceed the captured amount', async () => {
    const { orderId } = await refunds.paidOrder({ priceMinor: 6000 });
    const tax = await refunds.requested(orderId, { lines: undefined, taxMinor: 1000 });
    expect(tax.refund.pots).toEqual([{ pot: 'line:line-1', amountMinor: 1000, taxMinor: 1000, quantity: 0 }]);
    expectProblem(await refunds.request(orderId, { lines: undefined, taxMinor: 1 }), 409, 'not-refundable');
    const goodwill = await refunds.requested(orderId, { lines: undefined, goodwillMinor: 2001 });
    expect(goodwill.refund).toMatchObject({ status: 'pending-approval', policy: { rule: 'goodwill' } });
    expectProblem(await refunds.request(orderId, { lines: undefined, goodwillMinor: 3000 }), 409, 'not-refundable');
  });

  test('for a duty is accepted once, and refunding the rest leaves nothing refundable', async () => {
    const { orderId, order, path } = await refunds.paidOrder({ priceMinor: 2000, charges: [duty, fee] });
    expect(order).toMatchObject({ charges: [duty, fee], totalMinor: 3000 });
    expect((await office.client('storefront').get(path)).body).toMatchObject({ charges: [duty, fee] });
    const ofDuty = (amount = {}) => ({ lines: undefined, charges: [{ chargeId: 'duty-gb', ...amount }] });
    expect((await refunds.requested(orderId, ofDuty())).refund.pots).toEqual([
      { pot: 'charge:duty-gb', amountMinor: 700, taxMinor: 0, quantity: 0 },
    ]);
    for (const [content, requestedMinor] of [
      [ofDuty(), 700],
      [ofDuty({ amountMinor: 1 }), 1],
    ] as const) {
      const again = await refunds.request(orderId, content);
      expectProblem(again, 409, 'not-refundable');
      expect(again.body.pots).toEqual([{ pot: 'charge:duty-gb', requestedMinor, refundableMinor: 0 }]);
    }
    await refunds.requested(orderId, { lines: undefined, charges: [{ chargeId: 'handling', amountMinor: 1 }] });
    await refunds.requested(orderId, { lines: undefined, charges: [{ chargeId: 'handling' }] });
    await refunds.requested(orderId);
    expect(await refunds.refundable(orderId)).toMatchObject({
      refundableMinor: 0,
      lines: [{ refundable: nothing }],
      charges: [
        { chargeId: 'duty-gb', kind: 'duty', name: 'Import duty', refundable: nothing },
        { chargeId: 'handling', kind: 'fee', name: 'Handling', refundable: nothing },
      ],
    });
  });

  test('can cover the duties and fees of a cancelled order', async () => {
    const { orderId, path } = await refunds.paidOrder({ priceMinor: 2000, charges: [duty, fee] });
    const cancelled = await refunds.cancel(path);
    expect(cancelled.body, cancelled.text).toMatchObject({ status: 'cancelled', cancelledMinor: 3000 });
    const amounts = await refunds.refundable(orderId);
    expect(amounts.charges.map((charge: { captured: { minor: number } }) => charge.captured.minor)).toEqual([0, 0]);
    expect(amounts.overpaid.captured.minor).toBe(3000);
    expect(amounts.refundableMinor + amounts.pendingMinor + amounts.refundedMinor).toBe(3000);
  });

  test('can cover the overpaid amount of cancelled units once', async () => {
    const { orderId, path } = await refunds.paidOrder({ quantity: 2 });
    const cancelled = await refunds.cancel(path, [{ lineId: 'line-1', quantity: 1 }]);
    expect(cancelled.status, cancelled.text).toBe(200);
    const amounts = await refunds.refundable(orderId);
    expect([amounts.lines[0].captured.minor, amounts.overpaid.captured.minor]).toEqual([1000, 1000]);
    expect(amounts.refundableMinor + amounts.pendingMinor + amounts.refundedMinor).toBe(2000);
  });
});

describe('concurrent requests', () => {
  test('of 100 requests for the full amount one is accepted, and the others get the remaining amount', async () => {
    const { orderId } = await refunds.paidOrder({ quantity: 4, priceMinor: 2500 });
    const lines = [{ lineId: 'line-1', quantity: 4 }];
    const responses = await Promise.all(Array.from({ length: 100 }, () => refunds.request(orderId, { lines })));
    expect(responses.filter(({ status }) => status === 201)).toHaveLength(1);
    const refused = responses.filter(({ status }) => status === 409);
    expect(refused).toHaveLength(99);
    for (const response of refused) {
      expectProblem(response, 409, 'not-refundable');
      expect(response.body.pots).toContainEqual({
        pot: 'line:line-1',
        requestedMinor: 10_000,
        refundableMinor: 0,
        requestedQuantity: 4,
        refundableQuantity: 0,
      });
    }
    expect(await refunds.refundable(orderId)).toMatchObject({ refundableMinor: 0 });
    expect(await refunds.refundsOf(orderId)).toHaveLength(1);
  });

  test('50 identical requests create one refund, and different content under the same id is a conflict', async () => {
    const { orderId } = await refunds.paidOrder({ quantity: 9 });
    const requestId = 'request-1';
    const responses = await Promise.all(Array.from({ length: 50 }, () => refunds.request(orderId, { requestId })));
    expect(responses.filter(({ status }) => status === 201)).toHaveLength(1);
    const replays = responses.filter(
      ({ status, headers }) => status === 200 && headers['idempotent-replayed'] === 'true',
    );
    expect(replays).toHaveLength(49);
    const refundId = refundIdOf(orderId, requestId);
    expect(new Set(responses.map(({ body }) => body.refundId))).toEqual(new Set([refundId]));
    expectProblem(await refunds.request(orderId, { requestId, reason: 'late' }), 409, 'refund-conflict');
    const { lines } = await refunds.refundable(orderId);
    expect(lines[0].refundable.quantity).toBe(8);
    expect(await timeline(`/refunds/${refundId}`)).toEqual(['RefundRequested', 'RefundApproved']);
  });

  test('of an approval, a rejection and a withdrawal exactly one succeeds', async () => {
    const { path } = await refunds.requestedRefund({ priceMinor: 20_000 });
    const responses = await Promise.all([
      refunds.decide(path, 'finance'),
      refunds.decide(path, 'admin', 'reject'),
      refunds.withdraw(path),
    ]);
    expect(responses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
    expect(await timeline(path)).toHaveLength(2);
  });
});

describe('an invalid request', () => {
  test('is refused with the position of each error', async () => {
    const { orderId } = await refunds.paidOrder();
    for (const [content, pointer] of [
      [{ lines: [{ lineId: 'line-1', quantity: 1.5 }] }, '/lines/0/quantity'],
      [{ lines: [{ lineId: 'line-9', quantity: 1 }] }, '/lines/0/lineId'],
      [{ charges: [{ chargeId: 'duty' }] }, '/charges/0/chargeId'],
      [{ lines: undefined }, ''],
    ] as const) {
      const response = await refunds.request(orderId, content);
      expectProblem(response, 422, 'invalid-content');
      expect(response.body.errors, response.text).toContainEqual(expect.objectContaining({ pointer }));
    }
    expectProblem(await office.client('service').post('/refunds', '{'), 400, 'malformed-body');
  });

  test('for an unknown order or refund gets 404, and without the required scope 403', async () => {
    expectProblem(await refunds.request('ord_00000000000000000000000000'), 404, 'not-found');
    expectProblem(await refunds.decide('/refunds/ref_00000000000000000000000000'), 404, 'not-found');
    const { orderId } = await refunds.paidOrder();
    for (const client of ['storefront', 'warehouse', 'finance'])
      expectProblem(await refunds.request(orderId, {}, client), 403);
    const { path } = await refunds.requested(orderId);
    for (const client of ['service', 'storefront', 'marketing']) expectProblem(await refunds.decide(path, client), 403);
  });
});

describe('units refunded before shipment', () => {
  test('are not shipped while the refund waits, and are cancelled once it is approved', async () => {
    const { orderId, path: order } = await refunds.paidOrder({ quantity: 3, priceMinor: 30_000 });
    const { path, refundId } = await refunds.requested(orderId, { lines: [{ lineId: 'line-1', quantity: 1 }] });
    const refused = await refunds.ship(order, 3);
    expectProblem(refused, 409, 'refund-pending');
    expect(refused.body).toMatchObject({
      lines: [{ lineId: 'line-1', requested: 3, shippable: 2 }],
      refunds: [{ refundId, lineId: 'line-1', quantity: 1 }],
    });
    expect((await refunds.ship(order, 2)).status).toBe(201);
    expect((await refunds.decide(path)).status).toBe(200);
    await refunds.becomes(order, {
      status: 'shipped',
      cancelledMinor: 30_000,
      lines: [{ cancelledQuantity: 1, refundedQuantity: 1, shippedQuantity: 2 }],
      payment: { balance: 'settled' },
    });
    await refunds.becomes(path, { status: 'paying', amountMinor: 30_000 });
    // Nothing is refunded a second time as overpaid.
    expect(await refunds.refundsOf(orderId)).toHaveLength(1);
    expect(await refunds.refundable(orderId)).toMatchObject({ refundableMinor: 60_000 });
  });

  test('can be shipped after the refund was withdrawn', async () => {
    const { orderId, path: order } = await refunds.paidOrder({ quantity: 2, priceMinor: 30_000 });
    const { path } = await refunds.requested(orderId, { lines: [{ lineId: 'line-1', quantity: 2 }] });
    expectProblem(await refunds.ship(order, 1), 409, 'refund-pending');
    expect((await refunds.withdraw(path)).status).toBe(200);
    expect((await refunds.ship(order, 2)).status).toBe(201);
  });
});
