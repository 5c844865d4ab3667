import * as z from 'zod';
import type { PromotionWarning } from '../../../shared/contracts/promotions/promotion.ts';
import type { WorstCase } from '../../../shared/contracts/promotions/worst-case-routes.ts';

const Quote = z.object({
  currency: z.string(),
  at: z.string(),
  lines: z.array(z.object({ sku: z.string(), quantity: z.number() })),
});

/** A warning if a basket below its floor was found. */
export function worstCaseWarnings({ isBelowFloor, worst, searched }: WorstCase): PromotionWarning[] {
  if (!isBelowFloor || !worst) return [];
  const { goodsMinor, floorMinor, promotionIds } = worst;
  const { currency, at, lines } = Quote.parse(worst.quote);
  const basket = lines.map(({ sku, quantity }) => `${quantity} × ${sku}`).join(', ');
  const part = searched.isWhole ? '' : ' Not every basket was searched: POST …/worst-case searches more.';
  const detail = `${basket} would cost ${goodsMinor} ${currency}, with ${promotionIds.join(', ')}; the sum of the lowest prices is ${floorMinor}.${part}`;
  return [{ type: 'below-floor', pointer: '', detail, at }];
}
