import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultPolicy } from '../../functions/refund-approval/policy/default-policy.ts';
import { newEvent } from '../../shared/contracts/define-event.ts';
import { RefundReturnReceived, ReturnReceived } from '../../shared/contracts/refunds/events.ts';
import { type BackOffice, startBackOffice } from '../support/back-office.ts';
import { deliver } from '../support/fire.ts';
import { aCause } from '../support/builders.ts';
import { aPayment, placedOrder, postPayment } from '../support/life.ts';
import { setRefundPolicy } from '../support/refund-policy.ts';
import { expectProblem } from '../support/shop.ts';

let office: BackOffice;
beforeAll(async () => {
  office = await startBackOffice();
  await setFees({});
});
afterAll(() => office.stop());

const setFees = (given: { returnShippingMinor?: number }) =>
  setRefundPolicy(office, {
    ...defaultPolicy,
    rules: [
      { rule: 'at-once', when: { reasons: ['late'] }, decision: 'approve' },
      { rule: 'asked', when: { reasons: ['defective'] }, decision: 'one-approver', payAfterReturn: true },
      { rule: 'after-return', when: {}, decision: 'approve', payAfterReturn: true },
    ],
    returns: {
      restockingBasisPoints: 1000,
      returnShippingMinor: 250,
      freeFor: ['defective'],
      windowDays: 30,
      ...given,
    },
  });

const msPerDay = 86_400_000;

/** Of five units at 10.00 each, all paid, four are shipped and asked back. */
async function aReturn(reason: string) {
  const { sku, orderId, path } = await placedOrder(office, { quantity: 5 });
  const paid = await postPayment(office, aPayment(orderId, { amountMinor: 5000 }));
  expect(paid.status, paid.text).toBe(200);
  const lines = [{ lineId: 'line-1', quantity: 4 }];
  const shipped = await office.client('warehouse').post(`${path}/shipments`, { shipmentId: 's-1', lines });
  expect(shipped.status, shipped.text).toBeLessThan(300);
  const asked = await office.client('service').post('/refunds', { requestId: 'r-1', orderId, reason, lines });
  expect(asked.status, asked.text).toBe(201);
  expect(asked.body.amountMinor).toBe(4000);
  const { refundId } = asked.body;
  const rma = `/returns/${asked.body.return.rmaId}`;
  return {
    sku,
    orderId,
    refundId,
    rmaId: String(asked.body.return.rmaId),
    rma,
    refund: async () => (await office.client('service').get(`/refunds/${refundId}`)).body,
    return: async () => (await office.client('storefront').get(rma)).body,
    receive: (receiptId: string, units: Record<string, number>, given: object = {}) =>
      office.client('warehouse').post(`${rma}/receipts`, {
        receiptId,
        units: Object.entries(units).map(([disposition, quantity]) => ({ lineId: 'line-1', quantity, disposition })),
        ...given,
      }),
  };
}

const stockOf = async (sku: string) => {
  const { onHand, reserved, available, unavailableBy } = (await office.client('warehouse').get(`/stock/${sku}`)).body;
  return { onHand, reserved, available, damaged: unavailableBy.damaged };
};
/** One of 100 units is reserved still, four are with the customer. */
const shippedFour = { onHand: 96, reserved: 1, available: 95, damaged: 0 };

const told = async (refundId: string, definition: typeof ReturnReceived | typeof RefundReturnReceived) => {
  await office.settled();
  const events = await office.lake.events(definition.detailType);
  const byId = new Map(events.map(({ detail }) => [detail.metadata.eventId, detail.data]));
  return [...byId.values()].filter((data) => (data as { refundId: string }).refundId === refundId);
};

