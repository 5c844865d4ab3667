import { Temporal } from 'temporal-polyfill';
import { type Cron, readCron } from './cron.ts';

/** When a schedule fires; times in ms since the epoch. */
export type ScheduleExpression =
  { kind: 'cron'; cron: Cron } | { kind: 'rate'; everyMs: number } | { kind: 'at'; local: Temporal.PlainDateTime };

type OccurrenceOptions = {
  /** IANA zone in whose wall-clock time `cron` and `at` are read. */
  timeZone: string;
  /** The occurrence lies after this. */
  after: number;
  /** When the schedule was made: a `rate` counts from here unless it has a start. */
  anchor: number;
  /** Neither bounds a one-time schedule. */
  startAt?: number | undefined;
  endAt?: number | undefined;
};

const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Reads `cron(…)`, `rate(…)` or `at(…)`. Throws an Error that says what is wrong. Source: EventBridge Scheduler user
 * guide, "Schedule types".
 */
export function readScheduleExpression(expression: string): ScheduleExpression {
  const [, kind, argument = ''] = /^(cron|rate|at)\((.*)\)$/.exec(expression.trim()) ?? [];
  switch (kind) {
    case 'cron':
      return { kind, cron: readCron(argument) };
    case 'rate':
      return { kind, everyMs: readRate(argument) };
    case 'at':
      return { kind, local: readLocal(argument) };
    default:
      throw new Error(`${JSON.stringify(expression)} is none of cron(…), rate(…) and at(…).`);
  }
}

/** Throws an Error for a zone that this machine does not know. */
export function checkTimeZone(timeZone: string): void {
  try {
    Intl.DateTimeFormat('en', { timeZone });
  } catch {
    throw new Error(`${JSON.stringify(timeZone)} is not a time zone.`);
  }
}

/**
 * The first moment after `after` at which the schedule fires, or undefined if it never does again. A `cron` leaves out a
 * wall-clock time that summer time skips and takes only the first of one that comes twice; a day of a `rate` has 24
 * hours. An `at` in a skipped hour fires as much later as the clocks jump. Throws as readScheduleExpression does.
 * Source: EventBridge Scheduler user guide, "Daylight savings time on EventBridge Scheduler".
 */
export function nextOccurrence(expression: string, options: OccurrenceOptions): number | undefined {
  const read = readScheduleExpression(expression);
  const { timeZone, anchor, startAt, endAt = Infinity } = options;
  const after = Math.max(options.after, startAt === undefined ? -Infinity : startAt - 1);
  switch (read.kind) {
    case 'at': {
      const at = read.local.toZonedDateTime(timeZone).epochMilliseconds;
      return at > options.after ? at : undefined;
    }
    case 'rate': {
      const from = startAt ?? anchor;
      const next = after < from ? from : from + (Math.floor((after - from) / read.everyMs) + 1) * read.everyMs;
      return next <= endAt ? next : undefined;
    }
    default: {
      const next = nextCron(read.cron, timeZone, after);
      return next !== undefined && next <= endAt ? next : undefined;
    }
  }
}

function readRate(text: string): number {
  const [, count, unit = ''] = /^([1-9]\d{0,8})\s+(minute|hour|day)s?$/.exec(text.trim()) ?? [];
  if (count === undefined)
    throw new Error(`A rate is a positive number and minutes, hours or days, not ${JSON.stringify(text)}.`);
  return Number(count) * unitMs[unit as keyof typeof unitMs];
}

function readLocal(text: string): Temporal.PlainDateTime {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text)) throw new Error('at(…) takes yyyy-mm-ddThh:mm:ss.');
  return Temporal.PlainDateTime.from(text, { overflow: 'reject' });
}

/** Later moments show later wall-clock times, the second pass of a repeated hour left out: so days and minutes ascend. */
function nextCron(cron: Cron, timeZone: string, after: number): number | undefined {
  const since = Temporal.Instant.fromEpochMilliseconds(Math.max(after, 0)).toZonedDateTimeISO(timeZone);
  const shownAfter = Date.UTC(since.year, since.month - 1, since.day, since.hour, since.minute);
  for (const year of cron.years.filter((each) => each >= since.year)) {
    for (const month of cron.months) {
      if (Date.UTC(year, month) <= shownAfter) continue;
      for (const day of cron.daysOf(year, month)) {
        for (const minute of minutesOfDay(cron)) {
          // Most minutes are passed by without the costly conversion.
          if (Date.UTC(year, month - 1, day, 0, minute) < shownAfter) continue;
          const at = instantOf({ year, month, day, hour: Math.floor(minute / 60), minute: minute % 60 }, timeZone);
          if (at !== undefined && at > after) return at;
        }
      }
    }
  }
  return undefined;
}

const minutesOfDay = ({ hours, minutes }: Cron) => hours.flatMap((hour) => minutes.map((minute) => hour * 60 + minute));

/** The first moment at which clocks in the zone show this; undefined if they skip it. */
function instantOf(local: Temporal.PlainDateTimeLike, timeZone: string): number | undefined {
  const wall = Temporal.PlainDateTime.from(local);
  const zoned = wall.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  return zoned.toPlainDateTime().equals(wall) ? zoned.epochMilliseconds : undefined;
}
