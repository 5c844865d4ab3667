import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createHistoryStore } from '../../functions/refund-approval/requests/history-store.ts';
import { type BackOffice, startBackOffice } from '../support/back-office.ts';
import { withShortWindows } from '../support/edited-template.ts';
import { aPayment, placedOrder, postPayment } from '../support/life.ts';
import { orderOf, stockedSku } from '../support/shop.ts';
import { environmentEdit, paymentWindow } from '../support/template-edits.ts';

/** Of the marketplace's orders, to be paid. */
const windowMs = 1000;

let office: BackOffice;
/** Every message of the bus reaches its queue twice, the second time later. */
let isDoubled = false;
beforeAll(async () => {
  office = await startBackOffice({
    cdkOut: withShortWindows(environmentEdit('CHANNELS', paymentWindow('marketplace', windowMs / 60_000))),
    faults: { onDelivery: () => (isDoubled ? { delaysSeconds: [0, 1] } : undefined) },
  });
});
afterAll(() => office.stop());

const wait = <T>(check: () => Promise<T>) => vi.waitFor(check, { timeout: 50_000, interval: 50 });
const refundsOf = async (orderId: string) =>
  (await office.client('service').get(`/refunds?orderId=${orderId}`)).body.refunds;
const refundable = async (orderId: string) =>
  (await office.client('service').get(`/orders/${orderId}/refundable`)).body;
const cancel = (path: string, lines?: object[]) =>
  office
    .client('storefront')
    .post(`${path}/cancellation`, { requestId: randomUUID(), reason: 'no more wanted', lines });
const capture = (orderId: string, amountMinor: number) => postPayment(office, aPayment(orderId, { amountMinor }));
const request = (orderId: string, given: object) =>
  office.client('service').post('/refunds', { requestId: randomUUID(), orderId, reason: 'late', ...given });
const tell = (orderId: string, refundId: string, amountMinor: number) =>
  postPayment(office, aPayment(orderId, { type: 'refund.succeeded', refundId, amountMinor }));

describe('the money of cancelled units', () => {
  test('goes back by itself, for each cancellation once, also when every event comes twice', async () => {
    const { orderId, path } = await placedOrder(office, { quantity: 3 });
    await capture(orderId, 3000);
    isDoubled = true;
    await cancel(path, [{ lineId: 'line-1', quantity: 1 }]);
    await cancel(path);
    await office.settled();
    isDoubled = false;
    const refunds = await refundsOf(orderId);
    expect(refunds.reduce((sum: number, { amountMinor }: { amountMinor: number }) => sum + amountMinor, 0)).toBe(3000);
    for (const refund of refunds) {
      expect(refund).toMatchObject({ reason: 'cancelled', status: 'paying', policy: { rule: 'cancelled' } });
      expect(refund).toMatchObject({ requestedBy: 'storeworks.refund-approval' });
    }
    expect(await refundable(orderId)).toMatchObject({ pendingMinor: 3000, refundableMinor: 0 });
    for (const { refundId, amountMinor } of refunds) await tell(orderId, refundId, amountMinor);
    await wait(async () => expect(await refundable(orderId)).toMatchObject({ pendingMinor: 0, refundedMinor: 3000 }));
  });

  test('goes back when it comes after the cancellation', async () => {
    const { orderId, path } = await placedOrder(office);
    await cancel(path);
    await capture(orderId, 1000);
    await wait(async () => expect(await refundsOf(orderId)).toMatchObject([{ amountMinor: 1000, status: 'paying' }]));
  });

  test('stays where nothing was captured, or the units were refunded before', async () => {
    const unpaid = await placedOrder(office);
    await cancel(unpaid.path);
    const refunded = await placedOrder(office, { quantity: 3 });
    await capture(refunded.orderId, 3000);
    await request(refunded.orderId, { lines: [{ lineId: 'line-1', quantity: 2 }] });
    await cancel(refunded.path, [{ lineId: 'line-1', quantity: 2 }]);
    await office.settled();
    expect(await refundsOf(unpaid.orderId)).toEqual([]);
    expect(await refundsOf(refunded.orderId)).toMatchObject([{ amountMinor: 2000, reason: 'late' }]);
    // With the other unit it is clear what is owed.
    await cancel(refunded.path);
    await wait(async () => expect(await refundable(refunded.orderId)).toMatchObject({ pendingMinor: 3000 }));
    expect((await refundsOf(refunded.orderId)).map(({ reason }: { reason: string }) => reason)).toEqual([
      'cancelled',
      'late',
    ]);
  });

  test('goes back for an order that expired before it came, also when every event comes twice', async () => {
    const sku = await stockedSku(office, { priceMinor: 500 });
    const content = orderOf(sku, { lines: [{ sku, quantity: 2 }] });
    const { body: order } = await office.client('marketplace').post('/orders', content);
    expect(order.status).toBe('payment-pending');
    await sleep(windowMs);
    isDoubled = true;
    await postPayment(office, aPayment(order.orderId, { paymentId: 'pay-1', amountMinor: 700 }));
    await postPayment(office, aPayment(order.orderId, { paymentId: 'pay-2', amountMinor: 300 }));
    await office.settled();
    isDoubled = false;
    const none = { minor: 0, taxMinor: 0, quantity: 0 };
    expect(await refundable(order.orderId)).toMatchObject({
      lines: [{ captured: none, refundable: none }],
      overpaid: { captured: { minor: 1000 } },
      pendingMinor: 1000,
      refundableMinor: 0,
    });
    const refunds = await refundsOf(order.orderId);
    expect(refunds.every(({ policy }: { policy: { rule: string } }) => policy.rule === 'cancelled')).toBe(true);
  });

  test('goes back by as much as edits lowered an order, whatever was paid too much before', async () => {
    const edit = (path: string, quantity: number) =>
      office
        .client('storefront')
        .post(`${path}/edits`, { editId: randomUUID(), reason: 'x', lines: [{ lineId: 'line-1', quantity }] });
    const lowered = await placedOrder(office, { quantity: 3 });
    await capture(lowered.orderId, 3500);
    isDoubled = true;
    expect((await edit(lowered.path, 1)).status).toBe(200);
    await office.settled();
    // What an earlier refund was for may be the very unit that is taken off.
    const refunded = await placedOrder(office, { quantity: 3 });
    await capture(refunded.orderId, 3000);
    await request(refunded.orderId, { lines: [{ lineId: 'line-1', quantity: 1 }] });
    await edit(refunded.path, 2);
    await office.settled();
    isDoubled = false;
    expect(await refundsOf(lowered.orderId)).toMatchObject([{ amountMinor: 2000, status: 'paying' }]);
    expect(await refundsOf(refunded.orderId)).toMatchObject([{ amountMinor: 1000, reason: 'late' }]);
    // The edit is undone: nothing more is owed than what nobody can explain.
    await edit(lowered.path, 3);
    await capture(lowered.orderId, 2000);
    await office.settled();
    expect(await refundsOf(lowered.orderId)).toHaveLength(1);
  });

  test('is staff’s to look at where nobody cancelled: too much paid, or an open chargeback', async () => {
    const over = await placedOrder(office);
    await capture(over.orderId, 1500);
    const disputed = await placedOrder(office);
    await capture(disputed.orderId, 1000);
    await postPayment(office, aPayment(disputed.orderId, { type: 'chargeback.opened' }));
    await cancel(disputed.path);
    await office.settled();
    expect(await refundsOf(over.orderId)).toEqual([]);
    expect(await refundsOf(disputed.orderId)).toEqual([]);
  });
});

