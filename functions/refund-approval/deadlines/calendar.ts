import { Temporal } from 'temporal-polyfill';
import * as z from 'zod';

const TimeOfDay = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'A time of day is HH:MM');
const Span = z
  .strictObject({ from: TimeOfDay, to: TimeOfDay })
  .refine(({ from, to }) => from < to, 'Working hours end after they begin');
/** In order, without overlap. */
const Day = z.array(Span).refine((spans) => spans.every(({ from }, i) => i === 0 || from >= (spans[i - 1]?.to ?? '')));

/** When people work, by the clocks of the zone. Weekdays are 1 (Monday) to 7 (Sunday); those that are not here are free. */
export const WorkingCalendar = z
  .strictObject({
    /** IANA zone. */
    timeZone: z.string(),
    workingHours: z.partialRecord(z.enum(['1', '2', '3', '4', '5', '6', '7']), Day),
    /** Dates on which nobody works. */
    holidays: z.array(z.iso.date()),
  })
  .refine(({ workingHours }) => Object.values(workingHours).some((spans) => spans.length > 0), 'Somebody must work');
export type WorkingCalendar = z.infer<typeof WorkingCalendar>;

const msPerHour = 3_600_000;

/**
 * The moment at which so many hours of working time have passed since `instantMs`, both in ms since the epoch. Hours are
 * counted as they pass: on a day on which the clocks change, an hour that is skipped is not worked and one that comes
 * twice is worked twice.
 */
export function workingTimeAfter(calendar: WorkingCalendar, instantMs: number, hours: number): number {
  // In whole milliseconds: a trace of one beyond the end of working hours would be worked on the next working day.
  let leftMs = Math.round(hours * msPerHour);
  const zoned = Temporal.Instant.fromEpochMilliseconds(instantMs).toZonedDateTimeISO(calendar.timeZone);
  for (let day = zoned.toPlainDate(); ; day = day.add({ days: 1 })) {
    for (const { startMs, endMs } of workOn(calendar, day)) {
      const fromMs = Math.max(startMs, instantMs);
      const workedMs = Math.max(endMs - fromMs, 0);
      if (workedMs > 0 && workedMs >= leftMs) return fromMs + leftMs;
      leftMs -= workedMs;
    }
  }
}

/** The spans of a day in which people work, in order. */
function workOn({ timeZone, workingHours, holidays }: WorkingCalendar, day: Temporal.PlainDate) {
  if (holidays.includes(day.toString())) return [];
  const at = (time: string) => {
    const isMidnight = time === '24:00';
    const date = isMidnight ? day.add({ days: 1 }) : day;
    return date.toZonedDateTime({ timeZone, plainTime: isMidnight ? '00:00' : time }).epochMilliseconds;
  };
  const spans = Object.entries(workingHours).find(([weekday]) => Number(weekday) === day.dayOfWeek)?.[1] ?? [];
  return spans.map(({ from, to }) => ({ startMs: at(from), endMs: at(to) }));
}
