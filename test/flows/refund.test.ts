import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OrderCharge } from '../../shared/contracts/orders/events.ts';
import { RefundAnswer } from '../../shared/contracts/refunds/refund-content.ts';
import { refundIdOf } from '../../shared/ids.ts';
import { type BackOffice, startBackOffice } from '../support/back-office.ts';
import { aPayment, patiently, placedOrder, postPayment } from '../support/life.ts';
import { aDuty } from '../support/placed-order.ts';
import { expectProblem } from '../support/shop.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
});
afterAll(() => office.stop());

const duty = aDuty(700, 'duty-gb');
const fee: OrderCharge = { chargeId: 'handling', kind: 'fee', name: 'Handling', amountMinor: 300 };

/** An order of one line whose payment was captured. */
async function paidOrder(given: Parameters<typeof placedOrder>[1] = {}, payments = 1) {
  const placed = await placedOrder(office, given);
  const amountMinor = placed.order.totalMinor / payments;
  for (let number = 1; number <= payments; number += 1) {
    const occurredAt = new Date(Date.now() - (payments - number) * 60_000).toISOString();
    await postPayment(office, aPayment(placed.orderId, { amountMinor, paymentId: `pay-${number}`, occurredAt }));
  }
  return placed;
}

const wantedOf = (orderId: string, given: Record<string, unknown> = {}) => ({
  requestId: randomUUID(),
  orderId,
  reason: 'changed-mind',
  lines: [{ lineId: 'line-1', quantity: 1 }],
  ...given,
});
const ask = (content: unknown, client = 'service') => patiently(() => office.client(client).post('/refunds', content));
const decide = (refundId: string, client: string, decision = 'approve', comment = 'looked at it') =>
  patiently(() => office.client(client).post(`/refunds/${refundId}/decisions`, { decision, comment }));
const refundable = async (orderId: string) =>
  (await office.client('service').get(`/orders/${orderId}/refundable`)).body;
/** Of a refund; the steps of its payout may follow at any time. */
const stepsOf = async (refundId: string): Promise<string[]> =>
  (await office.client('service').get(`/refunds/${refundId}/timeline`)).body.events
    .map(({ type }: { type: string }) => type)
    .filter((type: string) => !/Payout|Paid|Case/.test(type));

describe('what can be refunded', () => {
  test('is told by pot and payment, with the rule that would decide', async () => {
    const { orderId, sku } = await paidOrder({ quantity: 3, priceMinor: 5000 }, 2);
    const whole = { minor: 15_000, taxMinor: 2500, quantity: 3 };
    expect(await refundable(orderId)).toMatchObject({
      capturedMinor: 15_000,
      refundableMinor: 15_000,
      lines: [{ lineId: 'line-1', sku, captured: whole, refundable: whole }],
      payments: [{ paymentId: 'pay-2' }, { paymentId: 'pay-1' }],
      policy: { rule: 'any', decision: 'one-approver', approvalsNeeded: 1 },
    });
  });

  test('is nothing of an unpaid order, half of one that was captured by half', async () => {
    const { orderId } = await placedOrder(office, { priceMinor: 1000 });
    expect(await refundable(orderId)).toMatchObject({ refundableMinor: 0 });
    const refused = await ask(wantedOf(orderId));
    expectProblem(refused, 409, 'not-refundable');
    expect(refused.body.pots).toEqual([{ pot: 'payments', requestedMinor: 1000, refundableMinor: 0 }]);
    await postPayment(office, aPayment(orderId, { amountMinor: 500 }));
    expect(await refundable(orderId)).toMatchObject({ refundableMinor: 500 });
    expectProblem(await ask(wantedOf(orderId)), 409, 'not-refundable');
    const half = await ask(wantedOf(orderId, { lines: [{ lineId: 'line-1', quantity: 0, amountMinor: 500 }] }));
    expect([half.status, half.body.status], half.text).toEqual([201, 'approved']);
  });

  test('is nothing while a chargeback is open', async () => {
    const { orderId } = await paidOrder();
    await postPayment(office, aPayment(orderId, { type: 'chargeback.opened' }));
    expect(await refundable(orderId)).toMatchObject({ refundableMinor: 0, blockedBy: 'chargeback-open' });
    expectProblem(await ask(wantedOf(orderId)), 409, 'chargeback-open');
  });

  test('is seen by the order’s channel and staff; to another channel there is no such order', async () => {
    const { orderId, path } = await paidOrder();
    const { refundId } = (await ask(wantedOf(orderId))).body;
    for (const seen of [`${path}/refundable`, `/refunds/${refundId}`, `/refunds/${refundId}/timeline`]) {
      expect((await office.client('storefront').get(seen)).status).toBe(200);
      expectProblem(await office.client('marketplace').get(seen), 404, 'not-found');
    }
    const found = await office.client('marketplace').get(`/refunds?orderId=${orderId}`);
    expect(found.body).toEqual({ refunds: [] });
  });
});

