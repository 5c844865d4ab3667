import type { CompiledPromotion } from '../../../shared/pricing/promotions/types.ts';
import { endOf, isWithin, spanOf, spansReader } from './promotion-timing.ts';

/** Best deal prices an order once more for each of them. */
export const maxExclusive = 16;
const searchedDays = 366;
const dayMs = 86_400_000;

/**
 * The other promotions that are exclusive on the order and in force with this one at some time, if they are too many;
 * undefined if they are not. Paused ones count, as they may be resumed. Recurring ones are searched for a year.
 */
export function tooManyExclusive(
  promotion: CompiledPromotion,
  others: readonly CompiledPromotion[],
  storeZone: string,
  now: number,
): { at: number; others: CompiledPromotion[] } | undefined {
  if (promotion.exclusive !== 'order') return undefined;
  const from = Math.max(now, spanOf(promotion.schedule, storeZone).startMs);
  const until = endOf(promotion, storeZone);
  const met = others.filter(
    (other) =>
      other.exclusive === 'order' &&
      other.promotionId !== promotion.promotionId &&
      spanOf(other.schedule, storeZone).startMs < until &&
      endOf(other, storeZone) > from,
  );
  if (met.length < maxExclusive) return undefined;
  const horizon = Math.min(until, from + searchedDays * dayMs);
  const spans = spansReader(storeZone, from, horizon);
  const own = spans(promotion);
  const ofOthers = met.map((other) => ({ other, spans: spans(other) }));
  // The number in force grows at a start only.
  const starts = new Set([...own, ...ofOthers.flatMap((each) => each.spans)].map(({ startMs }) => startMs));
  for (const at of [...starts].toSorted((a, b) => a - b)) {
    if (!own.some((span) => isWithin(span, at))) continue;
    const together = ofOthers.filter((each) => each.spans.some((span) => isWithin(span, at)));
    if (together.length >= maxExclusive) return { at, others: together.map(({ other }) => other) };
  }
  return undefined;
}
