/**
 * Allocates a whole amount in proportion to whole weights by the largest remainder method: parts are rounded down, and the
 * remaining units go to the largest remainders; of equal remainders to the smaller key, without keys to the earlier part.
 * The parts sum to the whole. Keys that contain a part's content make the order of the parts irrelevant.
 */
export function allocate(
  totalMinor: number,
  weights: readonly (number | bigint)[],
  keys: readonly string[] = [],
): number[] {
  if (weights.length === 1) return [totalMinor];
  const whole = weights.reduce((sum: bigint, weight) => sum + BigInt(weight), 0n);
  if (whole <= 0n) throw new RangeError('An amount is allocated to weights above zero');
  // Amount times weight can exceed 2^53.
  const shares = weights.map((weight, index) => {
    const product = BigInt(totalMinor) * BigInt(weight);
    return { index, key: keys[index] ?? '', part: Number(product / whole), remainder: product % whole };
  });
  const left = totalMinor - shares.reduce((sum, { part }) => sum + part, 0);
  const byRemainder = shares.toSorted(
    (a, b) => compare(b.remainder, a.remainder) || compare(a.key, b.key) || a.index - b.index,
  );
  const raised = new Set(byRemainder.slice(0, left).map(({ index }) => index));
  return shares.map(({ index, part }) => part + (raised.has(index) ? 1 : 0));
}

const compare = <T extends string | bigint>(a: T, b: T): number => (a === b ? 0 : a < b ? -1 : 1);

/** A fraction of whole numbers, rounded half up: the only rounding of money. Both are at least 0. */
export const roundHalfUp = (numerator: bigint, denominator: bigint): number =>
  Number((2n * numerator + denominator) / (2n * denominator));
