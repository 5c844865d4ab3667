import assert from 'node:assert';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { cancel } from '../../../functions/order-intake/cancellation/cancel.ts';
import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import { record } from '../../../functions/order-intake/payments/record-payment.ts';
import { refundOverpayment } from '../../../functions/refund-approval/overpayments/overpayment.ts';
import { request } from '../../../functions/refund-approval/requests/decide.ts';
import { createRequestStore } from '../../../functions/refund-approval/requests/request-store.ts';
import { refundIdOf } from '../../../shared/ids.ts';
import { orderKey } from '../../../shared/orders/order-keys.ts';
import { aCapture, aCause } from '../../support/builders.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { aPlacedOrder } from '../../support/orders/placed-order.ts';

const database = databaseForEach();
const store = createRequestStore(database.db, tables);
const refund = refundOverpayment({
  store,
  request,
  deadlineOf: () => '2026-04-01T00:00:00.000Z',
});

const written = async (order: OrderItem) => {
  const Item = { ...order, ...orderKey(order.orderId) };
  await database.db.send(new PutCommand({ TableName: tables.ORDER_TABLE_NAME, Item }));
  return order;
};
const changedOrder = (outcome: ReturnType<typeof record>) => {
  assert(outcome.kind === 'changed', outcome.kind);
  return written(outcome.order);
};
/** The amount refunded after an event of the order that is delivered twice; undefined if none. */
async function refundedAfter({ orderId }: OrderItem, causationId: string) {
  for (let times = 0; times < 2; times += 1) await refund(orderId, 'storefront', aCause({ causationId }));
  return (await store.refund(refundIdOf(orderId, `cancellation-${causationId}`)))?.amountMinor;
}

const free = { shippingMinor: 0, totalMinor: 0 };
const cancelWhole = (order: OrderItem) => changedOrder(cancel(order, { requestId: 'r', reason: 'x' }, ''));

test('refunds money captured for an order with a total of 0 once the order is cancelled, not before', async () => {
  const paid = await changedOrder(record(aPlacedOrder([{ quantity: 1, totalMinor: 0 }], free), aCapture(500)));
  expect(paid.holdReasons).toEqual(['overpaid']);
  expect(await refundedAfter(paid, 'payment')).toBeUndefined();
  const cancelled = await cancelWhole(paid);
  expect(await refundedAfter(cancelled, 'cancellation')).toBe(500);
  const later = await changedOrder(record(cancelled, aCapture(200)));
  expect(await refundedAfter(later, 'later-payment')).toBe(200);
  expect(await refundedAfter(later, 'another')).toBeUndefined();
});

test('refunds the reduction by an edit at once, and the overpayment from before it after the cancellation', async () => {
  const edits = [{ editId: 'e', contentHash: '', differenceMinor: -2500 }];
  const payments = [aCapture(3000)];
  const holdReasons = ['overpaid'];
  const given = { ...free, edits, payments, status: 'on-hold' as const, holdReasons, version: 3 };
  const edited = await written(aPlacedOrder([{ quantity: 1, totalMinor: 0 }], given));
  expect(await refundedAfter(edited, 'edit')).toBe(2500);
  expect(await refundedAfter(await cancelWhole(edited), 'cancellation')).toBe(500);
});