describe('a chargeback', () => {
  test('before the payout stops it: the bank decides, and credit would pay twice', async () => {
    const { orderId } = await placedOrder(office, { priceMinor: 20_000 });
    await capture(orderId, 20_000);
    const asked = await request(orderId, { lines: [{ lineId: 'line-1', quantity: 1 }] });
    expect(asked.body.status).toBe('pending-approval');
    const path = `/refunds/${asked.body.refundId}`;
    await postPayment(office, aPayment(orderId, { type: 'chargeback.opened', amountMinor: 20_000 }));
    const approved = await office.client('finance').post(`${path}/decisions`, { decision: 'approve' });
    expect(approved.body.status, approved.text).toBe('approved');
    await wait(async () =>
      expect((await office.client('service').get(path)).body).toMatchObject({
        status: 'payout-failed',
        payouts: [{ status: 'failed', failure: 'chargeback-open' }],
      }),
    );
    for (const action of ['retry', 'store-credit']) {
      const answer = await office.client('finance').post(`${path}/payout`, { action });
      expect(answer.body, answer.text).toMatchObject({ status: 409, type: 'chargeback-open' });
    }
    expect(await refundable(orderId)).toMatchObject({
      pendingMinor: 0,
      refundedMinor: 0,
      blockedBy: 'chargeback-open',
    });
  });
});

describe('a customer’s history', () => {
  const historyOf = async (customerId: string) => {
    const { dynamodbEndpoint: endpoint, region } = office.credentials;
    const credentials = { accessKeyId: 'administrator', secretAccessKey: 'local' };
    const db = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region, credentials }));
    const nameOf = (id: string) =>
      office.context.template.ofType('AWS::DynamoDB::Table').find(({ logicalId }) => logicalId === id)?.name ?? '';
    return createHistoryStore(db, { REFUND_TABLE_NAME: nameOf('RefundTable'), ORDER_TABLE_NAME: nameOf('OrderTable') })(
      customerId,
    );
  };

  test('counts each order and each refunded order once, from the first order on, whatever comes twice or late', async () => {
    isDoubled = true;
    const customer = { id: `customer-${randomUUID()}` };
    const sku = await stockedSku(office, { priceMinor: 1000 });
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
        const { body } = await request(orderId, { lines });
        await wait(async () =>
          expect((await office.client('service').get(`/refunds/${body.refundId}`)).body.status).toBe('paying'),
        );
        await tell(orderId, body.refundId, amountMinor);
      }
    }
    await office.settled();
    isDoubled = false;
    expect(await historyOf(customer.id)).toMatchObject({
      orders: 3,
      refundedOrders: 2,
      firstOrderAt: '2026-03-02T04:30:00.000Z',
    });
  });
});
