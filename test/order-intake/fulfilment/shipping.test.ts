import { expect, test } from 'vitest';
import { cancel } from '../../../functions/order-intake/cancellation/cancel.ts';
import type { Outcome } from '../../../functions/order-intake/order/change.ts';
import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import { complete } from '../../../functions/order-intake/order/deadlines.ts';
import { deliver } from '../../../functions/order-intake/fulfilment/delivery.ts';
import { ship } from '../../../functions/order-intake/fulfilment/shipping.ts';
import { aPlacedOrder, noon } from '../../support/orders/placed-order.ts';

const changedOf = (outcome: Outcome): OrderItem => {
  if (outcome.kind !== 'changed') throw new Error(`Outcome was ${outcome.kind}`);
  return outcome.order;
};
const returnWindowDays = 30;
const shippedAt = '2026-03-04T09:00:00.000Z';
/** Ships one unit of a line as the shipment with that number. */
const shipped = (order: OrderItem, line: number) =>
  changedOf(
    ship(order, { shipmentId: `s-${line}`, lines: [{ lineId: `line-${line}`, quantity: 1 }], shippedAt }, '', noon),
  );
const arrived = (order: OrderItem, line: number, deliveredAt: string) =>
  deliver(order, { shipmentId: `s-${line}`, deliveredAt, now: noon }, returnWindowDays);

test.each<[string, string | undefined, object]>([
  ['now by default', undefined, { kind: 'changed', order: { shipments: [{ shippedAt: '2026-03-05T12:00:01.000Z' }] } }],
  [
    'an hour after its order',
    '2026-03-05T09:00:00Z',
    { order: { shipments: [{ shippedAt: '2026-03-05T09:00:00Z' }] } },
  ],
  ['by a clock that is slow', '2026-03-05T07:55:00Z', { kind: 'changed' }],
  ['before its order', '2026-03-05T07:54:59Z', { type: 'shipped-before-placed', errors: [{ pointer: '/shippedAt' }] }],
  ['by a clock that is fast', '2026-03-05T12:05:00Z', { kind: 'changed' }],
  ['in the future', '2026-03-05T12:05:02Z', { type: 'shipped-in-future', errors: [{ pointer: '/shippedAt' }] }],
  ['in 1970', '1970-01-01T00:00:00Z', { type: 'shipped-before-placed' }],
])('a shipment %s', (_name, shippedAt, expected) => {
  const order = aPlacedOrder([{ quantity: 1, totalMinor: 1000 }], { placedAt: '2026-03-05T08:00:00Z' });
  const content = { shipmentId: 's-1', lines: [{ lineId: 'line-1', quantity: 1 }], shippedAt };
  expect(ship(order, content, '', noon)).toMatchObject(expected);
});

test('an order with all shipments delivered is delivered once its rest is cancelled, and completed after the return window', () => {
  const line = { quantity: 1, totalMinor: 1000 };
  const placed = aPlacedOrder([line, line, line], { placedAt: '2026-03-04T08:00:00Z' });
  const part = shipped(shipped(placed, 1), 2);
  const rest = { requestId: 'rest', reason: 'sold out', lines: [{ lineId: 'line-3', quantity: 1 }] };
  const one = changedOf(arrived(part, 2, '2026-03-05T12:00:00Z'));
  const both = changedOf(arrived(one, 1, '2026-03-04T12:00:00Z'));
  expect([one.status, both.status]).toEqual(['partly-shipped', 'partly-shipped']);

  const delivered = cancel(both, rest, '');
  expect(delivered).toMatchObject({ order: { status: 'delivered', completesAt: '2026-04-04T12:00:00.000Z' } });
  const inTime = Date.parse('2026-04-04T12:00:00Z');
  expect(complete(changedOf(delivered), inTime - 1)).toMatchObject({ kind: 'already-done' });
  expect(complete(changedOf(delivered), inTime)).toMatchObject({ order: { status: 'completed' } });

  // With a shipment in transit, its delivery changes the status.
  const inTransit = changedOf(cancel(one, rest, ''));
  expect(inTransit.status).toBe('shipped');
  expect(arrived(inTransit, 1, '2026-03-04T12:00:00Z')).toMatchObject({
    order: { status: 'delivered', completesAt: '2026-04-04T12:00:00.000Z' },
  });
});
