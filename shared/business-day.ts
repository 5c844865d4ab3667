/** A period in milliseconds since the epoch; `endMs` is exclusive. */
type Period = { startMs: number; endMs: number };

/** A clock hour of a business day, or the part of it before or after a change of the clock. */
export type DayHour = Period & {
  /** Local start time with its offset, such as `2011-10-30T01:00:00+01:00`: unique when daylight saving time ends. */
  label: string;
};

const dayMs = 86_400_000;
// From 1972 on, every zone changes its day and its clock on a quarter of an hour (Monrovia was the last).
const quarterMs = 900_000;
const quartersFromMs = Date.UTC(1972, 1);

/**
 * Returns a function from an instant (milliseconds since the epoch) to its business day (`YYYY-MM-DD`) in an IANA zone.
 * Throws a RangeError for an unknown zone. Creating the function is slow; it caches the day of the last quarter hour.
 */
export function businessDays(timeZone: string): (instantMs: number) => string {
  const format = new Intl.DateTimeFormat('en-CA-u-ca-iso8601-nu-latn', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  let lastQuarter = Number.NaN;
  let lastDay = '';
  return (instantMs) => {
    const quarter = Math.floor(instantMs / quarterMs);
    if (quarter === lastQuarter && instantMs >= quartersFromMs) return lastDay;
    lastDay = format.format(instantMs).padStart(10, '0');
    lastQuarter = quarter;
    return lastDay;
  };
}

/** Does the same, and loads the zone's calendar with the first day: that takes a tenth of a cold start. */
export function lazyBusinessDay(timeZone: string): (instantMs: number) => string {
  let businessDay: ReturnType<typeof businessDays> | undefined;
  return (instantMs) => (businessDay ??= businessDays(timeZone))(instantMs);
}

/** The business day `count` days before `day`. */
export const daysBefore = (day: string, count: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) - count * dayMs).toISOString().slice(0, 10);

/** The business day before `day`. */
export const dayBefore = (day: string): string => daysBefore(day, 1);

/** The days from the first to the last, both included; one more than `max` at most. */
export function daysFrom(first: string, last: string, max: number): string[] {
  const days: string[] = [];
  for (let day = first; day <= last && days.length <= max; day = daysBefore(day, -1)) days.push(day);
  return days;
}

/** Start and end of a business day, which has 23, 24 or 25 hours. */
export function dayBounds(day: string, timeZone: string): Period {
  const businessDay = businessDays(timeZone);
  const midnightUtcMs = Date.parse(`${day}T00:00:00Z`);
  // Zones are at most 14 hours ahead of UTC and 12 behind.
  const firstMoment = (isReached: (instantMs: number) => boolean, fromMs: number) => {
    let [before, after] = [fromMs - dayMs, fromMs + dayMs];
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (isReached(middle)) after = middle;
      else before = middle;
    }
    return after;
  };
  return {
    startMs: firstMoment((instantMs) => businessDay(instantMs) >= day, midnightUtcMs),
    endMs: firstMoment((instantMs) => businessDay(instantMs) > day, midnightUtcMs + dayMs),
  };
}

/** The clock hours of a business day, in order, without gaps or overlaps. */
export function hoursOfDay(day: string, timeZone: string): DayHour[] {
  const { startMs, endMs } = dayBounds(day, timeZone);
  const clock = new Intl.DateTimeFormat('en-CA-u-ca-iso8601-nu-latn', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'longOffset',
  });
  const hours: DayHour[] = [];
  let current = '';
  for (let atMs = startMs; atMs < endMs; atMs += quarterMs) {
    const parts = Object.fromEntries(clock.formatToParts(atMs).map(({ type, value }) => [type, value]));
    const offset = parts['timeZoneName']?.slice('GMT'.length) || '+00:00';
    const hour = `${parts['hour']}${offset}`;
    const last = hours.at(-1);
    if (hour === current && last) {
      last.endMs = Math.min(atMs + quarterMs, endMs);
      continue;
    }
    current = hour;
    const label = `${day}T${parts['hour']}:${parts['minute']}:00${offset}`;
    hours.push({ startMs: atMs, endMs: Math.min(atMs + quarterMs, endMs), label });
  }
  return hours;
}
