import { describe, expect, test } from 'vitest';
import {
  confirmedDifferences,
  type Counter,
  differencesOf,
  zeroSums,
  type ReservedUnits,
} from '../../../shared/stock/differences.ts';

const stock = {
  sku: 'MUG',
  warehouses: { main: { onHand: 10, reserved: 3, unavailable: 1, damaged: 1, available: 6 } },
};
const ledger = new Map([['main', { ...zeroSums, onHand: 10, unavailable: 1, damaged: 1 }]]);
const open = (units: number, warehouse = 'main'): ReservedUnits => new Map([['MUG', new Map([[warehouse, units]])]]);
const at = (counter: Counter, found: number, expected: number, warehouse = 'main') => ({
  sku: 'MUG',
  warehouse,
  counter,
  found,
  expected,
});

describe('the differences of a SKU', () => {
  test.each<[string, ReturnType<typeof differencesOf>, object[]]>([
    ['nothing if the counters equal the ledger and the orders', differencesOf(stock, ledger, open(3)), []],
    [
      'counters above the ledger',
      differencesOf(stock, new Map([['main', { ...zeroSums, onHand: 8 }]]), open(3)),
      [at('onHand', 10, 8), at('unavailable', 1, 0), at('damaged', 1, 0)],
    ],
    ['reserved units without an order', differencesOf(stock, ledger, new Map()), [at('reserved', 3, 0)]],
    [
      'available that is not on hand less reserved less unavailable',
      differencesOf({ sku: 'MUG', warehouses: { main: { ...stock.warehouses.main, available: 7 } } }, ledger, open(3)),
      [at('available', 7, 6)],
    ],
    [
      'a warehouse in the ledger without counters',
      differencesOf(stock, new Map([...ledger, ['north', { ...zeroSums, onHand: 2 }]]), open(3)),
      [at('onHand', 0, 2, 'north')],
    ],
    [
      'a warehouse with an order and without counters',
      differencesOf(stock, ledger, open(3, 'north')),
      [at('reserved', 3, 0), at('reserved', 0, 3, 'north')],
    ],
  ])('contain %s', (_name, differences, expected) => {
    expect(differences).toEqual(expected);
  });
});

test('a difference is confirmed if both reads find the same amount', () => {
  const first = [at('reserved', 3, 2), at('onHand', 10, 8)];
  expect(confirmedDifferences(first, [at('reserved', 2, 2 + 1), at('onHand', 12, 10)])).toEqual([at('onHand', 12, 10)]);
});
