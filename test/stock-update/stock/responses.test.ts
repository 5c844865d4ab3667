import { expect, test } from 'vitest';
import { stockResponse } from '../../../functions/stock-update/stock/responses.ts';
import { aStock } from '../../support/builders.ts';

test('the response for a SKU without stock has zeros and no warehouse', () => {
  expect(stockResponse('MUG', undefined)).toEqual({
    sku: 'MUG',
    onHand: 0,
    reserved: 0,
    unavailable: 0,
    available: 0,
    shortUnits: 0,
    unavailableBy: { damaged: 0, inspection: 0, safetyStock: 0, expired: 0 },
    warehouses: [],
  });
});

test('totals are the sums of the warehouses, which are sorted by name', () => {
  expect(stockResponse('MUG', aStock('MUG', { north: 2, main: 5 }))).toMatchObject({
    onHand: 7,
    available: 7,
    warehouses: [
      { warehouse: 'main', onHand: 5 },
      { warehouse: 'north', onHand: 2 },
    ],
  });
});
