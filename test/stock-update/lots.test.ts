import { describe, expect, test } from 'vitest';
import { firstExpiredFirst, isExpired, suggestLots } from '../../functions/stock-update/lots.ts';

const aLot = (lot: string, units: number, expiresOn?: string, warehouse = 'main') => ({
  sku: 'MUG',
  warehouse,
  lot,
  units,
  ...(expiresOn !== undefined && { expiresOn }),
});
const today = '2026-03-05';

describe('the suggestion', () => {
  const lots = [
    aLot('never', 10),
    aLot('later', 4, '2026-09-30'),
    aLot('expired', 9, '2026-03-04'),
    aLot('today', 2, today),
    aLot('soon', 3, '2026-03-06'),
    aLot('empty', 0, '2026-03-05'),
  ];

  test('takes what expires first, never what has expired, and what does not expire last', () => {
    const { suggestion, missing } = suggestLots(lots, 10, today);
    expect(suggestion.map(({ lot, units }) => [lot, units])).toEqual([
      ['today', 2],
      ['soon', 3],
      ['later', 4],
      ['never', 1],
    ]);
    expect(missing).toBe(0);
  });

  test('says how many units are in no usable lot', () => {
    expect(suggestLots(lots, 30, today).missing).toBe(11);
    expect(suggestLots([], 3, today)).toEqual({ suggestion: [], missing: 3 });
  });
});

test('lots of one day come by name, then by warehouse', () => {
  const lots = [aLot('b', 1, today), aLot('a', 1, today, 'north'), aLot('a', 1, today)];
  expect(lots.toSorted(firstExpiredFirst).map(({ lot, warehouse }) => lot + warehouse)).toEqual([
    'amain',
    'anorth',
    'bmain',
  ]);
});

test('a lot can be sold on the day on which it expires', () => {
  expect([isExpired(aLot('a', 1, today), today), isExpired(aLot('a', 1, '2026-03-04'), today)]).toEqual([false, true]);
});