describe('a refund', () => {
  test('that is small is approved at once, and told whole', async () => {
    const { orderId } = await paidOrder({ quantity: 2 });
    const asked = await ask(wantedOf(orderId, { note: 'Blue, not green' }));
    const { refundId } = asked.body;
    expect([asked.status, asked.headers.location], asked.text).toEqual([201, `/refunds/${refundId}`]);
    expect(RefundAnswer.parse(asked.body)).toEqual(asked.body);
    expect(asked.body).toMatchObject({
      status: 'approved',
      amountMinor: 1000,
      note: 'Blue, not green',
      policy: { rule: 'small-amount', approvalsNeeded: 0 },
      pots: [{ pot: 'line:line-1', amountMinor: 1000, taxMinor: 166, quantity: 1 }],
      payouts: [{ provider: 'acme', paymentId: 'pay-1', amountMinor: 1000 }],
    });
    expect(await stepsOf(refundId)).toEqual(['RefundRequested', 'RefundApproved']);
  });

  test('that is large needs two departments within their limits, and not the one who asked', async () => {
    const { orderId } = await paidOrder({ priceMinor: 90_000 });
    const asked = await ask(wantedOf(orderId), 'service-lead');
    expect(asked.body).toMatchObject({
      status: 'pending-approval',
      policy: { rule: 'large-amount', approvalsNeeded: 2 },
    });
    const { refundId } = asked.body;
    expectProblem(await decide(refundId, 'service'), 403);
    expectProblem(await decide(refundId, 'service-lead'), 403, 'own-request');
    const first = await decide(refundId, 'finance');
    expect(first.body, first.text).toMatchObject({
      status: 'pending-approval',
      approvals: [{ department: 'finance' }],
    });
    expect((await decide(refundId, 'finance')).body).toMatchObject({ status: 'pending-approval', approvals: [{}] });
    const second = await decide(refundId, 'admin');
    expect(second.body.status, second.text).toBe('approved');
    expect(second.body.approvals).toMatchObject([
      {
        decision: 'approve',
        by: expect.any(String),
        department: 'finance',
        at: expect.any(String),
        comment: 'looked at it',
      },
      { department: 'admin' },
    ]);
    expect((await decide(refundId, 'admin')).headers['idempotent-replayed']).toBe('true');
    const steps = ['RefundRequested', 'RefundApproved'];
    expect(await stepsOf(refundId)).toEqual(steps);
  });

  test('above a department’s limit waits for another one', async () => {
    const { orderId } = await paidOrder({ priceMinor: 100_001 });
    const { refundId } = (await ask(wantedOf(orderId))).body;
    expectProblem(await decide(refundId, 'service-lead'), 403, 'above-limit');
    expect((await decide(refundId, 'finance')).status).toBe(200);
  });

  test.each(['rejection', 'withdrawal'])('after a %s leaves its money for another request', async (end) => {
    const { orderId } = await paidOrder({ priceMinor: 20_000 });
    const { refundId } = (await ask(wantedOf(orderId))).body;
    expectProblem(await ask(wantedOf(orderId)), 409, 'not-refundable');
    const ended = await (end === 'rejection'
      ? decide(refundId, 'finance', 'reject')
      : office.client('service').post(`/refunds/${refundId}/withdrawal`, { reason: 'solved' }));
    expect(ended.body.status, ended.text).toBe(end === 'rejection' ? 'rejected' : 'withdrawn');
    expect(await refundable(orderId)).toMatchObject({ refundableMinor: 20_000, pendingMinor: 0 });
    expectProblem(await decide(refundId, 'finance'), 409, 'illegal-transition');
    expect((await ask(wantedOf(orderId))).status).toBe(201);
  });

  test('that is amended is judged anew; who amended it does not approve it', async () => {
    const { orderId } = await paidOrder({ quantity: 3, priceMinor: 20_000 });
    const { refundId } = (await ask(wantedOf(orderId))).body;
    const more = { reason: 'damaged', lines: [{ lineId: 'line-1', quantity: 2 }] };
    const amended = await office.client('service-lead').put(`/refunds/${refundId}`, more);
    expect(amended.body, amended.text).toMatchObject({
      status: 'pending-approval',
      amountMinor: 40_000,
      reason: 'damaged',
    });
    expect(await refundable(orderId)).toMatchObject({ pendingMinor: 40_000, refundableMinor: 20_000 });
    expectProblem(await decide(refundId, 'service-lead'), 403, 'own-request');
    expect((await decide(refundId, 'finance')).body.status).toBe('approved');
    const late = await office.client('service').put(`/refunds/${refundId}`, { ...more, reason: 'late' });
    expectProblem(late, 409, 'illegal-transition');
    expect(await stepsOf(refundId)).toEqual(['RefundRequested', 'RefundAmended', 'RefundApproved']);
  });

  test('goes back to the newest capture first, and to the last penny in any steps', async () => {
    const { orderId } = await paidOrder({ quantity: 3, priceMinor: 1000 }, 2);
    const amounts = [];
    for (const content of [
      { shippingMinor: 0 },
      { lines: [{ lineId: 'line-1', quantity: 0, amountMinor: 1 }] },
      {},
      {},
    ]) {
      const { body, text, status } = await ask(wantedOf(orderId, content));
      expect(status, text).toBe(201);
      amounts.push(
        body.payouts.map((leg: { paymentId: string; amountMinor: number }) => [leg.paymentId, leg.amountMinor]),
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
    const nothing = { minor: 0, taxMinor: 0, quantity: 0 };
    expect(await refundable(orderId)).toMatchObject({ refundableMinor: 0, lines: [{ refundable: nothing }] });
    const more = await ask(wantedOf(orderId));
    expect(more.body.pots).toMatchObject([{ requestedQuantity: 1, refundableQuantity: 0 }]);
  });

  test('of goodwill and of tax alone is of captured money too', async () => {
    const { orderId } = await paidOrder({ priceMinor: 6000 });
    const tax = await ask(wantedOf(orderId, { lines: undefined, taxMinor: 1000 }));
    expect(tax.body.pots, tax.text).toEqual([{ pot: 'line:line-1', amountMinor: 1000, taxMinor: 1000, quantity: 0 }]);
    expectProblem(await ask(wantedOf(orderId, { lines: undefined, taxMinor: 1 })), 409, 'not-refundable');
    const gift = await ask(wantedOf(orderId, { lines: undefined, goodwillMinor: 2001 }));
    expect(gift.body, gift.text).toMatchObject({ status: 'pending-approval', policy: { rule: 'goodwill' } });
    expectProblem(await ask(wantedOf(orderId, { lines: undefined, goodwillMinor: 3000 })), 409, 'not-refundable');
  });

  test('of a duty alone is given once, and with the rest of the order leaves exactly nothing', async () => {
    const { orderId, order, path } = await paidOrder({ priceMinor: 2000, charges: [duty, fee] });
    expect(order).toMatchObject({ charges: [duty, fee], totalMinor: 3000 });
    expect((await office.client('storefront').get(path)).body).toMatchObject({ charges: [duty, fee] });
    const ofDuty = (given = {}) =>
      ask(wantedOf(orderId, { lines: undefined, charges: [{ chargeId: 'duty-gb', ...given }] }));
    const given = await ofDuty();
    expect(given.body.pots, given.text).toEqual([
      { pot: 'charge:duty-gb', amountMinor: 700, taxMinor: 0, quantity: 0 },
    ]);
    for (const [again, requestedMinor] of [
      [await ofDuty(), 700],
      [await ofDuty({ amountMinor: 1 }), 1],
    ] as const) {
      expectProblem(again, 409, 'not-refundable');
      expect(again.body.pots).toEqual([{ pot: 'charge:duty-gb', requestedMinor, refundableMinor: 0 }]);
    }
    for (const content of [
      { charges: [{ chargeId: 'handling', amountMinor: 1 }] },
      { lines: undefined, charges: [{ chargeId: 'handling' }] },
    ]) {
      const rest = await ask(wantedOf(orderId, content));
      expect(rest.status, rest.text).toBe(201);
    }
    const nothing = { minor: 0, taxMinor: 0, quantity: 0 };
    expect(await refundable(orderId)).toMatchObject({
      refundableMinor: 0,
      lines: [{ refundable: nothing }],
      charges: [
        { chargeId: 'duty-gb', kind: 'duty', name: 'Import duty', refundable: nothing },
        { chargeId: 'handling', kind: 'fee', name: 'Handling', refundable: nothing },
      ],
    });
  });

  test('of an order that was cancelled whole is of its duties and fees too', async () => {
    const { orderId, path } = await paidOrder({ priceMinor: 2000, charges: [duty, fee] });
    const content = { requestId: 'c-1', reason: 'changed-mind' };
    const cancelled = await office.client('storefront').post(`${path}/cancellation`, content);
    expect(cancelled.body, cancelled.text).toMatchObject({ status: 'cancelled', cancelledMinor: 3000 });
    const pots = await refundable(orderId);
    expect(pots.charges.map((charge: { captured: { minor: number } }) => charge.captured.minor)).toEqual([0, 0]);
    expect(pots.overpaid.captured.minor).toBe(3000);
    expect(pots.refundableMinor + pots.pendingMinor + pots.refundedMinor).toBe(3000);
  });

  test('of what was cancelled is its overpaid money, once', async () => {
    const { orderId, path } = await paidOrder({ quantity: 2 });
    const cancelled = await office.client('storefront').post(`${path}/cancellation`, {
      requestId: 'c-1',
      reason: 'less',
      lines: [{ lineId: 'line-1', quantity: 1 }],
    });
    expect(cancelled.status, cancelled.text).toBe(200);
    const pots = await refundable(orderId);
    expect([pots.lines[0].captured.minor, pots.overpaid.captured.minor]).toEqual([1000, 1000]);
    expect(pots.refundableMinor + pots.pendingMinor + pots.refundedMinor).toBe(2000);
  });
});

describe('requests that come at once', () => {
  test('100 for the full amount: one is accepted, the others are told what is left', async () => {
    const { orderId } = await paidOrder({ quantity: 4, priceMinor: 2500 });
    const full = () => wantedOf(orderId, { lines: [{ lineId: 'line-1', quantity: 4 }] });
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask(full())));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused).toHaveLength(99);
    for (const answer of refused) {
      expectProblem(answer, 409, 'not-refundable');
      expect(answer.body.pots).toContainEqual({
        pot: 'line:line-1',
        requestedMinor: 10_000,
        refundableMinor: 0,
        requestedQuantity: 4,
        refundableQuantity: 0,
      });
    }
    expect(await refundable(orderId)).toMatchObject({ refundableMinor: 0 });
    expect((await office.client('service').get(`/refunds?orderId=${orderId}`)).body.refunds).toHaveLength(1);
  });

  test('50 of one request are one refund; its id with other content is a conflict', async () => {
    const { orderId } = await paidOrder({ quantity: 9 });
    const content = wantedOf(orderId);
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(content)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const again = answers.filter(({ status, headers }) => status === 200 && headers['idempotent-replayed'] === 'true');
    expect(again).toHaveLength(49);
    const refundId = refundIdOf(orderId, content.requestId);
    expect(new Set(answers.map(({ body }) => body.refundId))).toEqual(new Set([refundId]));
    expectProblem(await ask({ ...content, reason: 'late' }), 409, 'refund-conflict');
    const { lines } = await refundable(orderId);
    expect(lines[0].refundable.quantity).toBe(8);
    expect(await stepsOf(refundId)).toEqual(['RefundRequested', 'RefundApproved']);
  });

  test('of an approval, a rejection and a withdrawal: one wins', async () => {
    const { orderId } = await paidOrder({ priceMinor: 20_000 });
    const { refundId } = (await ask(wantedOf(orderId))).body;
    const answers = await Promise.all([
      decide(refundId, 'finance'),
      decide(refundId, 'admin', 'reject'),
      patiently(() => office.client('service').post(`/refunds/${refundId}/withdrawal`, { reason: 'solved' })),
    ]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
    expect(await stepsOf(refundId)).toHaveLength(2);
  });
});

