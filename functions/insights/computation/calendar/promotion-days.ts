import { dayBounds } from '../../../../shared/business-day.ts';
import { inForce } from '../../../../shared/pricing/promotions/schedule/in-force.ts';
import type { PromotionSet } from '../../../../shared/pricing/promotions/types.ts';

/** Changes of one promotion in a day that are looked at. */
const maxChanges = 48;

/** Whether a promotion of these is in force at any time of each day: their ids by day. Days without one are left out. */
export function promotionDays(
  { promotions, disabled }: Pick<PromotionSet, 'promotions' | 'disabled'>,
  days: readonly string[],
  timeZone: string,
): Map<string, string[]> {
  const live = disabled ? [] : promotions.filter(({ paused, endedAt }) => !paused && endedAt === undefined);
  const found = days.map((day): [string, string[]] => {
    const { startMs, endMs } = dayBounds(day, timeZone);
    const own = live.filter(({ schedule }) => {
      let at = startMs;
      for (let change = 0; change < maxChanges && at < endMs; change += 1) {
        const { state, until } = inForce(schedule, timeZone, at);
        if (state === 'in-force') return true;
        at = until;
      }
      return false;
    });
    return [day, own.map(({ promotionId }) => promotionId).toSorted()];
  });
  return new Map(found.filter(([, own]) => own.length > 0));
}