test('goods come back in parts: stock and money follow exactly, less the missing unit and the fees, once', async () => {
  const expected = await aReturn('changed-mind');
  const { sku, orderId, refundId, receive } = expected;
  const waiting = await expected.refund();
  expect(waiting).toMatchObject({ status: 'awaiting-return', return: { status: 'expected' } });
  expect(waiting.deadlineAt).toBe(waiting.return.returnBy);
  expect(Date.parse(waiting.deadlineAt) - Date.parse(waiting.requestedAt)).toBe(30 * msPerDay);
  expect(await expected.return()).toMatchObject({
    status: 'expected',
    labels: [{ reference: expected.rmaId, warehouse: 'main', to: { country: 'GB' }, units: [{ sku, quantity: 4 }] }],
    units: [{ lineId: 'line-1', sku, expected: 4, restock: 0, damaged: 0, missing: 0 }],
  });

  const first = () => receive('parcel-1', { restock: 1, damaged: 1 });
  const answers = await Promise.all([first(), first(), first()]);
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 201]);
  expect((await expected.refund()).status).toBe('awaiting-return');
  expectProblem(
    await office.client('service').post(`/refunds/${refundId}/withdrawal`, { reason: 'keeps the rest' }),
    409,
    'illegal-transition',
  );
  const last = await receive('parcel-2', { restock: 1, missing: 1 });
  expect(last.status, last.text).toBe(201);
  expect(last.body).toMatchObject({ status: 'received', units: [{ restock: 2, damaged: 1, missing: 1 }] });
  expect(last.body.receipts.map(({ receiptId }: { receiptId: string }) => receiptId)).toEqual(['parcel-1', 'parcel-2']);

  // 40.00 less one missing unit, a tenth of the three that came, and the way back.
  const amountMinor = 2450;
  expect(await expected.refund()).toMatchObject({ amountMinor, pots: [{ quantity: 3 }], payouts: [{ amountMinor }] });
  const books = (await office.client('service').get(`/orders/${orderId}/refundable`)).body;
  expect(books).toMatchObject({ capturedMinor: 5000, refundedMinor: 0, pendingMinor: 2450, refundableMinor: 2550 });
  expect(books.lines[0].refundable).toMatchObject({ minor: 2550, quantity: 2 });
  const back = { onHand: 99, reserved: 1, available: 97, damaged: 1 };
  await expect.poll(() => stockOf(sku)).toEqual(back);

  for (const again of [await first(), await receive('parcel-2', { restock: 1, missing: 1 })]) {
    expect(again.status).toBe(200);
    expect(again.headers['idempotent-replayed']).toBe('true');
  }
  expect(await told(refundId, ReturnReceived)).toHaveLength(2);
  expect(await told(refundId, RefundReturnReceived)).toMatchObject([
    {
      amountMinor,
      missing: [{ sku, quantity: 1 }],
      withheld: { missingMinor: 1000, restockingMinor: 300, returnShippingMinor: 250 },
    },
  ]);
  expect(await stockOf(sku)).toEqual(back);
  const { movements } = (await office.client('warehouse').get(`/stock/${sku}/movements`)).body;
  const returns = movements.filter(({ type }: { type: string }) => type === 'return');
  expect(returns).toHaveLength(3);
  expect(returns[0]).toMatchObject({ reason: 'changed-mind', actor: 'warehouse' });
});

test('what came back is paid once its provider says so, and counts as refunded', async () => {
  const { orderId, refundId, receive, refund } = await aReturn('changed-mind');
  expect((await receive('p-1', { restock: 4 })).status).toBe(201);
  const amountMinor = 4000 - 400 - 250;
  await expect.poll(async () => (await refund()).status).toBe('paying');
  const paid = aPayment(orderId, { type: 'refund.succeeded', refundId: `${refundId}.0.1`, amountMinor });
  await Promise.all([postPayment(office, paid), postPayment(office, paid)]);
  await expect.poll(async () => (await refund()).status).toBe('paid');
  await office.settled();
  expect(await refund()).toMatchObject({ amountMinor, payouts: [{ status: 'succeeded', amountMinor }] });
  const books = (await office.client('service').get(`/orders/${orderId}/refundable`)).body;
  expect(books).toMatchObject({ refundedMinor: amountMinor, pendingMinor: 0 });
  expect(books.lines).toMatchObject([{ refunded: { minor: amountMinor, quantity: 4 }, refundable: { quantity: 1 } }]);
});

test('fees as high as the price pay nothing, and what came back is not refundable again', async () => {
  await setFees({ returnShippingMinor: 4000 });
  const { orderId, receive, refund } = await aReturn('changed-mind');
  await setFees({});
  expect((await receive('p-1', { restock: 3, missing: 1 })).status).toBe(201);
  expect(await refund()).toMatchObject({ status: 'rejected', return: { status: 'received' } });
  const books = (await office.client('service').get(`/orders/${orderId}/refundable`)).body;
  expect(books).toMatchObject({ refundedMinor: 0, pendingMinor: 0 });
  expect(books.lines).toMatchObject([{ refunded: { minor: 0, quantity: 3 }, refundable: { quantity: 2 } }]);
});

test('of more parcels at once than units are expected, so many are taken', async () => {
  const { sku, receive, refund } = await aReturn('changed-mind');
  const answers = await Promise.all(Array.from({ length: 9 }, (_, index) => receive(`p-${index}`, { restock: 1 })));
  const refused = answers.filter(({ status }) => status !== 201);
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(4);
  for (const answer of refused) {
    expectProblem(answer, 409, 'not-expected');
    expect(answer.body.lines).toEqual([{ lineId: 'line-1', expected: 0, received: 1 }]);
  }
  expect((await refund()).amountMinor).toBe(4000 - 400 - 250);
  await office.settled();
  expect(await stockOf(sku)).toEqual({ onHand: 100, reserved: 1, available: 99, damaged: 0 });
});

