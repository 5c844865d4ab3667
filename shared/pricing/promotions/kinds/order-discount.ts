import { allocateByRank, percentOf, sum } from '../amounts.ts';
import { netShares } from './gross-amount.ts';
import type { Discounts, Rule } from './line-discount.ts';
import { discountedUnits, type Goods, leftOf } from './units.ts';

/** The discount of all lines together, rounded once and allocated by what is left of them. */
export function orderDiscounts(rule: Exclude<Rule, { kind: 'fixed-price' }>, goods: Goods): Discounts {
  const { cart, ranks } = goods.facts;
  const units = discountedUnits(goods);
  const left =
    goods.quota === Infinity
      ? goods.lines.map((line) => goods.remaining[line] ?? 0)
      : goods.lines.map((line, index) => leftOf(goods, line, units[index] ?? 0));
  const rankOf = (index: number) => ranks[goods.lines[index] ?? 0] ?? 0;
  if (rule.kind === 'amount' && rule.includesTax && cart.tax) {
    const { tax } = cart;
    const gross = goods.lines.map((index, position) => {
      const line = cart.lines[index];
      const net = left[position] ?? 0;
      return line ? net + tax.onTop(line, net) : net;
    });
    const shares = allocateByRank(Math.min(rule.amountMinor, sum(gross)), gross, rankOf);
    return { units, discounts: netShares(shares, goods) };
  }
  const whole = sum(left);
  const total = rule.kind === 'percent' ? percentOf(whole, rule.basisPoints) : Math.min(rule.amountMinor, whole);
  return { units, discounts: allocateByRank(total, left, rankOf) };
}
