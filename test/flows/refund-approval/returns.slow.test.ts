import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultPolicy } from '../../../functions/refund-approval/refund/refund-policy.ts';
import { newEvent } from '../../../shared/contracts/define-event.ts';
import { RefundReturnReceived, ReturnReceived } from '../../../shared/contracts/refunds/events.ts';
import { aCause } from '../../support/builders.ts';
import { refundDriver } from '../../support/refunds/refund-driver.ts';
import { type BackOffice, startBackOffice } from '../../support/system/back-office.ts';
import { deliver } from '../../support/system/invoke.ts';
import { expectProblem } from '../../support/system/test-data.ts';

let office: BackOffice;
const refunds = refundDriver(() => office);
beforeAll(async () => {
  office = await startBackOffice();
  await setFees({});
});
afterAll(() => office.stop());

const setFees = (fees: { returnShippingMinor?: number }) =>
  refunds.setPolicy({
    ...defaultPolicy,
    rules: [
      { rule: 'immediately', when: { reasons: ['late'] }, decision: 'approve' },
      { rule: 'approval', when: { reasons: ['defective'] }, decision: 'one-approver', payAfterReturn: true },
      { rule: 'after-return', when: {}, decision: 'approve', payAfterReturn: true },
    ],
    returns: {
      restockingBasisPoints: 1000,
      returnShippingMinor: 250,
      freeFor: ['defective'],
      windowDays: 30,
      ...fees,
    },
  });

const msPerDay = 86_400_000;

/** Requests the return of four shipped units of a paid order of five units at 10.00 each. */
async function requestedReturn(reason: string) {
  const { sku, orderId, path: orderPath } = await refunds.paidOrder({ quantity: 5 });
  const shipped = await refunds.ship(orderPath, 4);
  expect(shipped.status, shipped.text).toBeLessThan(300);
  const lines = [{ lineId: 'line-1', quantity: 4 }];
  const { refund, refundId, path } = await refunds.requested(orderId, { reason, lines });
  expect(refund.amountMinor).toBe(4000);
  const rmaId = String(refund.return.rmaId);
  return {
    sku,
    orderId,
    refundId,
    path,
    rmaId,
    getRefund: () => refunds.read(path),
    getReturn: async () => (await office.client('storefront').get(`/returns/${rmaId}`)).body,
    receive: (receiptId: string, units: Record<string, number>, content: Record<string, unknown> = {}) =>
      refunds.receive(rmaId, receiptId, units, content),
  };
}

const stockOf = async (sku: string) => {
  const { onHand, reserved, available, unavailableBy } = await refunds.read(`/stock/${sku}`);
  return { onHand, reserved, available, damaged: unavailableBy.damaged };
};
/** Of 100 units one is still reserved and four are shipped. */
const afterShipment = { onHand: 96, reserved: 1, available: 95, damaged: 0 };

const publishedData = async (refundId: string, definition: typeof ReturnReceived | typeof RefundReturnReceived) => {
  await office.settled();
  const events = await office.lake.events(definition.detailType);
  const byId = new Map(events.map(({ detail }) => [detail.metadata.eventId, detail.data]));
  return [...byId.values()].filter((data) => (data as { refundId: string }).refundId === refundId);
};

