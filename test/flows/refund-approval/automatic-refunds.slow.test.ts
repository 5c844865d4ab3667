import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHistoryStore } from '../../../functions/refund-approval/requests/history-store.ts';
import { adminClient } from '../../bench/order-lane.ts';
import { placedOrder } from '../../support/orders/order-api.ts';
import { refundDriver } from '../../support/refunds/refund-driver.ts';
import { type BackOffice, resourceName, startBackOffice } from '../../support/system/back-office.ts';
import { withShortWindows } from '../../support/system/edited-template.ts';
import { environmentEdit, paymentWindow } from '../../support/system/template-edits.ts';
import { orderOf, stockedSku } from '../../support/system/test-data.ts';

/** Payment time limit of the marketplace, in milliseconds. */
const windowMs = 1000;

let office: BackOffice;
/** Whether every event is delivered twice, the second time later. */
let isDuplicated = false;
beforeAll(async () => {
  office = await startBackOffice({
    cdkOut: withShortWindows(environmentEdit('CHANNELS', paymentWindow('marketplace', windowMs / 60_000))),
    faults: { onDelivery: () => (isDuplicated ? { delaysSeconds: [0, 1] } : undefined) },
  });
});
afterAll(() => office.stop());

const refunds = refundDriver(() => office);
const order = (given?: Parameters<typeof placedOrder>[1]) => placedOrder(office, given);
const capture = (orderId: string, amountMinor: number) => refunds.pay(orderId, { amountMinor });
const confirmPayout = (orderId: string, refundId: string, amountMinor: number) =>
  refunds.notifyPayout({ orderId, paymentId: 'pay-1' }, { refundId, amountMinor });
const edit = (path: string, quantity: number) =>
  office
    .client('storefront')
    .post(`${path}/edits`, { editId: randomUUID(), reason: 'x', lines: [{ lineId: 'line-1', quantity }] });

/** Runs an action and waits until all its events have been delivered twice. */
async function withDuplicates(action: () => Promise<unknown>) {
  isDuplicated = true;
  await action();
  await office.settled();
  isDuplicated = false;
}

describe('the payment for cancelled units', () => {
  test('is refunded automatically once per cancellation, also when every event arrives twice', async () => {
    const { orderId, path } = await order({ quantity: 3 });
    await capture(orderId, 3000);
    await withDuplicates(async () => {
      await refunds.cancel(path, [{ lineId: 'line-1', quantity: 1 }]);
      await refunds.cancel(path);
    });
    const created = await refunds.refundsOf(orderId);
    expect(created.reduce((sum: number, { amountMinor }: { amountMinor: number }) => sum + amountMinor, 0)).toBe(3000);
    for (const refund of created) {
      expect(refund).toMatchObject({ reason: 'cancelled', status: 'paying', policy: { rule: 'cancelled' } });
      expect(refund).toMatchObject({ requestedBy: 'storeworks.refund-approval' });
    }
    expect(await refunds.refundable(orderId)).toMatchObject({ pendingMinor: 3000, refundableMinor: 0 });
    for (const { refundId, amountMinor } of created) await confirmPayout(orderId, refundId, amountMinor);
    await refunds.becomes(`/orders/${orderId}/refundable`, { pendingMinor: 0, refundedMinor: 3000 });
  });

  test('is refunded when the payment arrives after the cancellation', async () => {
    const { orderId, path } = await order();
    await refunds.cancel(path);
    await capture(orderId, 1000);
    await refunds.eventually(async () =>
      expect(await refunds.refundsOf(orderId)).toMatchObject([{ amountMinor: 1000, status: 'paying' }]),
    );
  });

  test('is not refunded when nothing was captured or the units were refunded before', async () => {
    const unpaid = await order();
    await refunds.cancel(unpaid.path);
    const refunded = await order({ quantity: 3 });
    await capture(refunded.orderId, 3000);
    await refunds.request(refunded.orderId, { reason: 'late', lines: [{ lineId: 'line-1', quantity: 2 }] });
    await refunds.cancel(refunded.path, [{ lineId: 'line-1', quantity: 2 }]);
    await office.settled();
    expect(await refunds.refundsOf(unpaid.orderId)).toEqual([]);
    expect(await refunds.refundsOf(refunded.orderId)).toMatchObject([{ amountMinor: 2000, reason: 'late' }]);
    // Cancelling the last unit makes the overpaid amount unambiguous.
    await refunds.cancel(refunded.path);
    await refunds.becomes(`/orders/${refunded.orderId}/refundable`, { pendingMinor: 3000 });
    expect((await refunds.refundsOf(refunded.orderId)).map(({ reason }: { reason: string }) => reason)).toEqual([
      'cancelled',
      'late',
    ]);
  });

  test('is refunded when the order expired before the payment, also when every event arrives twice', async () => {
    const sku = await stockedSku(office, { priceMinor: 500 });
    const content = orderOf(sku, { lines: [{ sku, quantity: 2 }] });
    const { body: expired } = await office.client('marketplace').post('/orders', content);
    expect(expired.status).toBe('payment-pending');
    await sleep(windowMs);
    await withDuplicates(async () => {
      await refunds.pay(expired.orderId, { paymentId: 'pay-1', amountMinor: 700 });
      await refunds.pay(expired.orderId, { paymentId: 'pay-2', amountMinor: 300 });
    });
    const nothing = { minor: 0, taxMinor: 0, quantity: 0 };
    expect(await refunds.refundable(expired.orderId)).toMatchObject({
      lines: [{ captured: nothing, refundable: nothing }],
      overpaid: { captured: { minor: 1000 } },
      pendingMinor: 1000,
      refundableMinor: 0,
    });
    const created = await refunds.refundsOf(expired.orderId);
    expect(created.every(({ policy }: { policy: { rule: string } }) => policy.rule === 'cancelled')).toBe(true);
  });

  test('is refunded by the amount that an edit reduces the order, without earlier overpayments', async () => {
    const reduced = await order({ quantity: 3 });
    await capture(reduced.orderId, 3500);
    // The unit that an edit removes may be the unit that was refunded before.
    const refunded = await order({ quantity: 3 });
    await withDuplicates(async () => {
      expect((await edit(reduced.path, 1)).status).toBe(200);
      await office.settled();
      await capture(refunded.orderId, 3000);
      await refunds.request(refunded.orderId, { reason: 'late' });
      await edit(refunded.path, 2);
    });
    expect(await refunds.refundsOf(reduced.orderId)).toMatchObject([{ amountMinor: 2000, status: 'paying' }]);
    expect(await refunds.refundsOf(refunded.orderId)).toMatchObject([{ amountMinor: 1000, reason: 'late' }]);
    // After the edit is reverted, only the overpayment is left, which staff refund manually.
    await edit(reduced.path, 3);
    await capture(reduced.orderId, 2000);
    await office.settled();
    expect(await refunds.refundsOf(reduced.orderId)).toHaveLength(1);
  });

  test('is not refunded automatically for an overpaid order or during a chargeback', async () => {
    const overpaid = await order();
    await capture(overpaid.orderId, 1500);
    const disputed = await order();
    await capture(disputed.orderId, 1000);
    await refunds.pay(disputed.orderId, { type: 'chargeback.opened' });
    await refunds.cancel(disputed.path);
    await office.settled();
    expect(await refunds.refundsOf(overpaid.orderId)).toEqual([]);
    expect(await refunds.refundsOf(disputed.orderId)).toEqual([]);
  });
});

