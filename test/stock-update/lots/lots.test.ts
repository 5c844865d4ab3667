import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deductLots } from '../../../functions/stock-update/lots/lots.ts';
import { firstExpiredFirst, isExpired, suggestLots } from '../../../shared/stock/lot.ts';

const aLot = (lot: string, units: number, expiresOn?: string, warehouse = 'main') => ({
  sku: 'MUG',
  warehouse,
  lot,
  units,
  ...(expiresOn !== undefined && { expiresOn }),
});
const today = '2026-03-05';

describe('the suggested lots', () => {
  const lots = [
    aLot('never', 10),
    aLot('later', 4, '2026-09-30'),
    aLot('expired', 9, '2026-03-04'),
    aLot('today', 2, today),
    aLot('soon', 3, '2026-03-06'),
    aLot('empty', 0, '2026-03-05'),
  ];

  test('are those that expire first, without expired lots, and those without expiry last', () => {
    const { suggestion, missing } = suggestLots(lots, 10, today);
    expect(suggestion.map(({ lot, units }) => [lot, units])).toEqual([
      ['today', 2],
      ['soon', 3],
      ['later', 4],
      ['never', 1],
    ]);
    expect(missing).toBe(0);
  });

  test('exclude damaged units and units in inspection', () => {
    const partlyUnavailable = [
      { ...aLot('all', 4, today), unavailable: 4 },
      { ...aLot('some', 4, today), unavailable: 3 },
      aLot('none', 4, '2026-09-30'),
    ];
    expect(suggestLots(partlyUnavailable, 6, today)).toEqual({
      suggestion: [
        { warehouse: 'main', lot: 'some', units: 1 },
        { warehouse: 'main', lot: 'none', units: 4 },
      ],
      missing: 1,
    });
  });

  test('report how many units no usable lot has', () => {
    expect(suggestLots(lots, 30, today).missing).toBe(11);
    expect(suggestLots([], 3, today)).toEqual({ suggestion: [], missing: 3 });
  });
});

test('lots that expire on one day are sorted by name, then by warehouse', () => {
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

describe('a shipment', () => {
  const shippedAt = '2026-03-05T12:00:00.000Z';
  const lots = [
    aLot('expired', 5, '2026-03-04'),
    aLot('later', 4, '2026-09-30'),
    aLot('soon', 3, '2026-03-06'),
    { ...aLot('received-later', 9, '2026-03-05'), since: '2026-03-05T12:00:00.001Z' },
  ];
  const deductedFrom = (units: number) =>
    deductLots(lots, units, today, shippedAt).deducted.map((part) => [part.lot, part.units]);

  test.each<[number, [string, number][]]>([
    [2, [['soon', 2]]],
    [
      5,
      [
        ['soon', 3],
        ['later', 2],
      ],
    ],
    [
      100,
      [
        ['soon', 3],
        ['later', 4],
        ['expired', 5],
      ],
    ],
  ])(
    'of %d units is deducted from lots that expire first, expired lots last, and never from lots received later',
    (units, expected) => {
      expect(deductedFrom(units)).toEqual(expected);
    },
  );

  test('is deducted up to the available units, and the lots keep the rest', () => {
    const lot = fc.record({ usable: fc.nat(20), unavailable: fc.nat(20) });
    const aCase = fc.tuple(fc.array(lot, { maxLength: 6 }), fc.integer({ min: 1, max: 60 }));
    fc.assert(
      fc.property(aCase, ([amounts, units]) => {
        const before = amounts.map(({ usable, unavailable }, index) => ({
          ...aLot(`L${index}`, usable + unavailable),
          unavailable,
        }));
        const { after: changes, deducted } = deductLots(before, units, today, shippedAt);
        const after = changes.map((change) => change.lot);
        const total = (of: { units: number }[]) => of.reduce((sum, each) => sum + each.units, 0);
        expect(total(deducted)).toBe(Math.min(units, total(amounts.map(({ usable }) => ({ units: usable })))));
        const untouched = before.filter(({ lot }) => !after.some((other) => other.lot === lot));
        expect(total(after) + total(untouched) + total(deducted)).toBe(total(before));
        expect(after.every((each) => each.units >= (each.unavailable ?? 0))).toBe(true);
        expect(deducted.every((each) => each.units > 0)).toBe(true);
      }),
    );
  });
});
