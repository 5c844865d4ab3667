import { describe, expect, test } from 'vitest';
import { store } from '../../../infra/store.ts';
import { type Scope, scopes } from '../../../shared/access/scopes.ts';
import { assertSeparation, combinationsOf, controls, refundParts } from '../../../shared/access/separation.ts';

const names = Object.keys(scopes) as Scope[];
const pairs = names.flatMap((a, index) => names.slice(index + 1).map((b): [Scope, Scope] => [a, b]));
const approver = { scopes: ['policies.write'] as Scope[] };

test('each pair of scopes with two parts in a refund has a control', () => {
  const dangerous = pairs.filter(([a, b]) => combinationsOf([a, b]).length > 0);
  expect(dangerous).toHaveLength(9);
  expect(new Set(dangerous.flatMap((pair) => combinationsOf(pair)))).toEqual(new Set(Object.keys(controls)));
  expect(Object.keys(refundParts).toSorted()).toEqual(names.toSorted());
});

test('each combination of the default clients has a control', () => {
  expect(
    Object.fromEntries(Object.entries(store.clients).map(([name, client]) => [name, combinationsOf(client.scopes)])),
  ).toEqual({
    storefront: [],
    marketplace: [],
    warehouse: [],
    service: [],
    'service-lead': ['decide+request'],
    finance: ['decide+set-policy'],
    marketing: [],
    admin: Object.keys(controls).toSorted(),
  });
  expect(() => assertSeparation(store.clients)).not.toThrow();
});

describe('the store is not synthesised', () => {
  test.each<[string, Scope[], true | undefined, RegExp]>([
    ['a channel that decides', ['orders.write', 'refunds.decide'], undefined, /The channel tested may not decide/],
    ['a channel that sets policies', ['orders.write', 'policies.write'], undefined, /The channel tested may not/],
    ['a channel that receives returns', ['orders.write', 'stock.write'], undefined, /for staff only/],
    ['a warehouse that requests refunds', ['stock.write', 'refunds.request'], undefined, /for staff only/],
    ['a bot with all scopes', names, undefined, /tested/],
  ])('with %s', (_case, held, staff, message) => {
    const clients = { a: approver, b: approver, tested: { scopes: held, ...(staff && { staff }) } };
    expect(() => assertSeparation(clients)).toThrow(message);
  });

  test('with one client that sets policies', () => {
    expect(() => assertSeparation({ a: approver })).toThrow(/Only a may set policies/);
    expect(() => assertSeparation({ a: approver, b: approver })).not.toThrow();
    expect(() => assertSeparation({})).not.toThrow();
  });
});
