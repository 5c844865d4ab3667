import * as fc from 'fast-check';
import { evaluatePromotions } from '../../../shared/pricing/promotions/evaluate-promotions.ts';
import type { Cart, CompiledPromotion } from '../../../shared/pricing/promotions/types.ts';
import { aPromotion } from '../promotions.ts';
import { aPromotionPolicy } from './arbitrary.ts';

/** A promotion of all goods that combines with all others, or is exclusive on the order. */
export type Simple = {
  level: 'line' | 'order';
  rate?: number;
  amount?: number;
  isExclusive: boolean;
  priority: number;
};

const simple = fc.record({
  level: fc.constantFrom('line' as const, 'order' as const),
  size: fc.oneof(
    fc.integer({ min: 1, max: 10_000 }).map((rate) => ({ rate })),
    fc.integer({ min: 1, max: 3000 }).map((amount) => ({ amount })),
  ),
  isExclusive: fc.boolean(),
  priority: fc.integer({ min: 0, max: 3 }),
});
export const simplePromotions = fc
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

/** The amounts of the lines of a cart, and its total by best deal. */
export function bestDeal(cart: Cart, all: readonly Simple[]) {
  const lines = cart.lines.map(({ quantity, unitPriceMinor }) => BigInt(quantity * unitPriceMinor));
  const set = { version: 1, promotions: all.map(compiled), categoryPaths: {} };
  const outcome = evaluatePromotions(cart, set, aPromotionPolicy({ resolution: 'best-deal' }));
  const discount = outcome.lineDiscounts.reduce((sum, each) => sum + BigInt(each), 0n);
  return { lines, total: lines.reduce((sum, amount) => sum + amount, 0n) - discount };
}
