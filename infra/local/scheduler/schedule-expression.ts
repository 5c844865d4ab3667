import { Temporal } from 'temporal-polyfill';
import { type Cron, readCron } from './cron.ts';

/** A parsed schedule expression. */
export type ScheduleExpression =
  { kind: 'cron'; cron: Cron } | { kind: 'rate'; everyMs: number } | { kind: 'at'; local: Temporal.PlainDateTime };

type OccurrenceOptions = {
  /** IANA time zone of `cron` and `at`. */
  timeZone: string;
  /** Exclusive lower bound of the occurrence. */
  after: number;
  /** Creation time of the schedule, from which a `rate` counts without a start. */
  anchor: number;
  /** Start and end do not apply to a one-time schedule. */
  startAt?: number | undefined;
  endAt?: number | undefined;
};

const unitMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Parses `cron(…)`, `rate(…)` or `at(…)`. Throws an Error for an invalid expression. Source: EventBridge Scheduler user
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
      throw new Error(`${JSON.stringify(expression)} is not a cron(…), rate(…) or at(…) expression.`);
  }
}

/** Throws an Error for an unknown time zone. */
export function checkTimeZone(timeZone: string): void {
  try {
    Intl.DateTimeFormat('en', { timeZone });
  } catch {
    throw new Error(`${JSON.stringify(timeZone)} is not a time zone.`);
  }
}

/**
 * The next occurrence after `after`, or undefined if there is none. When clocks change, a `cron` omits a skipped local
 * time and occurs once for a repeated one; an `at` in a skipped hour occurs later by the offset change; a day of a
 * `rate` has 24 hours. Throws as readScheduleExpression does. Source: EventBridge Scheduler user guide, "Daylight
 * savings time on EventBridge Scheduler".
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

/** Searches in ascending local time, without the second pass of a repeated hour. */
function nextCron(cron: Cron, timeZone: string, after: number): number | undefined {
  const since = Temporal.Instant.fromEpochMilliseconds(Math.max(after, 0)).toZonedDateTimeISO(timeZone);
  const localAfter = Date.UTC(since.year, since.month - 1, since.day, since.hour, since.minute);
  for (const year of cron.years.filter((each) => each >= since.year)) {
    for (const month of cron.months) {
      if (Date.UTC(year, month) <= localAfter) continue;
      for (const day of cron.daysOf(year, month)) {
        for (const minute of minutesOfDay(cron)) {
          // Skips the expensive conversion for past minutes.
          if (Date.UTC(year, month - 1, day, 0, minute) < localAfter) continue;
          const at = instantOf({ year, month, day, hour: Math.floor(minute / 60), minute: minute % 60 }, timeZone);
          if (at !== undefined && at > after) return at;
        }
      }
    }
  }
  return undefined;
}

const minutesOfDay = ({ hours, minutes }: Cron) => hours.flatMap((hour) => minutes.map((minute) => hour * 60 + minute));

/** The first instant with this local time; undefined for a skipped local time. */
function instantOf(local: Temporal.PlainDateTimeLike, timeZone: string): number | undefined {
  const wall = Temporal.PlainDateTime.from(local);
  const zoned = wall.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  return zoned.toPlainDateTime().equals(wall) ? zoned.epochMilliseconds : undefined;
}
