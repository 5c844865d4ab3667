import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluatePromotions } from '../../../../shared/pricing/promotions/evaluate-promotions.ts';
import type { Cart, CompiledPromotion } from '../../../../shared/pricing/promotions/types.ts';
import { anyCart, aPromotionPolicy } from '../../../support/promotions/arbitrary.ts';
import { createProgram, type Highs, loadSolver } from '../../../support/promotions/milp.ts';
import { aPromotion } from '../../../support/promotions.ts';

type Simple = { level: 'line' | 'order'; rate?: number; amount?: number; isExclusive: boolean; priority: number };

const simple = fc.record({
  level: fc.constantFrom('line' as const, 'order' as const),
  size: fc.oneof(
    fc.integer({ min: 1, max: 10_000 }).map((rate) => ({ rate })),
    fc.integer({ min: 1, max: 3000 }).map((amount) => ({ amount })),
  ),
  isExclusive: fc.boolean(),
  priority: fc.integer({ min: 0, max: 3 }),
});
const promotions = fc
  .array(simple, { minLength: 1, maxLength: 6 })
  .map((all) =>
    all.map(({ level, size, isExclusive, priority }): Simple => ({ level, isExclusive, priority, ...size })),
  );

const compiled = ({ level, rate, amount, isExclusive, priority }: Simple, index: number): CompiledPromotion =>
  aPromotion({
    promotionId: `p${index}`,
    priority,
    discount:
      rate === undefined
        ? { kind: 'amount', level, amountMinor: { GBP: amount ?? 0 } }
        : { kind: 'percent', level, basisPoints: rate },
    ...(isExclusive && { exclusive: 'order' }),
  });

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

/** The amounts of the lines of a cart, and its total by best deal. */
function bestDeal(cart: Cart, all: readonly Simple[]) {
  const lines = cart.lines.map(({ quantity, unitPriceMinor }) => BigInt(quantity * unitPriceMinor));
  const set = { version: 1, promotions: all.map(compiled), categoryPaths: {} };
  const outcome = evaluatePromotions(cart, set, aPromotionPolicy({ resolution: 'best-deal' }));
  const discount = outcome.lineDiscounts.reduce((sum, each) => sum + BigInt(each), 0n);
  return { lines, total: lines.reduce((sum, amount) => sum + amount, 0n) - discount };
}

/** A solver that knows nothing of our code: it has the roundings as inequalities, and chooses between the alternatives. */
function smallestBySolver(highs: Highs, lines: readonly bigint[], all: readonly Simple[]) {
  const program = createProgram();
  const total = program.variable('total');
  const grossMinor = lines.reduce((sum, amount) => sum + Number(amount), 0);
  let made = 0;
  const variable = () => program.variable(`v${(made += 1)}`);
  /** What a promotion leaves of an amount: at least `amount - discount`, so that the smallest total has no more. */
  const reduced = (before: string, { rate, amount = 0 }: Simple): string => {
    const after = variable();
    if (rate === undefined) {
      program.constrain(
        [
          [1, after],
          [-1, before],
        ],
        '>=',
        -amount,
      );
      return after;
    }
    const discount = variable();
    // 10,000 × discount is more than before × rate - 5,000, and at most before × rate + 5,000: rounded half up.
    program.constrain(
      [
        [10_000, discount],
        [-rate, before],
      ],
      '>=',
      -4999,
    );
    program.constrain(
      [
        [10_000, discount],
        [-rate, before],
      ],
      '<=',
      5000,
    );
    program.constrain(
      [
        [1, after],
        [1, discount],
        [-1, before],
      ],
      '=',
      0,
    );
    return after;
  };
  const alternatives = [
    all.filter(({ isExclusive }) => !isExclusive),
    ...all.filter(({ isExclusive }) => isExclusive).map((each) => [each]),
  ];
  const choices = alternatives.map((some, index) => {
    const ordered = some.toSorted((a, b) => b.priority - a.priority);
    const goods = lines.map((amount) => {
      const line = variable();
      program.constrain([[1, line]], '=', Number(amount));
      return ordered.filter(({ level }) => level === 'line').reduce(reduced, line);
    });
    const sum = variable();
    program.constrain([[1, sum], ...goods.map((line) => [-1, line] as const)], '=', 0);
    const left = ordered.filter(({ level }) => level === 'order').reduce(reduced, sum);
    const choice = program.choice(`choice${index}`);
    // The total is at least what is left by the chosen alternative.
    program.constrain(
      [
        [1, total],
        [-1, left],
        [-grossMinor, choice],
      ],
      '>=',
      -grossMinor,
    );
    return choice;
  });
  program.constrain(
    choices.map((choice) => [1, choice] as const),
    '=',
    1,
  );
  return program.minimum(highs, total);
}

// Seen failing with "the last exclusive promotion wins" of the mutants.
test('best deal equals an independent solver for 1,000 small carts', { timeout: 120_000 }, async () => {
  const highs = await loadSolver();
  fc.assert(
    fc.property(anyCart, promotions, (cart, all) => {
      const { lines, total } = bestDeal(cart, all);
      expect(Number(total)).toBe(smallestBySolver(highs, lines, all));
    }),
    { numRuns: 1000 },
  );
});

test('best deal is the smallest total of every permitted choice, for 1,000 carts', () => {
  fc.assert(
    fc.property(anyCart, promotions, (cart, all) => {
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
