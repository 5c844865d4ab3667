import type { Facts } from '../candidates/facts.ts';
import { basisPoints, percentOf, shareOf } from '../amounts.ts';

/** Lines of a promotion, what is left of them, and how many units it may discount. */
export type Goods = {
  facts: Facts;
  remaining: readonly number[];
  lines: readonly number[];
  /** Infinity without a limit of units. */
  quota: number;
};

/**
 * Units of each line that have the discount: all, or as many as the quota allows, the dearest first, so that a further unit
 * never costs more than its price.
 */
export function discountedUnits({ facts: { cart, ranks }, lines, quota }: Goods): number[] {
  const units = lines.map((line) => cart.lines[line]?.quantity ?? 0);
  if (quota === Infinity) return units;
  let left = quota;
  const priceOf = (index: number) => cart.lines[lines[index] ?? 0]?.unitPriceMinor ?? 0;
  const rankOf = (index: number) => ranks[lines[index] ?? 0] ?? 0;
  const order = lines.map((_line, index) => index).toSorted((a, b) => priceOf(b) - priceOf(a) || rankOf(a) - rankOf(b));
  for (const index of order) {
    const own = Math.min(units[index] ?? 0, left);
    units[index] = own;
    left -= own;
  }
  return units;
}

/** What is left of some units of a line. */
export const leftOf = ({ facts: { cart }, remaining }: Goods, line: number, units: number): number => {
  const { quantity = 0 } = cart.lines[line] ?? {};
  const left = remaining[line] ?? 0;
  return units === quantity ? left : shareOf(left, units, quantity);
};

/** A rate of what is left of some units of a line, rounded once. */
export function percentOfUnits(
  { facts: { cart }, remaining }: Goods,
  line: number,
  units: number,
  rate: number,
): number {
  const { quantity = 0 } = cart.lines[line] ?? {};
  const left = remaining[line] ?? 0;
  // All units: the shorter fraction has the same value.
  if (units === quantity) return percentOf(left, rate);
  return units === 0 ? 0 : shareOf(left, units * rate, quantity * basisPoints);
}

/** Whether fewer units have the discount than the lines have. */
export const isPartial = ({ facts: { cart }, lines }: Goods, units: number): boolean => {
  let all = 0;
  for (const line of lines) all += cart.lines[line]?.quantity ?? 0;
  return units < all;
};
