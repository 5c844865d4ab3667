import { roundHalfUp } from '../../money.ts';

/** `amount × numerator / denominator`, rounded half up. All are whole and at least 0. */
export function shareOf(amountMinor: number, numerator: number, denominator: number): number {
  const product = amountMinor * numerator;
  // Whole numbers below 2^53 are exact, also divided after their remainder is taken off.
  if (product > maxExact) return roundHalfUp(BigInt(amountMinor) * BigInt(numerator), BigInt(denominator));
  const doubled = 2 * product + denominator;
  return (doubled - (doubled % (2 * denominator))) / (2 * denominator);
}

const maxExact = 2 ** 51;
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
export function allocateByRank(totalMinor: number, weights: readonly number[], ranks: readonly number[]): number[] {
  const whole = sum(weights);
  if (totalMinor === 0 || whole === 0) return weights.map(() => 0);
  if (totalMinor === whole) return [...weights];
  let largest = 0;
  for (const weight of weights) if (weight > largest) largest = weight;
  const isExact = totalMinor * largest <= maxExact;
  const remainders: (number | bigint)[] = [];
  let left = totalMinor;
  const parts = weights.map((weight) => {
    const { part, remainder } = isExact ? exactShare(totalMinor, weight, whole) : bigShare(totalMinor, weight, whole);
    remainders.push(remainder);
    left -= part;
    return part;
  });
  if (left === 0) return parts;
  const order = weights
    .map((_weight, index) => index)
    .sort((a, b) => {
      const [first = 0, second = 0] = [remainders[a], remainders[b]];
      return first === second ? (ranks[a] ?? 0) - (ranks[b] ?? 0) : first > second ? -1 : 1;
    });
  for (const index of order.slice(0, left)) parts[index] = (parts[index] ?? 0) + 1;
  return parts;
}

type Share = { part: number; remainder: number | bigint };

function exactShare(total: number, weight: number, whole: number): Share {
  const product = total * weight;
  const remainder = product % whole;
  return { part: (product - remainder) / whole, remainder };
}

function bigShare(total: number, weight: number, whole: number): Share {
  const product = BigInt(total) * BigInt(weight);
  return { part: Number(product / BigInt(whole)), remainder: product % BigInt(whole) };
}
