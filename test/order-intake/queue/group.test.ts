import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Placement } from '../../../functions/order-intake/order/decide.ts';
import { groupPlacements } from '../../../functions/order-intake/queue/group.ts';
import { unreadLimits } from '../../../shared/promotions/price-with-limits.ts';
import { anOrder, aPolicy, aSku, aStock, noon } from '../../support/builders.ts';

const skuNames = ['A', 'B', 'C', 'D'];
const aPlacement = (number: number, lines: { sku: string; quantity: number }[]): Placement => ({
  orderId: `ord_${String(number).padStart(26, '0')}`,
  contentHash: `hash-${number}`,
  content: anOrder({ externalOrderId: `order-${number}`, lines }),
  channel: { channel: 'storefront', pricesItself: false },
  now: noon,
});
const statesWith = (available: Record<string, number>) => ({
  orders: new Map(),
  skus: new Map(skuNames.map((sku) => [sku, aSku({ sku })])),
  earlyPayments: new Map(),
  firstOrders: new Map(),
  limits: unreadLimits,
  stock: new Map(skuNames.map((sku) => [sku, aStock(sku, { main: available[sku] ?? 0 })])),
});
const numberOf = ({ orderId }: Placement) => Number(orderId.slice(4));
const groupsOf = (placements: Placement[], available: Record<string, number>, maxOrders = 49) => {
  const { chains, notAccepted } = groupPlacements(placements, statesWith(available), aPolicy(), maxOrders);
  const numbers = chains.map((chain) => chain.map((own) => own.map(({ placement }) => numberOf(placement))));
  return { chains, numbers, refused: notAccepted.map(({ placement }) => numberOf(placement)) };
};

describe('orders of a flash sale', () => {
  test('are placed in groups of 49 per transaction, which are 99 of its 100 actions', () => {
    const placements = Array.from({ length: 100 }, (_, number) => aPlacement(number, [{ sku: 'A', quantity: 1 }]));
    const { numbers } = groupsOf(placements, { A: 1000 });
    expect(numbers.map((chain) => chain.map((own) => own.length))).toEqual([[49, 49, 2]]);
  });

  test('get the stock in the order of arrival; a smaller order after a refused one is still placed', () => {
    const placements = [3, 4, 1, 2].map((quantity, number) => aPlacement(number, [{ sku: 'A', quantity }]));
    const { numbers, refused } = groupsOf(placements, { A: 6 });
    expect(numbers).toEqual([[[0, 2, 3]]]);
    expect(refused).toEqual([1]);
  });

  test('of two SKUs join the orders of the SKU with the higher demand', () => {
    const placements = [
      aPlacement(0, [{ sku: 'A', quantity: 1 }]),
      aPlacement(1, [
        { sku: 'B', quantity: 1 },
        { sku: 'A', quantity: 1 },
      ]),
      aPlacement(2, [{ sku: 'C', quantity: 1 }]),
    ];
    expect(groupsOf(placements, { A: 9, B: 9, C: 9 }).numbers).toEqual([[[0, 1]], [[2]]]);
  });
});

const line = fc.record({ sku: fc.constantFrom(...skuNames), quantity: fc.integer({ min: 1, max: 5 }) });
const orders = fc.array(fc.array(line, { minLength: 1, maxLength: 4 }), { maxLength: 120 });
const availability = fc.record({ A: fc.nat(60), B: fc.nat(60), C: fc.nat(60), D: fc.nat(60) });

test('every group fits a transaction, every order is in one group or refused, and reserved units are in stock', () => {
  fc.assert(
    fc.property(orders, availability, fc.integer({ min: 1, max: 49 }), (given, available, maxOrders) => {
      const placements = given.map((lines, number) => aPlacement(number, lines));
      const { chains, numbers, refused } = groupsOf(placements, available, maxOrders);
      expect([...numbers.flat(2), ...refused].toSorted((a, b) => a - b)).toEqual(placements.map(numberOf));
      for (const own of chains.flat()) {
        const skus = new Set(own.flatMap(({ order }) => order.lines.map(({ sku }) => sku)));
        expect(2 * own.length + skus.size).toBeLessThanOrEqual(100);
        expect(own.length).toBeLessThanOrEqual(maxOrders);
      }
      const reserved = new Map<string, number>();
      for (const { sku, quantity } of chains.flat(2).flatMap(({ order }) => order.lines)) {
        reserved.set(sku, (reserved.get(sku) ?? 0) + quantity);
      }
      for (const [sku, units] of reserved)
        expect(units).toBeLessThanOrEqual(Object.entries(available).find(([name]) => name === sku)?.[1] ?? 0);
      for (const chain of numbers) expect(chain.flat()).toEqual(chain.flat().toSorted((a, b) => a - b));
    }),
  );
});
