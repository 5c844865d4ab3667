import { expect, test } from 'vitest';
import { cancel } from '../../../functions/order-intake/cancellation/cancel.ts';
import type { Outcome } from '../../../functions/order-intake/order/change.ts';
import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import { complete } from '../../../functions/order-intake/order/deadlines.ts';
import { deliver, ship } from '../../../functions/order-intake/fulfilment/shipping.ts';
import { aPlacedOrder, noon } from '../../support/orders/placed-order.ts';

const changedOf = (outcome: Outcome): OrderItem => {
  if (outcome.kind !== 'changed') throw new Error(`Outcome was ${outcome.kind}`);
  return outcome.order;
};
const returnWindowDays = 30;
/** Ships one unit of a line as the shipment with that number. */
const shipped = (order: OrderItem, line: number) =>
  changedOf(ship(order, { shipmentId: `s-${line}`, lines: [{ lineId: `line-${line}`, quantity: 1 }] }, '', noon));
const arrived = (order: OrderItem, line: number, deliveredAt: string) =>
  deliver(order, { shipmentId: `s-${line}`, deliveredAt, now: noon }, returnWindowDays);

test.each<[string, object]>([
  // The caller's clock may be up to five minutes ahead.
  ['2026-03-05T12:05:00Z', { kind: 'changed', order: { completesAt: '2026-04-04T12:05:00.000Z' } }],
  ['2026-03-05T12:05:02Z', { kind: 'invalid', type: 'delivered-in-future', errors: [{ pointer: '/deliveredAt' }] }],
  // Thirty days later has a year of five digits, which cannot be parsed again.
  ['9999-12-31T00:00:00Z', { kind: 'invalid' }],
])('delivery of a shipment at %s', (deliveredAt, expected) => {
  expect(arrived(shipped(aPlacedOrder(), 1), 1, deliveredAt)).toMatchObject(expected);
});

test('an order with all shipments delivered is delivered once its rest is cancelled, and completed after the return window', () => {
  const line = { quantity: 1, totalMinor: 1000 };
  const part = shipped(shipped(aPlacedOrder([line, line, line]), 1), 2);
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