test('a return in two parcels updates stock and refunds the units received less missing units and fees, once', async () => {
  const { sku, orderId, refundId, rmaId, path, receive, getRefund, getReturn } = await requestedReturn('changed-mind');
  const expected = await getRefund();
  expect(expected).toMatchObject({ status: 'awaiting-return', return: { status: 'expected' } });
  expect(expected.deadlineAt).toBe(expected.return.returnBy);
  expect(Date.parse(expected.deadlineAt) - Date.parse(expected.requestedAt)).toBe(30 * msPerDay);
  expect(await getReturn()).toMatchObject({
    status: 'expected',
    labels: [{ reference: rmaId, warehouse: 'main', to: { country: 'GB' }, units: [{ sku, quantity: 4 }] }],
    units: [{ lineId: 'line-1', sku, expected: 4, restock: 0, damaged: 0, missing: 0 }],
  });

  const first = () => receive('parcel-1', { restock: 1, damaged: 1 });
  const responses = await Promise.all([first(), first(), first()]);
  expect(responses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 201]);
  expect((await getRefund()).status).toBe('awaiting-return');
  expectProblem(await refunds.withdraw(path), 409, 'illegal-transition');
  const last = await receive('parcel-2', { restock: 1, missing: 1 });
  expect(last.status, last.text).toBe(201);
  expect(last.body).toMatchObject({ status: 'received', units: [{ restock: 2, damaged: 1, missing: 1 }] });
  expect(last.body.receipts.map(({ receiptId }: { receiptId: string }) => receiptId)).toEqual(['parcel-1', 'parcel-2']);

  // 40.00 less one missing unit, less 10 % of the three received units, less return shipping.
  const amountMinor = 2450;
  expect(await getRefund()).toMatchObject({ amountMinor, pots: [{ quantity: 3 }], payouts: [{ amountMinor }] });
  const refundable = await refunds.refundable(orderId);
  expect(refundable).toMatchObject({
    capturedMinor: 5000,
    refundedMinor: 0,
    pendingMinor: 2450,
    refundableMinor: 2550,
  });
  expect(refundable.lines[0].refundable).toMatchObject({ minor: 2550, quantity: 2 });
  const afterReturn = { onHand: 99, reserved: 1, available: 97, damaged: 1 };
  await expect.poll(() => stockOf(sku)).toEqual(afterReturn);

  for (const again of [await first(), await receive('parcel-2', { restock: 1, missing: 1 })]) {
    expect(again.status).toBe(200);
    expect(again.headers['idempotent-replayed']).toBe('true');
  }
  expect(await publishedData(refundId, ReturnReceived)).toHaveLength(2);
  expect(await publishedData(refundId, RefundReturnReceived)).toMatchObject([
    {
      amountMinor,
      missing: [{ sku, quantity: 1 }],
      withheld: { missingMinor: 1000, restockingMinor: 300, returnShippingMinor: 250 },
    },
  ]);
  expect(await stockOf(sku)).toEqual(afterReturn);
  const { movements } = (await office.client('warehouse').get(`/stock/${sku}/movements`)).body;
  const returns = movements.filter(({ type }: { type: string }) => type === 'return');
  expect(returns).toHaveLength(3);
  expect(returns[0]).toMatchObject({ reason: 'changed-mind', actor: 'warehouse' });
});

test('a returned amount counts as refunded once the provider confirms the payout', async () => {
  const { orderId, refundId, receive, getRefund } = await requestedReturn('changed-mind');
  expect((await receive('p-1', { restock: 4 })).status).toBe(201);
  const amountMinor = 4000 - 400 - 250;
  await expect.poll(async () => (await getRefund()).status).toBe('paying');
  const content = {
    eventId: `paid-${refundId}`,
    refundId: `${refundId}.0.1`,
    amountMinor,
    occurredAt: new Date().toISOString(),
  };
  const order = { orderId, paymentId: `pay-${orderId}` };
  await Promise.all([refunds.notifyPayout(order, content), refunds.notifyPayout(order, content)]);
  await expect.poll(async () => (await getRefund()).status).toBe('paid');
  await office.settled();
  expect(await getRefund()).toMatchObject({ amountMinor, payouts: [{ status: 'succeeded', amountMinor }] });
  const refundable = await refunds.refundable(orderId);
  expect(refundable).toMatchObject({ refundedMinor: amountMinor, pendingMinor: 0 });
  expect(refundable.lines).toMatchObject([
    { refunded: { minor: amountMinor, quantity: 4 }, refundable: { quantity: 1 } },
  ]);
});

test('a refund is rejected when the fees equal its amount, and the returned units are not refundable again', async () => {
  await setFees({ returnShippingMinor: 4000 });
  const { orderId, receive, getRefund } = await requestedReturn('changed-mind');
  await setFees({});
  expect((await receive('p-1', { restock: 3, missing: 1 })).status).toBe(201);
  expect(await getRefund()).toMatchObject({ status: 'rejected', return: { status: 'received' } });
  const refundable = await refunds.refundable(orderId);
  expect(refundable).toMatchObject({ refundedMinor: 0, pendingMinor: 0 });
  expect(refundable.lines).toMatchObject([{ refunded: { minor: 0, quantity: 3 }, refundable: { quantity: 2 } }]);
});

test('concurrent receipts accept as many units as the return expects', async () => {
  const { sku, receive, getRefund } = await requestedReturn('changed-mind');
  const responses = await Promise.all(Array.from({ length: 9 }, (_, index) => receive(`p-${index}`, { restock: 1 })));
  const refused = responses.filter(({ status }) => status !== 201);
  expect(responses.filter(({ status }) => status === 201)).toHaveLength(4);
  for (const response of refused) {
    expectProblem(response, 409, 'not-expected');
    expect(response.body.lines).toEqual([{ lineId: 'line-1', expected: 0, received: 1 }]);
  }
  expect((await getRefund()).amountMinor).toBe(4000 - 400 - 250);
  await office.settled();
  expect(await stockOf(sku)).toEqual({ onHand: 100, reserved: 1, available: 99, damaged: 0 });
});

