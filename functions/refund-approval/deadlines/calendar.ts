import { Temporal } from 'temporal-polyfill';
import type { WorkingCalendar } from '../../../shared/settings/calendars.ts';

const msPerHour = 3_600_000;

/**
 * The time after `hours` of working time from `instantMs`, both in ms since the epoch. Elapsed time counts: when the
 * clocks change, a skipped hour does not count and a repeated hour counts twice.
 */
export function workingTimeAfter(calendar: WorkingCalendar, instantMs: number, hours: number): number {
  // Rounded: a fraction of a millisecond after the end of a working day would move the result to the next one.
  let leftMs = Math.round(hours * msPerHour);
  const zoned = Temporal.Instant.fromEpochMilliseconds(instantMs).toZonedDateTimeISO(calendar.timeZone);
  for (let day = zoned.toPlainDate(); ; day = day.add({ days: 1 })) {
    for (const { startMs, endMs } of workingHoursOn(calendar, day)) {
      const fromMs = Math.max(startMs, instantMs);
      const workedMs = Math.max(endMs - fromMs, 0);
      if (workedMs > 0 && workedMs >= leftMs) return fromMs + leftMs;
      leftMs -= workedMs;
    }
  }
}

/** The working hours of a day, in order. */
function workingHoursOn({ timeZone, workingHours, holidays }: WorkingCalendar, day: Temporal.PlainDate) {
  if (holidays.includes(day.toString())) return [];
  const at = (time: string) => {
    const isMidnight = time === '24:00';
    const date = isMidnight ? day.add({ days: 1 }) : day;
    return date.toZonedDateTime({ timeZone, plainTime: isMidnight ? '00:00' : time }).epochMilliseconds;
  };
  const spans = Object.entries(workingHours).find(([weekday]) => Number(weekday) === day.dayOfWeek)?.[1] ?? [];
  return spans.map(({ from, to }) => ({ startMs: at(from), endMs: at(to) }));
}