describe('a request that is not right', () => {
  test('is refused with the place of what is wrong', async () => {
    const { orderId } = await paidOrder();
    const bad: [Record<string, unknown>, string][] = [
      [{ lines: [] }, '/lines'],
      [{ lines: [{ lineId: 'line-1', quantity: 0 }] }, '/lines'],
      [{ lines: [{ lineId: 'line-1', quantity: 1.5 }] }, '/lines/0/quantity'],
      [{ lines: [{ lineId: 'line-9', quantity: 1 }] }, '/lines/0/lineId'],
      [{ charges: [] }, '/charges'],
      [{ charges: [{ chargeId: 'duty' }, { chargeId: 'duty' }] }, '/charges'],
      [{ charges: [{ chargeId: 'duty' }] }, '/charges/0/chargeId'],
      [{ shippingMinor: -1 }, '/shippingMinor'],
      [{ requestId: '' }, '/requestId'],
      [{ orderId: 'nonsense' }, '/orderId'],
      [{ lines: undefined }, ''],
    ];
    for (const [given, pointer] of bad) {
      const answer = await ask(wantedOf(orderId, given));
      expectProblem(answer, 422, 'invalid-content');
      expect(answer.body.errors, answer.text).toContainEqual(expect.objectContaining({ pointer }));
    }
    expectProblem(await ask('{'), 400, 'malformed-body');
  });

  test('of an unknown order or refund is not found; without the scope it is forbidden', async () => {
    expectProblem(await ask(wantedOf('ord_00000000000000000000000000')), 404, 'not-found');
    expectProblem(await decide('ref_00000000000000000000000000', 'finance'), 404, 'not-found');
    const { orderId } = await paidOrder();
    for (const client of ['storefront', 'warehouse', 'finance'])
      expectProblem(await ask(wantedOf(orderId), client), 403);
    const { refundId } = (await ask(wantedOf(orderId))).body;
    for (const client of ['service', 'storefront', 'marketing']) expectProblem(await decide(refundId, client), 403);
  });
});
