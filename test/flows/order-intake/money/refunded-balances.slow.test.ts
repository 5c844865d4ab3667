import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventTypes, placedOrder } from '../../../support/orders/order-api.ts';
import { refundDriver } from '../../../support/refunds/refund-driver.ts';
import { type BackOffice, startBackOffice } from '../../../support/system/back-office.ts';
import { withShortWindows } from '../../../support/system/edited-template.ts';

let office: BackOffice;
let deliveries = 0;
beforeAll(async () => {
  office = await startBackOffice({
    cdkOut: withShortWindows(),
    // Every event arrives twice, every second one a second later than those after it.
    faults: { onDelivery: () => ({ delaysSeconds: deliveries++ % 2 === 0 ? [0, 1] : [1, 0] }) },
  });
});
afterAll(() => office.stop());

const refunds = refundDriver(() => office);
type Refund = { refundId: string; amountMinor: number; status: string };

/** A paid order of two units at 10.00, from which one is edited away, so that 10.00 are overpaid. */
async function editedDown() {
  const { orderId, path } = await placedOrder(office, { quantity: 2 });
  await refunds.pay(orderId, { amountMinor: 2000 });
  await edit(path, 1);
  const held = { status: 'on-hold', holdReasons: ['overpaid'], payment: { balance: 'overpaid', dueMinor: 1000 } };
  expect(await refunds.read(path)).toMatchObject(held);
  const { refundId } = await refunds.eventually(async () => {
    const [refund] = (await refunds.refundsOf(orderId)) as Refund[];
    expect(refund).toMatchObject({ amountMinor: 1000, status: 'paying' });
    return refund as Refund;
  });
  /** Reports a result of an attempt of the payout, `seconds` from now by the provider's clock. */
  const report = (type: 'refund.succeeded' | 'refund.failed', seconds = 0, attempt = 1) =>
    refunds.notifyPayout(
      { orderId, paymentId: 'pay-1' },
      {
        type,
        refundId: `${refundId}.0.${attempt}`,
        amountMinor: 1000,
        occurredAt: new Date(Date.now() + seconds * 1000).toISOString(),
      },
    );
  return { orderId, path, refundPath: `/refunds/${refundId}`, report };
}

async function edit(path: string, quantity: number) {
  const content = { editId: randomUUID(), reason: 'x', lines: [{ lineId: 'line-1', quantity }] };
  const edited = await office.client('storefront').post(`${path}/edits`, content);
  expect(edited.status, edited.text).toBe(200);
}

const settled = {
  status: 'paid',
  payment: { balance: 'settled', capturedMinor: 2000, dueMinor: 1000, refundedMinor: 1000 },
};

describe('the balance of an order that was edited down', () => {
  test('is settled once the excess is refunded, and the order is released', async () => {
    const { path, report } = await editedDown();
    await report('refund.succeeded');
    await refunds.becomes(path, settled);
    expect((await refunds.read(path)).holdReasons).toBeUndefined();
    await office.settled();
    expect((await eventTypes(office, path)).toSorted()).toEqual([
      'OrderEdited',
      'OrderHeld',
      'OrderPlaced',
      'OrderRefundRecorded',
      'OrderReleased',
      'PaymentRecorded',
      'PaymentRecorded',
    ]);
    // The refunded money pays for no later edit.
    await edit(path, 2);
    const underpaid = { status: 'on-hold', holdReasons: ['underpaid'], payment: { balance: 'underpaid' } };
    expect(await refunds.read(path)).toMatchObject(underpaid);
    await refunds.pay((await refunds.read(path)).orderId, { amountMinor: 1000 });
    expect(await refunds.read(path)).toMatchObject({ status: 'paid', payment: { balance: 'settled' } });
  });

  test.each<[string, 'store-credit' | 'retry' | undefined, object]>([
    ['is overpaid again when the provider returns the refund', undefined, { balance: 'overpaid', refundedMinor: 0 }],
    ['is settled by store credit instead', 'store-credit', { balance: 'settled', refundedMinor: 1000 }],
    ['is settled by another attempt', 'retry', { balance: 'settled', refundedMinor: 1000 }],
  ])('%s', async (_name, resolution, payment) => {
    const { path, refundPath, report } = await editedDown();
    await report('refund.succeeded');
    await refunds.becomes(path, settled);
    await report('refund.failed', 10);
    await refunds.becomes(path, { payment: { balance: 'overpaid', refundedMinor: 0 } });
    if (resolution) await refunds.resolvePayout(refundPath, resolution);
    if (resolution === 'retry') await report('refund.succeeded', 20, 2);
    await refunds.becomes(path, { payment });
    await office.settled();
    // Late and repeated events change nothing, and the order is not held again.
    expect(await refunds.read(path)).toMatchObject({ status: 'paid', payment });
  });

  test('is settled by two refunds that are paid in another order than they were requested', async () => {
    const { orderId, path } = await placedOrder(office, { quantity: 3 });
    await refunds.pay(orderId, { amountMinor: 3000 });
    await edit(path, 2);
    await refunds.eventually(async () => expect(await refunds.refundsOf(orderId)).toHaveLength(1));
    await refunds.cancel(path, [{ lineId: 'line-1', quantity: 1 }]);
    await refunds.eventually(async () => expect(await refunds.refundsOf(orderId)).toHaveLength(2));
    const created = (await refunds.refundsOf(orderId)) as Refund[];
    for (const { refundId, amountMinor } of created) {
      await refunds.becomes(`/refunds/${refundId}`, { status: 'paying' });
      await refunds.notifyPayout({ orderId, paymentId: 'pay-1' }, { refundId, amountMinor });
    }
    await refunds.becomes(path, { payment: { balance: 'settled', dueMinor: 1000, refundedMinor: 2000 } });
  });
});
