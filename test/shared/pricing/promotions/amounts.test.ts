import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { allocateByRank, shareOf } from '../../../../shared/pricing/promotions/amounts.ts';

const minor = fc.oneof(fc.nat(5000), fc.integer({ min: 0, max: 9_999_999_999_999 }));

test('a share is that of exact arithmetic, rounded half up', () => {
  fc.assert(
    fc.property(minor, fc.nat(10_000), fc.integer({ min: 1, max: 900 }), (amount, rate, units) => {
      const denominator = BigInt(units * 10_000);
      const exact = (2n * BigInt(amount) * BigInt(rate) + denominator) / (2n * denominator);
      expect(BigInt(shareOf(amount, rate, units * 10_000))).toBe(exact);
    }),
    { numRuns: 1000 },
  );
});

test('a share at the limit of exact numbers does not reach the next whole number', () => {
  for (let units = 3; units < 3000; units += 1) {
    // One less than a multiple, as near to a whole quotient as possible.
    const amount = Math.floor(2 ** 51 / units) * units - 1;
    const exact = (2n * BigInt(amount) + BigInt(units)) / (2n * BigInt(units));
    expect(BigInt(shareOf(amount, 1, units))).toBe(exact);
  }
});

/** The largest remainders of exact arithmetic, of equal ones the smaller rank. */
function allocatedExactly(total: number, weights: readonly number[], ranks: readonly number[]): number[] {
  const whole = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  const products = weights.map((weight) => BigInt(total) * BigInt(weight));
  const parts = products.map((product) => Number(product / whole));
  const left = total - parts.reduce((sum, part) => sum + part, 0);
  const order = [...weights.keys()].toSorted(
    (a, b) =>
      Number((products[b] ?? 0n) % whole) - Number((products[a] ?? 0n) % whole) || (ranks[a] ?? 0) - (ranks[b] ?? 0),
  );
  for (const index of order.slice(0, left)) parts[index] = (parts[index] ?? 0) + 1;
  return parts;
}

test('an allocation is that of exact arithmetic, whatever the ranks are', () => {
  const weight = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(0, 1, 1, 1999, 250) },
    { weight: 1, arbitrary: minor },
  );
  const given = fc.array(weight, { minLength: 1, maxLength: 12 }).chain((weights) => {
    const whole = weights.reduce((sum, each) => sum + each, 0);
    const ranks = fc.shuffledSubarray([...weights.keys()], { minLength: weights.length });
    return fc.tuple(fc.constant(weights), ranks, fc.integer({ min: 0, max: whole }));
  });
  fc.assert(
    fc.property(given, ([weights, ranks, total]) => {
      fc.pre(weights.some((each) => each > 0));
      const parts = allocateByRank(total, weights, (index) => ranks[index] ?? 0);
      expect(parts).toEqual(allocatedExactly(total, weights, ranks));
      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(total);
    }),
    { numRuns: 1000 },
  );
});
