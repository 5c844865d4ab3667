import { type Categories, pathOf } from './category-tree.ts';
import type { PriceGuard } from './price-guard.ts';

export type Margin = { minMarginBasisPoints: number; belowMargin: PriceGuard['belowMargin']; of: string };

/**
 * The margin for a category: of the nearest category on its path that sets one, else of the store; undefined if
 * none does.
 */
export function marginFor(
  category: string | undefined,
  categories: Categories,
  guard: Omit<PriceGuard, 'changeExpiresHours'>,
): Margin | undefined {
  const path = pathOf(categories, category).toReversed();
  const owner = path.find(({ minMarginBasisPoints }) => minMarginBasisPoints !== undefined);
  const minMarginBasisPoints = owner?.minMarginBasisPoints ?? guard.minMarginBasisPoints;
  if (minMarginBasisPoints === undefined) return undefined;
  const belowMargin = path.find((each) => each.belowMargin !== undefined)?.belowMargin ?? guard.belowMargin;
  return { minMarginBasisPoints, belowMargin, of: owner ? `the category ${owner.categoryId}` : 'the store' };
}

/** The lowest price with a margin on the cost, in minor units, rounded up. */
export function minPriceOf(costMinor: number, { minMarginBasisPoints }: Pick<Margin, 'minMarginBasisPoints'>): number {
  const product = BigInt(costMinor) * BigInt(10_000 + minMarginBasisPoints);
  return Number((product + 9999n) / 10_000n);
}