test('a refund approved before its return keeps its amount, and the event lists missing units', async () => {
  const { sku, refundId, receive, getRefund } = await requestedReturn('late');
  expect(await getRefund()).toMatchObject({ return: { status: 'expected' } });
  expect((await receive('p-1', { restock: 3, missing: 1 })).status).toBe(201);
  expect(await getRefund()).toMatchObject({ amountMinor: 4000, return: { status: 'received' } });
  const [event, ...others] = await publishedData(refundId, ReturnReceived);
  expect(event).toMatchObject({ isComplete: true, units: [{ quantity: 3 }, { disposition: 'missing', quantity: 1 }] });
  expect([others, await publishedData(refundId, RefundReturnReceived)]).toEqual([[], []]);
  expect(await stockOf(sku)).toEqual({ ...afterShipment, onHand: 99, available: 98 });
});

test('a return gets labels after approval, and a defective product is returned without fees', async () => {
  const { sku, path, receive, getRefund, getReturn } = await requestedReturn('defective');
  expect(await getReturn()).toMatchObject({ status: 'requested', labels: [] });
  expectProblem(await receive('p-1', { restock: 4 }), 409, 'illegal-transition');
  const decided = await refunds.decide(path);
  expect(decided.body, decided.text).toMatchObject({ status: 'awaiting-return' });
  const { deadlineAt } = await getRefund();
  expect(Math.round((Date.parse(deadlineAt) - Date.now()) / msPerDay)).toBe(30);
  expect(await getReturn()).toMatchObject({ status: 'expected', returnBy: deadlineAt, labels: [{}] });
  expect((await receive('p-1', { damaged: 4 }, { warehouse: 'north' })).status).toBe(201);
  expect((await getRefund()).amountMinor).toBe(4000);
  const north = async () =>
    (await refunds.read(`/stock/${sku}`)).warehouses.find(
      ({ warehouse }: { warehouse: string }) => warehouse === 'north',
    );
  await expect.poll(north).toMatchObject({ onHand: 4, available: 0, unavailableBy: { damaged: 4 } });
});

test('a return without any units rejects the refund, and the units can be requested again', async () => {
  const { sku, orderId, receive, getRefund } = await requestedReturn('changed-mind');
  expect((await receive('p-1', { missing: 4 })).status).toBe(201);
  expect(await getRefund()).toMatchObject({ status: 'rejected' });
  expect(await refunds.refundable(orderId)).toMatchObject({ pendingMinor: 0, refundableMinor: 5000 });
  await office.settled();
  expect(await stockOf(sku)).toEqual(afterShipment);
});

test('stock posts each returned unit once when events arrive repeatedly and out of order', async () => {
  const { sku, orderId, refundId, rmaId } = await requestedReturn('changed-mind');
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
  const entry = 'stock-update/returns/return-received.handler.ts';
  await Promise.all([
    deliver(office, entry, events),
    deliver(office, entry, events.toReversed()),
    deliver(office, entry, [...events, ...events]),
  ]);
  expect(await stockOf(sku)).toEqual({ onHand: 99, reserved: 1, available: 97, damaged: 1 });
});

test('a receipt is refused for an unknown line, a reused id and a rejected refund', async () => {
  const { rmaId, path, receive } = await requestedReturn('changed-mind');
  expectProblem(await office.client('marketplace').get(`/returns/${rmaId}`), 404);
  expectProblem(await office.client('service').get(`/returns/${rmaId.slice(0, -1)}0`), 404);
  expectProblem(await office.client('service').post(`/returns/${rmaId}/receipts`, {}), 403);
  const otherLine = { units: [{ lineId: 'line-2', quantity: 1, disposition: 'restock' }] };
  const unknown = await receive('p-1', {}, otherLine);
  expectProblem(unknown, 422, 'invalid-content');
  expect(unknown.body.errors).toMatchObject([{ pointer: '/units/0/lineId' }]);
  expect((await receive('p-1', { restock: 1 })).status).toBe(201);
  expectProblem(await receive('p-1', { restock: 2 }), 409, 'receipt-conflict');
  const rejected = await refunds.decide(path, 'finance', 'reject');
  expect(rejected.status, rejected.text).toBe(200);
  expectProblem(await receive('p-2', { restock: 1 }), 409, 'illegal-transition');
});
