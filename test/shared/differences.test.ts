import { describe, expect, test } from 'vitest';
import {
  confirmedDifferences,
  type Counter,
  differencesOf,
  zeroSums,
  type ReservedUnits,
} from '../../shared/stock/differences.ts';

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

describe('the counters of a SKU', () => {
  test.each<[string, ReturnType<typeof differencesOf>, object[]]>([
    ['agree with the ledger and the orders', differencesOf(stock, ledger, open(3)), []],
    [
      'say more than was moved',
      differencesOf(stock, new Map([['main', { ...zeroSums, onHand: 8 }]]), open(3)),
      [at('onHand', 10, 8), at('unavailable', 1, 0), at('damaged', 1, 0)],
    ],
    ['hold more than orders do', differencesOf(stock, ledger, new Map()), [at('reserved', 3, 0)]],
    [
      'do not add up',
      differencesOf({ sku: 'MUG', warehouses: { main: { ...stock.warehouses.main, available: 7 } } }, ledger, open(3)),
      [at('available', 7, 6)],
    ],
    [
      'lack a warehouse that the ledger knows',
      differencesOf(stock, new Map([...ledger, ['north', { ...zeroSums, onHand: 2 }]]), open(3)),
      [at('onHand', 0, 2, 'north')],
    ],
    [
      'lack a warehouse that an order holds',
      differencesOf(stock, ledger, open(3, 'north')),
      [at('reserved', 3, 0), at('reserved', 0, 3, 'north')],
    ],
  ])('%s', (_name, differences, expected) => {
    expect(differences).toEqual(expected);
  });
});

test('a difference counts that is there twice by the same, whatever moved beside it', () => {
  const first = [at('reserved', 3, 2), at('onHand', 10, 8)];
  expect(confirmedDifferences(first, [at('reserved', 2, 2 + 1), at('onHand', 12, 10)])).toEqual([at('onHand', 12, 10)]);
});
