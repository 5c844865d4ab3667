import { expect, test } from 'vitest';
import { indexKeys } from '../../../functions/order-intake/order/order-item.ts';
import { orderIdOf } from '../../../shared/ids.ts';
import { customerIndex, emailIndex } from '../../../shared/orders/order-keys.ts';
import { aPlacedOrder } from '../../support/orders/placed-order.ts';

/** The index attributes of 4,000 orders of one customer. */
const keysOf = (customer: { id?: string; email?: string }) =>
  Array.from({ length: 4000 }, (_, index) => {
    const externalOrderId = `order-${index}`;
    const orderId = orderIdOf('storefront', externalOrderId);
    return indexKeys(aPlacedOrder(undefined, { orderId, externalOrderId, customer }), '2026-03-01');
  });

/** The share of the orders that the hottest partition key of an index takes. */
const hottestShare = (keys: readonly (string | undefined)[]) =>
  Math.max(...[...Map.groupBy(keys, (key) => key).values()].map(({ length }) => length)) / keys.length;

test.each([
  ['guest', 'orders@shop.example'],
  ['GUEST', 'no-reply@shop.example'],
  ['guest#1', 'orders+1@shop.example'],
  ['0', 'jörg@müller.example'],
  ['anonymous customer of the web shop', 'a@b.example'],
])('no index key of orders of the customer %s and %s is hotter than that of their day', (id, email) => {
  const written = keysOf({ id, email });
  const ofDay = hottestShare(written.map(({ dayKey }) => dayKey));
  expect(ofDay).toBeLessThan(0.3);
  const customerKeys = written.map(({ customerKey }) => customerKey);
  const emailKeys = written.map(({ emailKey }) => emailKey);
  expect(hottestShare(customerKeys)).toBe(ofDay);
  expect(hottestShare(emailKeys)).toBe(ofDay);
  // A search reads every key that is written, and the one of before 2026-11-30.
  expect(new Set(customerIndex.keysOf(id))).toEqual(new Set([`CUSTOMER#${id}`, ...customerKeys]));
  expect(emailIndex.keysOf(email)).toHaveLength(5);
});