test('a chargeback opened before the payout stops it, and neither a retry nor store credit is possible', async () => {
  const { orderId } = await order({ priceMinor: 20_000 });
  await capture(orderId, 20_000);
  const { path, refund } = await refunds.requested(orderId, { reason: 'late' });
  expect(refund.status).toBe('pending-approval');
  await refunds.pay(orderId, { type: 'chargeback.opened', amountMinor: 20_000 });
  const approved = await refunds.decide(path);
  expect(approved.body.status, approved.text).toBe('approved');
  await refunds.becomes(path, {
    status: 'payout-failed',
    payouts: [{ status: 'failed', failure: 'chargeback-open' }],
  });
  for (const action of ['retry', 'store-credit'] as const) {
    const response = await refunds.resolvePayout(path, action);
    expect(response.body, response.text).toMatchObject({ status: 409, type: 'chargeback-open' });
  }
  expect(await refunds.refundable(orderId)).toMatchObject({
    pendingMinor: 0,
    refundedMinor: 0,
    blockedBy: 'chargeback-open',
  });
});

test('a customer history counts each order and each refunded order once, also with late and duplicate events', async () => {
  const customer = { id: `customer-${randomUUID()}` };
  const sku = await stockedSku(office, { priceMinor: 1000 });
  await withDuplicates(async () => {
    const times = ['2026-03-05T12:00:00+01:00', '2026-03-01T23:30:00-05:00', '2026-03-09T08:00:00Z'];
    const orders = await Promise.all(
      times.map(async (placedAt) => {
        const placed = await office.client('admin').post('/orders', orderOf(sku, { customer, placedAt }));
        expect(placed.status, placed.text).toBe(201);
        return String(placed.body.orderId);
      }),
    );
    for (const orderId of orders.slice(0, 2)) {
      await capture(orderId, 1000);
      for (const amountMinor of [400, 600]) {
        const lines = [{ lineId: 'line-1', quantity: amountMinor === 600 ? 1 : 0, amountMinor }];
        const { path, refundId } = await refunds.requested(orderId, { reason: 'late', lines });
        await refunds.becomes(path, { status: 'paying' });
        await confirmPayout(orderId, refundId, amountMinor);
      }
    }
  });
  const historyOf = createHistoryStore(DynamoDBDocumentClient.from(adminClient(office.credentials)), {
    REFUND_TABLE_NAME: resourceName(office, 'AWS::DynamoDB::Table', 'Data-RefundTable'),
    ORDER_TABLE_NAME: resourceName(office, 'AWS::DynamoDB::Table', 'Data-OrderTable'),
  });
  expect(await historyOf(customer.id)).toMatchObject({
    orders: 3,
    refundedOrders: 2,
    firstOrderAt: '2026-03-02T04:30:00.000Z',
  });
});
