import { netShares } from './gross-amount.ts';
import { discountedUnits, type Goods, leftOf, percentOfUnits } from './units.ts';

/** How a line is discounted: by a rate, an amount, or down to a price of a unit. */
export type Rule =
  | { kind: 'percent'; basisPoints: number }
  | { kind: 'amount'; amountMinor: number; includesTax: boolean }
  | { kind: 'fixed-price'; priceMinor: number };

export type Discounts = { discounts: number[]; units: number[] };

/** The discount of each line, rounded once per line. */
export function lineDiscounts(rule: Rule, goods: Goods): Discounts {
  const units = discountedUnits(goods);
  if (rule.kind === 'amount' && rule.includesTax && goods.facts.cart.tax) {
    const { tax, lines } = goods.facts.cart;
    const gross = goods.lines.map((index, position) => {
      const left = leftOf(goods, index, units[position] ?? 0);
      const line = lines[index];
      return Math.min(rule.amountMinor, line ? left + tax.onTop(line, left) : left);
    });
    return { units, discounts: netShares(gross, goods) };
  }
  return { units, discounts: goods.lines.map((line, index) => discountOf(rule, goods, line, units[index] ?? 0)) };
}

function discountOf(rule: Rule, goods: Goods, line: number, units: number): number {
  switch (rule.kind) {
    case 'percent':
      return percentOfUnits(goods, line, units, rule.basisPoints);
    case 'amount':
      return Math.min(rule.amountMinor, leftOf(goods, line, units));
    case 'fixed-price':
      return Math.max(0, leftOf(goods, line, units) - units * rule.priceMinor);
    default:
      return rule satisfies never;
  }
}
