import type { PromotionWarning } from '../../../shared/contracts/promotions/promotion.ts';
import { checkReduction, lowestBefore, type OfferedPrice } from '../../../shared/pricing/offered-prices.ts';
import type { CompiledPromotion } from '../../../shared/pricing/promotions/types.ts';

type Announced = Pick<CompiledPromotion, 'promotionId' | 'announcedReductionBasisPoints'>;

/**
 * When the reduction began, in milliseconds: `at`, or before it the first of the prices without a gap that the promotion
 * lowered already.
 */
export function reductionStart(offers: readonly OfferedPrice[], promotionId: string, at: number): number {
  let start = at;
  for (const { from, until, promotionIds } of offers.toReversed()) {
    if (until !== start || !promotionIds.includes(promotionId)) break;
    start = from;
  }
  return start;
}

/**
 * Compares the price of a SKU with the lowest price of the 30 days before its reduction (Directive 98/6/EC, Article 6a).
 * Without an announced rate, it has to be below that price. `offers` are those before `at`.
 */
export function reductionWarning(
  { promotionId, announcedReductionBasisPoints = 0 }: Announced,
  sku: string,
  offers: readonly OfferedPrice[],
  { at, unitPriceMinor, currency }: { at: number; unitPriceMinor: number; currency: string },
): PromotionWarning | undefined {
  const start = reductionStart(offers, promotionId, at);
  const before = offers.filter(({ from }) => from < start);
  const found = checkReduction(before, {
    at: start,
    unitPriceMinor,
    announcedBasisPoints: announcedReductionBasisPoints,
  });
  const prior = lowestBefore(before, start);
  if (!found || !prior) return undefined;
  const since = new Date(prior.from).toISOString();
  const compared = `${sku} would cost ${unitPriceMinor} ${currency}; the lowest price of the 30 days before is ${prior.unitPriceMinor}, from ${since}`;
  const detail =
    found.code === 'no-reduction'
      ? `${compared}: it is not reduced.`
      : `${compared}: the reduction is ${found.reductionBasisPoints} basis points, and ${found.announcedBasisPoints} are announced.`;
  const pointer = announcedReductionBasisPoints > 0 ? '/announcedReductionBasisPoints' : '/discount';
  return { type: found.code, pointer, detail, at: new Date(at).toISOString() };
}
