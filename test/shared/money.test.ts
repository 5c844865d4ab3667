import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allocate, taxOf } from '../../shared/money.ts';

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

describe('tax', () => {
  test.each([
    [1200, 2000, true, 200],
    [1200, 2000, false, 240],
    [10, 500, false, 1],
    [9, 500, false, 0],
    [999, 2000, true, 167],
    [0, 2000, true, 0],
    [1200, 0, true, 0],
    [1_000_000_000_000, 10_000, false, 1_000_000_000_000],
    [1_000_000_000_000, 2000, true, 166_666_666_667],
  ])('of %i at %i basis points, included: %s', (amount, basisPoints, isIncluded, tax) => {
    expect(taxOf(amount, basisPoints, isIncluded)).toBe(tax);
  });

  test('is between zero and the amount', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 1_000_000_000 }),
        fc.nat({ max: 10_000 }),
        fc.boolean(),
        (amount, basisPoints, isIncluded) => {
          const tax = taxOf(amount, basisPoints, isIncluded);
          expect(tax).toBeGreaterThanOrEqual(0);
          expect(tax).toBeLessThanOrEqual(amount);
        },
      ),
    );
  });
});
