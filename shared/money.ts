/**
 * Shares a whole amount in proportion to whole weights: each part is rounded down, and what is left goes, one unit each,
 * to the parts with the largest remainders, earlier ones first. The parts always sum to the whole.
 */
export function allocate(totalMinor: number, weights: readonly number[]): number[] {
  if (weights.length === 1) return [totalMinor];
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  if (whole <= 0) throw new RangeError('Something can only be shared among weights above zero');
  // Amount times weight may be more than a number holds exactly.
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
 * The tax in, or on top of, an amount; `basisPoints` are hundredths of a percent. Halves are rounded up. This is the one
 * place where money is rounded: it is called once per line that a customer ordered, and once for shipping.
 */
export function taxOf(amountMinor: number, basisPoints: number, isIncluded: boolean): number {
  const whole = BigInt(isIncluded ? 10_000 + basisPoints : 10_000);
  return Number((2n * BigInt(amountMinor) * BigInt(basisPoints) + whole) / (2n * whole));
}
