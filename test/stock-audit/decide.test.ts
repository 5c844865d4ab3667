import { describe, expect, test } from 'vitest';
import { addOpenUnits, confirmed, differencesOf, type OpenUnits } from '../../functions/stock-audit/decide.ts';

const stock = { sku: 'MUG', warehouses: { main: { onHand: 10, reserved: 3, unavailable: 1, available: 6 } } };
const ledger = new Map([['main', { onHand: 10, unavailable: 1 }]]);
const open = (units: number, warehouse = 'main'): OpenUnits => new Map([['MUG', new Map([[warehouse, units]])]]);
const at = (
  counter: 'onHand' | 'unavailable' | 'reserved' | 'available',
  found: number,
  expected: number,
  warehouse = 'main',
) => ({
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
      differencesOf(stock, new Map([['main', { onHand: 8, unavailable: 0 }]]), open(3)),
      [at('onHand', 10, 8), at('unavailable', 1, 0)],
    ],
    ['hold more than orders do', differencesOf(stock, ledger, new Map()), [at('reserved', 3, 0)]],
    [
      'do not add up',
      differencesOf({ sku: 'MUG', warehouses: { main: { ...stock.warehouses.main, available: 7 } } }, ledger, open(3)),
      [at('available', 7, 6)],
    ],
    [
      'lack a warehouse that the ledger knows',
      differencesOf(stock, new Map([...ledger, ['north', { onHand: 2, unavailable: 0 }]]), open(3)),
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

test('an open order holds what is neither cancelled nor shipped', () => {
  const units: OpenUnits = new Map();
  const line = { sku: 'MUG', warehouse: 'main', quantity: 5, cancelledQuantity: 1, shippedQuantity: 2 };
  addOpenUnits(units, [line, line, { ...line, warehouse: 'north', shippedQuantity: 4 }]);
  expect(units).toEqual(open(4));
});

test('a difference counts that is there twice by the same, whatever moved beside it', () => {
  const first = [at('reserved', 3, 2), at('onHand', 10, 8)];
  expect(confirmed(first, [at('reserved', 2, 2 + 1), at('onHand', 12, 10)])).toEqual([at('onHand', 12, 10)]);
});
