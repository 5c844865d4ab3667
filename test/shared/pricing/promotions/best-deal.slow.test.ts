import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyCart } from '../../../support/promotions/arbitrary.ts';
import { createProgram, type Highs, loadSolver } from '../../../support/promotions/milp.ts';
import { bestDeal, type Simple, simplePromotions } from '../../../support/promotions/simple-promotions.ts';
import { repetitions } from '../../../support/repetitions.ts';

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

test('best deal equals an independent solver for 1,000 small carts', { timeout: 300_000 }, async () => {
  const highs = await loadSolver();
  fc.assert(
    fc.property(anyCart, simplePromotions, (cart, all) => {
      const { lines, total } = bestDeal(cart, all);
      expect(Number(total)).toBe(smallestBySolver(highs, lines, all));
    }),
    { numRuns: repetitions(1000) },
  );
});
