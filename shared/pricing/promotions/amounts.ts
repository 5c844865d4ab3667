import { roundHalfUp } from '../../money.ts';

/** `amount × numerator / denominator`, rounded half up. All are whole and at least 0. */
export function shareOf(amountMinor: number, numerator: number, denominator: number): number {
  const product = amountMinor * numerator;
  if (product > maxExact) return roundHalfUp(BigInt(amountMinor) * BigInt(numerator), BigInt(denominator));
  return quotient(2 * product + denominator, 2 * denominator);
}

const maxExact = 2 ** 51;

/**
 * The whole part of a quotient. It is exact for whole numbers below 2^53: the quotient is at least `1 / divisor` below the
 * next whole number, which is more than its rounding. `%` would need no such proof and takes ten times as long.
 */
const quotient = (dividend: number, divisor: number): number => Math.floor(dividend / divisor);

export const basisPoints = 10_000;

export const percentOf = (amountMinor: number, rate: number): number => shareOf(amountMinor, rate, basisPoints);

export function sum(amounts: readonly number[]): number {
  let total = 0;
  for (const amount of amounts) total += amount;
  return total;
}

/**
 * Allocates a whole amount by largest remainder. Of equal remainders, the part of the smallest rank gets the unit that is
 * left, so that the order of parts changes nothing. The amount is at most the sum of the weights, and at least 0.
 */
export function allocateByRank(
  totalMinor: number,
  weights: readonly number[],
  rankOf: (index: number) => number,
): number[] {
  const whole = sum(weights);
  if (totalMinor === 0 || whole === 0) return weights.map(() => 0);
  if (totalMinor === whole) return [...weights];
  const parts: number[] = [];
  const remainders = new Float64Array(weights.length);
  let left = totalMinor;
  for (let index = 0; index < weights.length; index += 1) {
    const weight = weights[index] ?? 0;
    const product = totalMinor * weight;
    const isExact = product <= maxExact;
    const part = isExact ? quotient(product, whole) : bigPart(totalMinor, weight, whole);
    remainders[index] = isExact ? product - part * whole : bigRemainder(totalMinor, weight, whole);
    parts.push(part);
    left -= part;
  }
  if (left > 0) raiseLargest(parts, remainders, left, rankOf);
  return parts;
}

const bigPart = (total: number, weight: number, whole: number): number =>
  Number((BigInt(total) * BigInt(weight)) / BigInt(whole));
const bigRemainder = (total: number, weight: number, whole: number): number =>
  Number((BigInt(total) * BigInt(weight)) % BigInt(whole));

/** Adds one unit to each of the parts with the largest remainders. Only among the smallest of these, ranks decide. */
function raiseLargest(
  parts: number[],
  remainders: Float64Array,
  units: number,
  rankOf: (index: number) => number,
): void {
  const smallest = remainders.toSorted()[remainders.length - units] ?? 0;
  const equal: number[] = [];
  let left = units;
  for (let index = 0; index < parts.length; index += 1) {
    const remainder = remainders[index] ?? 0;
    if (remainder === smallest) equal.push(index);
    if (remainder <= smallest) continue;
    parts[index] = (parts[index] ?? 0) + 1;
    left -= 1;
  }
  if (left < equal.length) equal.sort((a, b) => rankOf(a) - rankOf(b));
  for (const index of equal.slice(0, left)) parts[index] = (parts[index] ?? 0) + 1;
}
