import { businessDays, daysBefore } from '../../../shared/business-day.ts';
import { daysBeforeStart } from '../../../shared/contracts/promotions/effect-routes.ts';
import { endOf, spanOf } from '../promotion/promotion-timing.ts';
import { compiledOf, type PromotionRecord } from '../promotion/promotion-record.ts';
import { dayCount, daysFrom } from './days.ts';

/** Days of a report: a promotion without an end is measured by its last ones. */
const maxDays = 366;

/** What the report of a promotion measures up to `now` (milliseconds); undefined before it could be in force. */
export function measuredOf(record: PromotionRecord, timeZone: string, now: number) {
  const promotion = compiledOf(record);
  if (!promotion || !record.inForce) return undefined;
  const createdMs = Date.parse(record.createdAt);
  const startMs = Math.max(spanOf(promotion.schedule, timeZone).startMs, createdMs);
  const endMs = Math.min(endOf(promotion, timeZone), now);
  if (startMs >= endMs) return undefined;
  const dayOf = businessDays(timeZone);
  const last = dayOf(endMs - 1);
  const first = [dayOf(startMs), daysBefore(last, maxDays - 1)].toSorted().at(-1) ?? last;
  return {
    promotionId: record.promotionId,
    startMs,
    endMs,
    daysWith: daysFrom(first, dayCount(first, last)),
    daysBefore: daysFrom(daysBefore(first, daysBeforeStart), daysBeforeStart),
    hasHoldout: (promotion.holdoutShare ?? 0) > 0,
    channels: promotion.audience?.channels,
  };
}
