import { describe, expect, test } from 'vitest';
import { cancel } from '../../../functions/order-intake/cancellation/cancel.ts';
import { reject, release } from '../../../functions/order-intake/risk/review.ts';
import type { Outcome } from '../../../functions/order-intake/order/change.ts';
import { currentOrderBody } from '../../../functions/order-intake/order/responses.ts';
import { changeResponse } from '../../../functions/order-intake/order/change-api.ts';
import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import { record } from '../../../functions/order-intake/payments/record-payment.ts';
import { deliver } from '../../../functions/order-intake/fulfilment/delivery.ts';
import { ship } from '../../../functions/order-intake/fulfilment/shipping.ts';
import type { Payment } from '../../../shared/payments/payment.ts';
import { aCapture, aCause } from '../../support/builders.ts';
import { aPlacedOrder, noon } from '../../support/orders/placed-order.ts';

const aPayment = (given: Partial<Payment> = {}) => aCapture(500_000, given);
const changeOf = (outcome: Outcome) => {
  if (outcome.kind !== 'changed') throw new Error(`Not changed: ${JSON.stringify(outcome)}`);
  return outcome;
};
const orderOf = (outcome: Outcome) => changeOf(outcome).order;
const draftedEvents = (outcome: Outcome) =>
  changeOf(outcome).events.map((draft) => {
    const { 'detail-type': type, detail } = draft(aCause());
    return { type, data: detail.data };
  });
const parcel = (lineId: string) => ({ shipmentId: `of-${lineId}`, lines: [{ lineId, quantity: 1 }] });
const shipped = (order: OrderItem, lineId: string) => ship(order, parcel(lineId), lineId, noon);
const chargeback = aPayment({ eventId: 'chargeback', type: 'chargeback.opened' });

/** A paid order of two units for 5,000 pounds, one of them shipped. */
const halfShipped = (): OrderItem => {
  const goods = [250_000, 250_000].map((totalMinor) => ({ quantity: 1, totalMinor }));
  const given = { status: 'paid' as const, payments: [aPayment()], shippingMinor: 0, totalMinor: 500_000 };
  return orderOf(shipped(aPlacedOrder(goods, given), 'line-1'));
};
const held = (): OrderItem => orderOf(record(halfShipped(), chargeback));

describe('the rest of a partly shipped order', () => {
  test.each<[string, Partial<Payment>, string[]]>([
    ['a chargeback', { type: 'chargeback.opened' }, ['chargeback']],
    ['an excess capture', { amountMinor: 1 }, ['overpaid']],
    ['another currency', { currency: 'EUR' }, ['wrong-currency']],
  ])('is held for %s and cannot be shipped', (_, payment, reasons) => {
    const outcome = record(halfShipped(), aPayment({ eventId: 'second', ...payment }));
    const order = orderOf(outcome);
    expect(currentOrderBody(order, noon)).toMatchObject({ status: 'partly-shipped', holdReasons: reasons });
    expect(draftedEvents(outcome).slice(1)).toMatchObject([
      { type: 'OrderHeld', data: { status: 'partly-shipped', reasons } },
    ]);
    const refused = changeResponse(shipped(order, 'line-2'), noon, 201);
    expect(refused).toMatchObject({
      status: 409,
      body: { type: 'illegal-transition', currentStatus: 'partly-shipped', holdReasons: reasons },
    });
  });

  test('is not held as underpaid when each shipment is captured separately', () => {
    const first = orderOf(record({ ...halfShipped(), payments: [] }, aPayment({ amountMinor: 250_000 })));
    expect(first.holdReasons).toBeUndefined();
    expect(orderOf(shipped(first, 'line-2')).status).toBe('shipped');
    const second = aPayment({ eventId: 'second', amountMinor: 250_000 });
    expect(orderOf(record(first, second)).holdReasons).toBeUndefined();
    const nothing = orderOf(record({ ...halfShipped(), payments: [] }, aPayment({ amountMinor: 0 })));
    expect(orderOf(shipped(nothing, 'line-2')).status).toBe('shipped');
  });

  test('can be shipped after a release, which is published and happens once', () => {
    for (const given of [{}, { paymentWindowMinutes: 5 }, { payments: [chargeback], paymentWindowMinutes: 5 }]) {
      const outcome = release({ ...held(), ...given }, 'a bank error', noon);
      expect(draftedEvents(outcome)).toMatchObject([{ type: 'OrderReleased', data: { status: 'partly-shipped' } }]);
      const released = orderOf(outcome);
      expect(released).toMatchObject({ status: 'partly-shipped', holdReasons: undefined, reservedUntil: null });
      expect(release(released, 'again', noon)).toMatchObject({ kind: 'illegal', status: 'partly-shipped' });
      expect(orderOf(shipped(released, 'line-2')).status).toBe('shipped');
    }
  });

  test('is cancelled and its stock released by a rejection, while shipped units stay shipped', () => {
    const outcome = reject(held(), 'fraud');
    expect(draftedEvents(outcome)).toMatchObject([
      {
        type: 'OrderLinesCancelled',
        data: { requestId: 'review', status: 'shipped', cancelledMinor: 250_000, lines: [{ lineId: 'line-2' }] },
      },
    ]);
    expect(changeOf(outcome).stock).toMatchObject({ kind: 'release', reservations: [{ sku: 'SKU-2' }] });
    expect(orderOf(outcome)).toMatchObject({ status: 'shipped', holdReasons: undefined });
    expect(reject(orderOf(outcome), 'fraud')).toMatchObject({ kind: 'illegal', status: 'shipped' });
    expect(reject(halfShipped(), 'fraud')).toMatchObject({ kind: 'illegal', status: 'partly-shipped' });
  });

  test('stays held when the shipped units are delivered, and can be cancelled', () => {
    const arrived = orderOf(
      deliver(held(), { shipmentId: 'of-line-1', deliveredAt: new Date(noon).toISOString(), now: noon }, 30),
    );
    expect(arrived).toMatchObject({ status: 'partly-shipped', holdReasons: ['chargeback'] });
    expect(shipped(arrived, 'line-1')).toMatchObject({ kind: 'already-done' });
    const lines = [{ lineId: 'line-2', quantity: 1 }];
    expect(orderOf(cancel(arrived, { requestId: 'r', reason: 'x', lines }, ''))).toMatchObject({
      status: 'delivered',
      holdReasons: undefined,
    });
  });
});
