import { businessDays, hoursOfDay } from '../../../shared/business-day.ts';
import type { FieldError } from '../../../shared/contracts/problem.ts';
import type { VisitCount } from '../../../shared/contracts/reports/visit-routes.ts';
import { timeProblem } from '../../../shared/names.ts';

const dayMs = 86_400_000;

/** What is wrong with the hours of a batch. Visits are as old as orders of the channel may be, which restate days too. */
export function hourProblems(
  counts: readonly VisitCount[],
  { now, timeZone, maxAgeDays }: { now: number; timeZone: string; maxAgeDays: number },
): FieldError[] {
  const dayOf = businessDays(timeZone);
  const startsOf = new Map<string, Set<number>>();
  const isStart = (at: number): boolean => {
    const day = dayOf(at);
    const starts = startsOf.get(day) ?? new Set(hoursOfDay(day, timeZone).map(({ startMs }) => startMs));
    startsOf.set(day, starts);
    return starts.has(at);
  };
  return counts.flatMap(({ hour }, index) => {
    const pointer = `/counts/${index}/hour`;
    const at = Date.parse(hour);
    const detail =
      timeProblem(hour, now) ??
      (at < now - maxAgeDays * dayMs ? `The hour is more than ${maxAgeDays} days ago` : undefined) ??
      (isStart(at) ? undefined : `An hour does not start at this time in ${timeZone}`);
    return detail === undefined ? [] : [{ pointer, detail }];
  });
}