test('a refund that did not wait keeps its amount, and staff are told what is missing', async () => {
  const { sku, refundId, receive, refund } = await aReturn('late');
  expect(await refund()).toMatchObject({ return: { status: 'expected' } });
  expect((await receive('p-1', { restock: 3, missing: 1 })).status).toBe(201);
  expect(await refund()).toMatchObject({ amountMinor: 4000, return: { status: 'received' } });
  const [event, ...others] = await told(refundId, ReturnReceived);
  expect(event).toMatchObject({ isComplete: true, units: [{ quantity: 3 }, { disposition: 'missing', quantity: 1 }] });
  expect([others, await told(refundId, RefundReturnReceived)]).toEqual([[], []]);
  expect(await stockOf(sku)).toEqual({ ...shippedFour, onHand: 99, available: 98 });
});

test('nothing is sent before it is agreed to; a fault of the store’s costs the customer nothing', async () => {
  const { receive, refund, refundId, ...expected } = await aReturn('defective');
  expect(await expected.return()).toMatchObject({ status: 'requested', labels: [] });
  expectProblem(await receive('p-1', { restock: 4 }), 409, 'illegal-transition');
  const decided = await office.client('finance').post(`/refunds/${refundId}/decisions`, { decision: 'approve' });
  expect(decided.body, decided.text).toMatchObject({ status: 'awaiting-return' });
  const { deadlineAt } = await refund();
  expect(Math.round((Date.parse(deadlineAt) - Date.now()) / msPerDay)).toBe(30);
  expect(await expected.return()).toMatchObject({ status: 'expected', returnBy: deadlineAt, labels: [{}] });
  expect((await receive('p-1', { damaged: 4 }, { warehouse: 'north' })).status).toBe(201);
  expect((await refund()).amountMinor).toBe(4000);
  const north = async () =>
    (await office.client('warehouse').get(`/stock/${expected.sku}`)).body.warehouses.find(
      ({ warehouse }: { warehouse: string }) => warehouse === 'north',
    );
  await expect.poll(north).toMatchObject({ onHand: 4, available: 0, unavailableBy: { damaged: 4 } });
});

test('empty parcels end the refund, and the money can be asked for again', async () => {
  const { sku, orderId, receive, refund } = await aReturn('changed-mind');
  expect((await receive('p-1', { missing: 4 })).status).toBe(201);
  expect(await refund()).toMatchObject({ status: 'rejected' });
  const books = (await office.client('service').get(`/orders/${orderId}/refundable`)).body;
  expect(books).toMatchObject({ pendingMinor: 0, refundableMinor: 5000 });
  await office.settled();
  expect(await stockOf(sku)).toEqual(shippedFour);
});

test('stock books what came back once, however often and in whatever order it is told', async () => {
  const { sku, orderId, refundId, rmaId } = await aReturn('changed-mind');
  const event = (receiptId: string, quantity: number, disposition: 'restock' | 'damaged') =>
    newEvent(
      ReturnReceived,
      {
        refundId,
        orderId,
        rmaId,
        receiptId,
        externalOrderId: 'order-1',
        channel: 'storefront',
        currency: 'GBP',
        status: 'awaiting-return',
        reason: 'changed-mind',
        amountMinor: 4000,
        version: 2,
        units: [{ lineId: 'line-1', sku, warehouse: 'main', quantity, disposition, movementId: `${sku}-${receiptId}` }],
        isComplete: false,
      },
      aCause(),
    );
  const events = [event('p-1', 2, 'restock'), event('p-2', 1, 'damaged')];
  await Promise.all([
    deliver(office, 'stock-update/returned.handler', events),
    deliver(office, 'stock-update/returned.handler', events.toReversed()),
    deliver(office, 'stock-update/returned.handler', [...events, ...events]),
  ]);
  expect(await stockOf(sku)).toEqual({ onHand: 99, reserved: 1, available: 97, damaged: 1 });
});

test('what is not expected is refused', async () => {
  const { rma, rmaId, receive, refundId } = await aReturn('changed-mind');
  expectProblem(await office.client('marketplace').get(rma), 404);
  expectProblem(await office.client('service').get(`/returns/${rmaId.slice(0, -1)}0`), 404);
  expectProblem(await office.client('service').post(`${rma}/receipts`, {}), 403);
  const other = { units: [{ lineId: 'line-2', quantity: 1, disposition: 'restock' }] };
  const unknown = await receive('p-1', {}, other);
  expectProblem(unknown, 422, 'invalid-content');
  expect(unknown.body.errors).toMatchObject([{ pointer: '/units/0/lineId' }]);
  expect((await receive('p-1', { restock: 1 })).status).toBe(201);
  expectProblem(await receive('p-1', { restock: 2 }), 409, 'receipt-conflict');
  const rejected = await office.client('finance').post(`/refunds/${refundId}/decisions`, { decision: 'reject' });
  expect(rejected.status, rejected.text).toBe(200);
  expectProblem(await receive('p-2', { restock: 1 }), 409, 'illegal-transition');
});
