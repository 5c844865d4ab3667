import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyCart } from '../../../support/promotions/arbitrary.ts';
import { bestDeal, type Simple, simplePromotions } from '../../../support/promotions/simple-promotions.ts';

/** The total of some promotions together, calculated in its own way: lines, then the order as one amount. */
function totalOf(lines: readonly bigint[], some: readonly Simple[]): bigint {
  const ordered = some
    .map((each, index) => ({ each, index }))
    .toSorted((a, b) => b.each.priority - a.each.priority || a.index - b.index)
    .map(({ each }) => each);
  const reduced = (left: bigint, { rate, amount = 0 }: Simple): bigint => {
    if (rate !== undefined) return left - (left * BigInt(rate) + 5000n) / 10_000n;
    return left > BigInt(amount) ? left - BigInt(amount) : 0n;
  };
  const afterLines = ordered
    .filter(({ level }) => level === 'line')
    .reduce((left, each) => left.map((amount) => reduced(amount, each)), [...lines]);
  const goods = afterLines.reduce((sum, amount) => sum + amount, 0n);
  return ordered.filter(({ level }) => level === 'order').reduce(reduced, goods);
}

/** Every subset of the promotions that combine. */
const subsetsOf = (all: readonly Simple[]): Simple[][] =>
  all.reduce<Simple[][]>((subsets, each) => subsets.concat(subsets.map((subset) => subset.concat(each))), [[]]);

test('best deal is the smallest total of every permitted choice, for 1,000 carts', () => {
  fc.assert(
    fc.property(anyCart, simplePromotions, (cart, all) => {
      const { lines, total } = bestDeal(cart, all);
      const together = all.filter(({ isExclusive }) => !isExclusive);
      const alone = all.filter(({ isExclusive }) => isExclusive);
      const choices = [together, ...alone.map((each) => [each])].map((choice) => totalOf(lines, choice));
      const smallest = choices.reduce((least, each) => (each < least ? each : least));
      expect(total).toBe(smallest);
      // All together are as good as their best subset, up to the rounding of promotions of the order.
      const subsets = subsetsOf(together).map((subset) => totalOf(lines, subset));
      const rounding = BigInt(together.filter(({ level }) => level === 'order').length);
      for (const subset of subsets) expect(total <= subset + rounding).toBe(true);
    }),
    { numRuns: 1000 },
  );
});
