import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { correctDelivery, deliver } from '../../../functions/order-intake/fulfilment/delivery.ts';
import { complete } from '../../../functions/order-intake/order/deadlines.ts';
import type { Outcome } from '../../../functions/order-intake/order/change.ts';
import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import { aCause } from '../../support/builders.ts';
import { aPlacedOrder, noon } from '../../support/orders/placed-order.ts';

const dayMs = 86_400_000;
const returnWindowDays = 30;
const shippedAt = '2026-03-01T12:00:00.000Z';
const atDay = (days: number) => new Date(Date.parse(shippedAt) + days * dayMs).toISOString();

const changeOf = (outcome: Outcome) => {
  if (outcome.kind !== 'changed') throw new Error(`Outcome was ${outcome.kind}`);
  return outcome;
};
/** An order shipped completely as parcels 1, 2, ... */
const shippedOrder = (parcels = 1): OrderItem =>
  aPlacedOrder([{ quantity: parcels, totalMinor: 1000 }], {
    status: 'shipped',
    lines: aPlacedOrder([{ quantity: parcels, totalMinor: 1000 }]).lines.map((line) =>
      Object.assign(line, { shippedQuantity: parcels }),
    ),
    shipments: Array.from({ length: parcels }, (_, index) => ({
      shipmentId: `s-${index + 1}`,
      contentHash: '',
      lines: [{ lineId: 'line-1', quantity: 1 }],
      shippedAt,
    })),
  });
const delivered = (order: OrderItem, deliveredAt?: string, shipmentId = 's-1') =>
  deliver(order, { shipmentId, deliveredAt, now: noon }, returnWindowDays);
const corrected = (order: OrderItem, deliveredAt: string, now = noon, shipmentId = 's-1') =>
  correctDelivery(order, { shipmentId, deliveredAt, reason: 'mistyped', now }, returnWindowDays);

const inFuture = { kind: 'invalid', type: 'delivered-in-future', errors: [{ pointer: '/deliveredAt' }] };
const beforeShipped = { kind: 'invalid', type: 'delivered-before-shipped', errors: [{ pointer: '/deliveredAt' }] };
const times: [string, object][] = [
  // The caller's clock may be up to five minutes ahead.
  ['2026-03-05T12:05:00Z', { kind: 'changed', order: { completesAt: '2026-04-04T12:05:00.000Z' } }],
  ['2026-03-05T12:05:02Z', inFuture],
  // Thirty days later has a year of five digits, which cannot be parsed again.
  ['9999-12-31T00:00:00Z', inFuture],
  ['2026-03-01T12:00:00Z', { kind: 'changed', order: { completesAt: '2026-03-31T12:00:00.000Z' } }],
  ['2026-03-01T13:00:00+02:00', beforeShipped],
  ['2026-03-01T11:59:59Z', beforeShipped],
  ['2025-03-04T12:00:00Z', beforeShipped],
  ['1970-01-01T00:00:00Z', beforeShipped],
];

describe('the time of a delivery', () => {
  test.each(times)('recorded as %s', (deliveredAt, expected) => {
    expect(delivered(shippedOrder(), deliveredAt)).toMatchObject(expected);
  });

  test.each(times)('corrected to %s', (deliveredAt, expected) => {
    expect(corrected(changeOf(delivered(shippedOrder())).order, deliveredAt)).toMatchObject(expected);
  });

  test('is now by default, but never before the shipment', () => {
    const nowText = new Date(noon).toISOString();
    expect(delivered(shippedOrder())).toMatchObject({ order: { shipments: [{ deliveredAt: nowText }] } });
    const beforeShipment = { shipmentId: 's-1', now: Date.parse(shippedAt) - 3 };
    expect(deliver(shippedOrder(), beforeShipment, returnWindowDays)).toMatchObject({
      order: { shipments: [{ deliveredAt: shippedAt }] },
    });
  });
});

describe('a correction', () => {
  test('names both times, the reason and the new end of the return window', () => {
    const order = changeOf(delivered(shippedOrder(), atDay(1))).order;
    const { order: after, events } = changeOf(corrected(order, atDay(3)));
    expect(after).toMatchObject({ status: 'delivered', completesAt: atDay(33), version: order.version + 1 });
    expect(events.map((draft) => draft(aCause()))).toMatchObject([
      {
        'detail-type': 'OrderDeliveryCorrected',
        detail: { data: { shipmentId: 's-1', deliveredAt: atDay(3), deliveredAtBefore: atDay(1), reason: 'mistyped' } },
      },
    ]);
    expect(corrected(after, atDay(3))).toMatchObject({ kind: 'already-done' });
  });

  test.each<[string, OrderItem, object]>([
    ['an unknown shipment', changeOf(delivered(shippedOrder(2), atDay(1), 's-2')).order, { kind: 'conflict' }],
    ['a shipment on its way', shippedOrder(), { kind: 'conflict', type: 'not-delivered' }],
    ['an order without shipments', aPlacedOrder(), { kind: 'unknown' }],
  ])('of %s is refused', (_name, order, expected) => {
    expect(corrected(order, atDay(2))).toMatchObject(expected);
  });

  test.each<[string, number, string, number, object]>([
    ['a later time opens the window again', 0, 'completed', 40, { status: 'delivered', completesAt: atDay(41) }],
    ['a window that is over anyway stays closed', 0, 'completed', 80, { status: 'completed', completesAt: atDay(41) }],
    ['an earlier time shortens the window', 20, 'delivered', 25, { status: 'delivered', completesAt: atDay(41) }],
  ])('of a completed order: %s', (_name, firstDay, status, nowDay, expected) => {
    const now = Date.parse(shippedAt) + nowDay * dayMs;
    const first = changeOf(
      deliver(
        shippedOrder(),
        { shipmentId: 's-1', deliveredAt: atDay(firstDay), now: Date.parse(atDay(firstDay)) },
        30,
      ),
    ).order;
    const before = status === 'completed' ? changeOf(complete(first, now)).order : first;
    expect(before.status).toBe(status);
    const after = changeOf(corrected(before, atDay(11), now)).order;
    expect(after).toMatchObject(expected);
    // The sweep completes it after its new window.
    const isOver = Date.parse(atDay(41)) <= now;
    expect(complete({ ...after, status: 'delivered' }, now).kind).toBe(isOver ? 'changed' : 'already-done');
  });

  test('of any parcels in any order leaves the window that starts with the latest delivery', () => {
    const days = fc.integer({ min: 0, max: 4 });
    const changes = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), days), { maxLength: 12 });
    fc.assert(
      fc.property(changes, (wanted) => {
        let order = [1, 2, 3].reduce(
          (sum, parcel) => changeOf(delivered(sum, atDay(1), `s-${parcel}`)).order,
          shippedOrder(3),
        );
        const last = new Map([1, 2, 3].map((parcel) => [parcel, 1]));
        for (const [parcel, day] of wanted) {
          const outcome = corrected(order, atDay(day), noon, `s-${parcel}`);
          order = outcome.kind === 'changed' ? outcome.order : order;
          last.set(parcel, day);
        }
        expect(order.completesAt).toBe(atDay(Math.max(...last.values()) + returnWindowDays));
        expect(order.status).toBe('delivered');
      }),
    );
  });
});
