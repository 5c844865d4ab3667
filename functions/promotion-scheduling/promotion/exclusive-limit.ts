import { contentHash } from '../../../shared/ids.ts';
import type { CompiledPromotion } from '../../../shared/pricing/promotions/types.ts';
import { endOf, isInForce, nextBoundary, spanOf } from './promotion-timing.ts';

/** Best deal prices an order once more for each of them. */
export const maxExclusive = 16;
const searchedDays = 366;
const dayMs = 86_400_000;
const maxBoundaries = 2000;

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

type Span = { startMs: number; endMs: number };
const isWithin = ({ startMs, endMs }: Span, at: number) => startMs <= at && at < endMs;

/** Returns a function that gives the spans of a promotion in a period. Promotions with one schedule are calculated once. */
function spansReader(storeZone: string, from: number, until: number): (promotion: CompiledPromotion) => Span[] {
  const known = new Map<string, Span[]>();
  return ({ schedule, endedAt }) => {
    const key = contentHash({ schedule, endedAt });
    const spans = known.get(key) ?? spansIn({ schedule, endedAt }, storeZone, from, until);
    known.set(key, spans);
    return spans;
  };
}

function spansIn(timed: Parameters<typeof nextBoundary>[0], storeZone: string, from: number, until: number): Span[] {
  const spans: Span[] = [];
  let startMs = isInForce(timed, storeZone, from) ? from : undefined;
  let at = from;
  for (let count = 0; count < maxBoundaries && at < until; count += 1) {
    const next = nextBoundary(timed, storeZone, at);
    at = next?.at ?? until;
    if (startMs !== undefined && !next?.starts) spans.push({ startMs, endMs: Math.min(at, until) });
    startMs = next?.starts ? at : undefined;
  }
  return spans;
}
