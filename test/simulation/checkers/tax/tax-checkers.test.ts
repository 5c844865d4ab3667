import { expect, test } from 'vitest';
import type { OrderItem } from '../../../../functions/order-intake/order/order-item.ts';
import { wrongTaxesOf } from './tax-checkers.ts';

const tax = (taxableMinor: number, taxMinor: number) => ({
  rateId: 'standard',
  name: 'Tax',
  jurisdiction: '*',
  percentage: '20',
  taxableMinor,
  taxMinor,
});
const sound = { orderId: 'ord_1', channel: 'storefront', taxMinor: 200, totalMinor: 1200, taxes: [tax(1000, 200)] };
const violations = (order: Partial<OrderItem>) => {
  return wrongTaxesOf({ orders: [{ ...sound, ...order }], committed: [] });
};

test.each<[string, Partial<OrderItem>]>([
  ['with one rate', {}],
  ['with two rates', { taxes: [tax(500, 100), tax(500, 100)] }],
  [
    'with a charge, which has no tax',
    { totalMinor: 1300, charges: [{ chargeId: 'duty', kind: 'duty', name: 'Duty', amountMinor: 100 }] },
  ],
  ['of a channel that prices itself', { channel: 'marketplace', taxes: undefined }],
  ['that was imported', { imported: true, taxes: undefined }],
])('an order %s is sound', (_name, order) => expect(violations(order)).toEqual([]));

test.each<[string, Partial<OrderItem>, number]>([
  ['of another tax', { taxMinor: 201 }, 1],
  ['of another total', { totalMinor: 1201 }, 1],
  ['of a rate without its tax', { taxes: [tax(1000, 0)] }, 2],
  ['with a rate counted twice', { taxes: [tax(1000, 200), tax(1000, 200)] }, 2],
  ['that the store priced, without rates', { taxes: undefined }, 1],
])('an order %s is a violation', (_name, order, count) => expect(violations(order)).toHaveLength(count));
