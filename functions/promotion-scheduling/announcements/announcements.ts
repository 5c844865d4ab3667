import * as z from 'zod';
import { PromotionEnded, PromotionStarted } from '../../../shared/contracts/promotions/events.ts';
import { contentHash } from '../../../shared/ids.ts';
import { Instant, PathId } from '../../../shared/names.ts';
import { compiledOf, type PromotionRecord } from '../promotion/promotion-record.ts';
import { isInForce, nextBoundary } from '../promotion/promotion-timing.ts';

/** The message that a schedule sends: the promotion starts or ends at `at`. */
export const Announcement = z.strictObject({ promotionId: PathId, at: Instant });
export type Announcement = z.infer<typeof Announcement>;

/** What was announced last, and when the next announcement is due. */
export const Announced = z.object({
  version: z.int().positive(),
  inForce: z.boolean(),
  dueAt: z.string().optional(),
});
export type Announced = z.infer<typeof Announced>;

type Due = { definition: typeof PromotionStarted | typeof PromotionEnded; at: number };

/** Boundaries that one call announces. More are announced by the next one. */
const maxBoundaries = 50;

/** Name of the schedule. A promotion id can be longer than a name and have other characters. */
export const scheduleNameOf = (promotionId: string) => `promotion.${contentHash(promotionId)}`;

/**
 * What to announce at `now` (milliseconds): the boundaries since the last announcement, and the effect of a change. It
 * depends on nothing but the promotion, the last announcement and the time, so that it may be asked at any time, repeatedly.
 */
export function announcementsDue(
  record: PromotionRecord,
  last: Announced | undefined,
  storeZone: string,
  now: number,
): { due: Due[]; next: Announced; isChanged: boolean } {
  const compiled = compiledOf(record);
  const due: Due[] = [];
  let inForce = last?.inForce ?? false;
  const announce = (isNow: boolean, at: number) => {
    if (isNow !== inForce) due.push({ definition: isNow ? PromotionStarted : PromotionEnded, at });
    inForce = isNow;
  };
  const changedAt = Date.parse(record.changedAt);
  if (!last && compiled) announce(isInForce(compiled, storeZone, changedAt), changedAt);
  // The first announcement may be late: its start and end may have come since.
  const nextAt = last ? last.dueAt : compiled && nextBoundary(compiled, storeZone, changedAt)?.at;
  let at = nextAt === undefined ? Infinity : new Date(nextAt).getTime();
  for (let count = 0; at <= now && count < maxBoundaries; count += 1) {
    if (!compiled) break;
    announce(isInForce(compiled, storeZone, at), at);
    at = nextBoundary(compiled, storeZone, at)?.at ?? Infinity;
  }
  // Also a promotion that was created, changed, paused, resumed or ended since.
  const isCaughtUp = !compiled || at > now;
  if (isCaughtUp) announce(compiled !== undefined && isInForce(compiled, storeZone, now), Math.min(now, changedAt));
  const boundary = isCaughtUp ? compiled && nextBoundary(compiled, storeZone, now)?.at : at;
  const dueAt = boundary === undefined || boundary === Infinity ? undefined : new Date(boundary).toISOString();
  const next = { version: (last?.version ?? 0) + 1, inForce, ...(dueAt !== undefined && { dueAt }) };
  const isChanged = due.length > 0 || dueAt !== last?.dueAt || inForce !== (last?.inForce ?? false);
  return { due, next, isChanged };
}
