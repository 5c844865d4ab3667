import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allocate, roundHalfUp } from '../../shared/money.ts';

describe('an amount is allocated', () => {
  test.each([
    ['evenly, the remaining unit to the first', 100, [1, 1, 1], [34, 33, 33]],
    ['to the largest remainder first', 10, [1, 5, 3], [1, 6, 3]],
    ['with zero for a weight of zero', 5, [0, 2, 0], [0, 5, 0]],
    [
      'exactly, also where products exceed 2^53',
      999_999_999_999,
      [1_000_000, 1_000_000],
      [500_000_000_000, 499_999_999_999],
    ],
    ['as zeros if it is zero', 0, [1, 2], [0, 0]],
  ])('%s', (_name, total, weights, parts) => {
    expect(allocate(total, weights)).toEqual(parts);
  });

  test.each([
    ['the smaller key', 100, [1, 1, 1], ['c', 'a', 'b'], [33, 34, 33]],
    ['the smaller key, after larger remainders', 10, [1, 5, 3], ['c', 'a', 'b'], [1, 6, 3]],
    ['the earlier part, if the keys are equal', 100, [1, 1, 1], ['a', 'a', 'a'], [34, 33, 33]],
    ['the smaller keys, for two units', 11, [1, 1, 1], ['c', 'a', 'b'], [3, 4, 4]],
    ['the smaller key by code unit', 1, [1, 1], ['a', 'B'], [0, 1]],
  ])('with the unit of equal remainders to %s', (_name, total, weights, keys, parts) => {
    expect(allocate(total, weights, keys)).toEqual(parts);
  });

  test('to weights that are larger than 2^53', () => {
    expect(allocate(100, [2n ** 80n, 2n ** 81n])).toEqual([33, 67]);
  });

  test('not without a weight above zero', () => {
    expect(() => allocate(5, [0, 0])).toThrow('weights above zero');
  });

  test('in whole parts that sum to the amount and are within one unit of their share', () => {
    const weights = fc
      .array(fc.nat({ max: 1_000_000 }), { minLength: 1, maxLength: 20 })
      .filter((some) => some.some(Boolean));
    fc.assert(
      fc.property(fc.nat({ max: 1_000_000_000 }), weights, (total, some) => {
        const parts = allocate(total, some);
        const whole = some.reduce((sum, weight) => sum + weight, 0);
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(total);
        for (const [index, part] of parts.entries()) {
          expect(Number.isInteger(part)).toBe(true);
          expect(Math.abs(part - (total * (some[index] ?? 0)) / whole)).toBeLessThan(1.001);
        }
      }),
    );
  });
});

test.each([
  [1n, 2n, 1],
  [49n, 100n, 0],
  [3n, 2n, 2],
  [0n, 7n, 0],
  [10n ** 30n + 5n * 10n ** 17n, 10n ** 18n, 1_000_000_000_001],
])('%i / %i is rounded half up to %i', (numerator, denominator, rounded) => {
  expect(roundHalfUp(numerator, denominator)).toBe(rounded);
});
