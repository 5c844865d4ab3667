import { describe, expect, test } from 'vitest';
import { sampleOf, studentQuantile, welch } from '../../../shared/reports/statistics.ts';

describe('Student’s t', () => {
  // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, critical values of the t distribution.
  test.each([
    [0.975, 1, 12.706],
    [0.975, 2, 4.303],
    [0.975, 10, 2.228],
    [0.95, 10, 1.812],
    [0.99, 20, 2.528],
    [0.975, 30, 2.042],
    [0.975, 100, 1.984],
    [0.975, 1e7, 1.96],
  ])('has the quantile %f with %d degrees of freedom', (probability, degrees, expected) => {
    expect(studentQuantile(probability, degrees)).toBeCloseTo(expected, 3);
  });
});

describe('the difference of two means', () => {
  test('is that of the example of NIST 1.3.5.3 (miles per gallon of 249 and 79 cars)', () => {
    const found = welch(
      { count: 249, mean: 20.14458, variance: 6.4147 ** 2 },
      { count: 79, mean: 30.48101, variance: 6.10771 ** 2 },
    );
    expect(found?.difference).toBeCloseTo(-10.33643, 5);
    expect(found?.degreesOfFreedom).toBeCloseTo(136.875, 2);
    // Half of the interval over the quantile is the standard error: the statistic of the example is -12.94627.
    const error = ((found?.to ?? 0) - (found?.from ?? 0)) / 2 / studentQuantile(0.975, 136.875);
    expect((found?.difference ?? 0) / error).toBeCloseTo(-12.946, 2);
  });

  test('has an interval that is symmetric, and wider than nothing with few values', () => {
    const found = welch(sampleOf([1, 2, 3, 4]), sampleOf([2, 3, 4, 5, 6]));
    expect((found?.from ?? 0) + (found?.to ?? 0)).toBeCloseTo(2 * (found?.difference ?? 0), 9);
    expect(found?.from).toBeLessThan(-1.5);
    expect(found?.detectable).toBeGreaterThan((found?.to ?? 0) - (found?.difference ?? 0));
  });

  test.each([
    [[], [1, 2]],
    [[1], [1, 2]],
    [[1, 2], [1]],
  ])('is unknown for %j and %j', (a, b) => expect(welch(sampleOf(a), sampleOf(b))).toBeUndefined());
});
