import { describe, expect, test } from 'vitest';
import { correct } from '../../../functions/order-intake/contact/correct.ts';
import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import { OrderContactChanged } from '../../../shared/contracts/orders/life-cycle-events.ts';
import { OrderContact } from '../../../shared/contracts/orders/edit-routes.ts';
import type { OrderStatus } from '../../../shared/contracts/orders/status.ts';
import { aCause } from '../../support/builders.ts';
import { aPlacedOrder } from '../../support/orders/placed-order.ts';

const ada = { id: 'c-1', email: 'ada@example.com', name: 'Ada' };
const street = { country: 'GB', postalCode: 'N1 9GU', city: 'London', line1: '1 Regent Street' };
const anOrderOfAda = (given: Partial<OrderItem> = {}) =>
  aPlacedOrder(undefined, { customer: ada, shippingAddress: street, note: 'ring once', ...given });

const correction = (content: object, order = anOrderOfAda(), ifMatch?: string) =>
  correct(order, OrderContact.parse(content), ifMatch);
const changeOf = (content: object, order?: OrderItem) => {
  const outcome = correction(content, order);
  if (outcome.kind !== 'changed') throw new Error(`Not corrected: ${JSON.stringify(outcome)}`);
  const [draft] = outcome.events;
  return { order: outcome.order, event: OrderContactChanged.envelope.parse(draft?.(aCause())).detail.data };
};

describe('a correction', () => {
  test.each<[object, string[]]>([
    [{ customer: { email: 'ada@müller.de' } }, ['/customer/email']],
    [{ customer: { name: null, phone: '+44 20 7946 0018' } }, ['/customer/name', '/customer/phone']],
    [{ shippingAddress: { ...street, line2: 'Flat 2' } }, ['/shippingAddress/line2']],
    [
      { shippingAddress: { country: 'GB', city: 'Leeds' } },
      ['city', 'line1', 'postalCode'].map((name) => `/shippingAddress/${name}`),
    ],
    [{ billingAddress: { country: 'FR' } }, ['/billingAddress/country']],
    [{ note: null }, ['/note']],
    [{ note: 'ring twice', customer: { email: 'ada@example.com' } }, ['/note']],
  ])('of %j changes %j', (content, fields) => {
    const { order, event } = changeOf(content);
    expect(event.fields).toEqual(fields);
    expect(event.before).toMatchObject({ customer: ada, shippingAddress: street, note: 'ring once' });
    expect(event.after).toEqual(
      JSON.parse(
        JSON.stringify({
          customer: order.customer,
          shippingAddress: order.shippingAddress,
          billingAddress: order.billingAddress,
          note: order.note,
        }),
      ),
    );
    expect([order.customer.id, order.version, event.version]).toEqual(['c-1', 2, 2]);
  });

  test('replaces members, and removes those that are null', () => {
    const { order } = changeOf({ customer: { email: null, phone: '1234567' }, note: null, reason: 'asked' });
    expect(order.customer).toEqual({ id: 'c-1', name: 'Ada', phone: '1234567' });
    expect(order.note).toBeUndefined();
    expect(order.shippingAddress).toEqual(street);
  });

  test.each([
    { customer: { email: 'ada@example.com' } },
    { customer: { name: 'Ada' }, note: 'ring once' },
    { shippingAddress: { ...street } },
    { billingAddress: null },
    { customer: { phone: null }, reason: 'again' },
  ])('that the order has already changes nothing, in any version and status: %j', (content) => {
    expect(correction(content, anOrderOfAda({ status: 'shipped' }), '"7"')).toMatchObject({ kind: 'already-done' });
  });

  test('of another version than that of If-Match is stale', () => {
    expect(correction({ note: 'new' }, anOrderOfAda(), '"2"')).toEqual({ kind: 'stale' });
    expect(correction({ note: 'new' }, anOrderOfAda(), '"1"')).toMatchObject({ kind: 'changed' });
  });

  test.each<OrderStatus>(['placed', 'payment-pending', 'paid', 'on-hold', 'allocated', 'partly-shipped'])(
    'keeps the status %s',
    (status) => {
      expect(changeOf({ note: 'new' }, anOrderOfAda({ status })).order.status).toBe(status);
    },
  );

  test.each<OrderStatus>(['shipped', 'delivered', 'completed', 'cancelled', 'expired'])(
    'of a %s order is illegal',
    (status) => {
      expect(correction({ note: 'new' }, anOrderOfAda({ status }))).toMatchObject({ kind: 'illegal', status });
    },
  );

  test('cannot move an order with tax to another country', () => {
    const moved = { shippingAddress: { country: 'FR' } };
    expect(correction(moved, anOrderOfAda({ taxMinor: 100 }))).toMatchObject({
      kind: 'invalid',
      type: 'country-change',
      errors: [{ pointer: '/shippingAddress/country' }],
    });
    expect(correction(moved, anOrderOfAda({ taxMinor: 0 }))).toMatchObject({ kind: 'changed' });
  });
});

test.each([{}, { reason: 'no change' }, { customer: { id: 'c-2' } }, { shippingAddress: null }, { status: 'paid' }])(
  'refuses the correction %j',
  (content) => {
    expect(OrderContact.safeParse(content).success).toBe(false);
  },
);
