import { expect, test } from 'vitest';
import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import { counterEntriesOf } from '../../../functions/order-intake/risk/risk-inputs.ts';
import { scoreOrders } from '../../../functions/order-intake/risk/score-orders.ts';
import { storedCounter, type VelocityCounter } from '../../../functions/order-intake/risk/velocity-counter.ts';
import { store } from '../../../infra/store.ts';
import { orderIdOf } from '../../../shared/ids.ts';
import { aCapture } from '../../support/builders.ts';
import { aPlacedOrder, noon } from '../../support/orders/placed-order.ts';

const ordersPerGroup = 33;

/** Scores 3,300 orders of a channel that come within `minutes`; returns the writes and write units of its hottest counter. */
function score(valuesOf: (index: number) => Partial<OrderItem>, minutes: number) {
  const counters = new Map<string, VelocityCounter>();
  const units = new Map<string, number[]>();
  let held = 0;
  for (let first = 0; first < 3300; first += ordersPerGroup) {
    const group = Array.from({ length: ordersPerGroup }, (_, offset) => {
      const index = first + offset;
      const externalOrderId = `order-${index}`;
      const placedAt = new Date(noon + (index / 3300) * minutes * 60_000).toISOString();
      const orderId = orderIdOf('storefront', externalOrderId);
      const order = aPlacedOrder(undefined, { orderId, externalOrderId, placedAt, ...valuesOf(index) });
      return { order, values: counterEntriesOf(order) };
    });
    const { scored, updates } = scoreOrders(group, [], counters, store.risk, noon);
    held += scored.filter(({ assessment }) => assessment.order.risk?.reasons.some(isVelocity)).length;
    for (const { partition, after } of updates) {
      counters.set(partition, after);
      // A write in a transaction takes two units per KB.
      const written = 2 * Math.ceil(JSON.stringify(storedCounter(after)).length / 1024);
      units.set(partition, [...(units.get(partition) ?? []), written]);
    }
  }
  const hottest = [...units.values()].toSorted((a, b) => sum(b) - sum(a))[0] ?? [];
  return { held, writes: hottest.length, units: sum(hottest) };
}
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const isVelocity = ({ code }: { code: string }) => /-(velocity|failures)$/.test(code);
const failed = (index: number) =>
  aCapture(1, { eventId: `failed-${index}`, type: 'payment.failed', occurredAt: new Date(noon).toISOString() });

test.each<[string, (index: number) => Partial<OrderItem>]>([
  ['the customer id "guest"', () => ({ customer: { id: 'guest' } })],
  ['an empty customer id', () => ({ customer: { id: ' ' } })],
  ['one e-mail address', () => ({ customer: { email: 'orders@shop.example' } })],
  ['e-mail addresses of one mailbox', (index) => ({ customer: { email: `orders+${index}@shop.example` } })],
  ['one address, as of a pick-up point', () => ({ shippingAddress: { country: 'GB', line1: '1 Dock Road' } })],
  ['one card', () => ({ payments: [aCapture(1, { cardFingerprint: 'card' })] })],
  ['failed payments of one card', (index) => ({ payments: [{ ...failed(index), cardFingerprint: 'card' }] })],
])('a channel that sends %s for everybody needs a few writes of its counter, not one per group', (_, valuesOf) => {
  const { held, writes, units } = score(valuesOf, 10);
  // 100 entries, in groups of 33; of failed payments as many again.
  expect(writes).toBeLessThanOrEqual(8);
  expect(units).toBeLessThan(200);
  expect(held).toBeGreaterThan(3250);
});

test('a window that moves on counts again, so that a shared id keeps its points', () => {
  const { writes, held } = score(() => ({ customer: { id: 'guest' } }), 6 * 60);
  expect(writes).toBeGreaterThan(6);
  expect(held).toBeGreaterThan(3250);
});
