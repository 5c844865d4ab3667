/**
 * Allocates a whole amount in proportion to whole weights by the largest remainder method: parts are rounded down, and the
 * remaining units go to the largest remainders, earlier parts first. The parts sum to the whole.
 */
export function allocate(totalMinor: number, weights: readonly number[]): number[] {
  if (weights.length === 1) return [totalMinor];
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  if (whole <= 0) throw new RangeError('An amount is allocated to weights above zero');
  // Amount times weight can exceed 2^53.
  const shares = weights.map((weight, index) => {
    const product = BigInt(totalMinor) * BigInt(weight);
    return { index, part: Number(product / BigInt(whole)), remainder: Number(product % BigInt(whole)) };
  });
  const left = totalMinor - shares.reduce((sum, { part }) => sum + part, 0);
  const byRemainder = shares.toSorted((a, b) => b.remainder - a.remainder || a.index - b.index);
  const raised = new Set(byRemainder.slice(0, left).map(({ index }) => index));
  return shares.map(({ index, part }) => part + (raised.has(index) ? 1 : 0));
}

/**
 * The tax included in, or added to, an amount; `basisPoints` are 1/100 of a percent. Rounds half up. The only rounding of
 * money: called once per order line and once for shipping.
 */
export function taxOf(amountMinor: number, basisPoints: number, isIncluded: boolean): number {
  const whole = BigInt(isIncluded ? 10_000 + basisPoints : 10_000);
  return Number((2n * BigInt(amountMinor) * BigInt(basisPoints) + whole) / (2n * whole));
}
