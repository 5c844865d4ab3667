/** A span of time in milliseconds since the epoch; `endMs` is the first moment after it. */
type Span = { startMs: number; endMs: number };

/** One clock hour of a business day, or the part of it before or after a change of the clock. */
export type DayHour = Span & {
  /** Local time at its start with its offset, `2011-10-30T01:00:00+01:00`: tells the two hours of a long night apart. */
  label: string;
};

const dayMs = 86_400_000;
// Since then, every zone changes its day and its clock on a quarter of an hour (the last to do so was Monrovia).
const quarterMs = 900_000;
const quartersFromMs = Date.UTC(1972, 1);

/**
 * Makes the function that gives the business day (`YYYY-MM-DD`) of an instant in milliseconds since the epoch, for an
 * IANA zone; it throws a RangeError for an unknown zone. Make it once: the formatter is what is slow. Instants of the
 * same quarter hour in a row cost nothing.
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

/** The business day before `day`. */
export const dayBefore = (day: string): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) - dayMs).toISOString().slice(0, 10);

/** First moment of a business day and first moment of the next: 23, 24 or 25 hours apart, as the zone has it. */
export function dayBounds(day: string, timeZone: string): Span {
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

/** The clock hours of a business day in order; without gap or overlap, they cover it. */
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
