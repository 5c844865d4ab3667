import { dayMs } from './wall-time.ts';

const frequencies = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] as const;
const weekdays = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

/** Days of an RFC 5545 RRULE. Weekdays are 0 (Monday) to 6; an ordinal counts from the start, or negative from the end. */
export type Recurrence = {
  frequency: (typeof frequencies)[number];
  interval: number;
  byDay: readonly { weekday: number; ordinal?: number | undefined }[];
  byMonthDay: readonly number[];
  byMonth: readonly number[];
  bySetPos: readonly number[];
};

/** Parses the supported parts of an RRULE. Throws a RangeError that says what is wrong. */
export function parseRecurrence(rrule: string): Recurrence {
  const parts = new Map<string, string>();
  for (const part of rrule.split(';')) {
    const [, name, value] = /^([A-Z]+)=([A-Z0-9,+-]+)$/.exec(part) ?? [];
    if (name === undefined || value === undefined) throw new RangeError(`${part} is not NAME=VALUE`);
    if (parts.has(name)) throw new RangeError(`${name} occurs twice`);
    if (!supported.has(name)) throw new RangeError(`${name} is not supported. Use ${[...supported].join(', ')}`);
    parts.set(name, value);
  }
  const frequency = frequencies.find((each) => each === parts.get('FREQ'));
  if (!frequency) throw new RangeError(`FREQ is one of ${frequencies.join(', ')}`);
  const recurrence: Recurrence = {
    frequency,
    interval: numbersOf(parts, 'INTERVAL', 1, 1000)[0] ?? 1,
    byDay: (parts.get('BYDAY')?.split(',') ?? []).map(weekdayOf),
    byMonthDay: numbersOf(parts, 'BYMONTHDAY', -31, 31),
    byMonth: numbersOf(parts, 'BYMONTH', 1, 12),
    bySetPos: numbersOf(parts, 'BYSETPOS', -366, 366),
  };
  const hasOrdinal = recurrence.byDay.some(({ ordinal }) => ordinal !== undefined);
  if (hasOrdinal && (frequency === 'DAILY' || frequency === 'WEEKLY')) {
    throw new RangeError(`BYDAY has no ordinals with FREQ=${frequency}`);
  }
  if (frequency === 'WEEKLY' && recurrence.byMonthDay.length > 0) {
    throw new RangeError('BYMONTHDAY is not used with FREQ=WEEKLY');
  }
  if (recurrence.bySetPos.length > 0 && frequency === 'DAILY') {
    throw new RangeError('BYSETPOS is not used with FREQ=DAILY');
  }
  return recurrence;
}

const supported = new Set(['FREQ', 'INTERVAL', 'BYDAY', 'BYMONTHDAY', 'BYMONTH', 'BYSETPOS']);

function numbersOf(parts: ReadonlyMap<string, string>, name: string, from: number, to: number): number[] {
  return (parts.get(name)?.split(',') ?? []).map((text) => {
    const value = /^[+-]?\d{1,4}$/.test(text) ? Number(text) : 0;
    if (value === 0 || value < from || value > to) throw new RangeError(`${name} has numbers from ${from} to ${to}`);
    return value;
  });
}

function weekdayOf(text: string): Recurrence['byDay'][number] {
  const [, ordinal = '', name = ''] = /^([+-]?\d{1,2})?([A-Z]{2})$/.exec(text) ?? [];
  const weekday = weekdays.indexOf(name);
  const position = ordinal === '' ? undefined : Number(ordinal);
  if (weekday < 0 || position === 0 || Math.abs(position ?? 1) > 53) {
    throw new RangeError(`BYDAY has weekdays such as WE, 1MO or -1FR, not ${text}`);
  }
  return { weekday, ordinal: position };
}

/** Whether the recurrence has a day, as a number of days since 1970-01-01. It starts on the day `first`. */
export function isOccurrence(recurrence: Recurrence, day: number, first: number): boolean {
  if (day < first) return false;
  const { frequency, interval, byDay, byMonthDay, byMonth } = recurrence;
  const date = dateOf(day);
  const start = dateOf(first);
  if (byMonth.length > 0 && !byMonth.includes(date.month)) return false;
  switch (frequency) {
    case 'DAILY':
      return (
        (day - first) % interval === 0 &&
        (byDay.length === 0 || byDay.some(({ weekday }) => weekday === weekdayAt(day))) &&
        (byMonthDay.length === 0 || isMonthDay(byMonthDay, date))
      );
    case 'WEEKLY': {
      const weeks = weekOf(day) - weekOf(first);
      return weeks % interval === 0 && inSet(recurrence, day, weekDays(recurrence, day, first));
    }
    case 'MONTHLY': {
      const months = (date.year - start.year) * 12 + date.month - start.month;
      return months % interval === 0 && inSet(recurrence, day, monthDays(recurrence, date, start.day));
    }
    case 'YEARLY': {
      const years = date.year - start.year;
      return years % interval === 0 && inSet(recurrence, day, yearDays(recurrence, date.year, start));
    }
    default:
      return frequency satisfies never;
  }
}

/** Whether the day is in the set of a period, or at one of its positions. */
function inSet({ bySetPos }: Recurrence, day: number, set: readonly number[]): boolean {
  if (bySetPos.length === 0) return set.includes(day);
  return bySetPos.some((position) => set.at(position > 0 ? position - 1 : position) === day);
}

function weekDays({ byDay }: Recurrence, day: number, first: number): number[] {
  const monday = day - weekdayAt(day);
  const days = byDay.length > 0 ? byDay.map(({ weekday }) => weekday) : [weekdayAt(first)];
  return [...new Set(days)].toSorted((a, b) => a - b).map((weekday) => monday + weekday);
}

type CalendarDate = { year: number; month: number; day: number };

/** The days of a month that the rule has, ascending. Without a part that names days, that of the start. */
function monthDays(
  { byDay, byMonthDay }: Pick<Recurrence, 'byDay' | 'byMonthDay'>,
  { year, month }: Pick<CalendarDate, 'year' | 'month'>,
  startDay: number,
): number[] {
  const from = dayNumber(year, month, 1);
  const length = dayNumber(year, month + 1, 1) - from;
  const named = byMonthDay.length > 0 || byDay.length > 0;
  const days = Array.from({ length }, (_day, index) => index + 1);
  return days
    .filter((day) => named || day === startDay)
    .filter((day) => byMonthDay.length === 0 || byMonthDay.includes(day) || byMonthDay.includes(day - length - 1))
    .map((day) => from + day - 1)
    .filter((day) => byDay.length === 0 || isWeekday(byDay, day, { from, length }));
}

function yearDays(recurrence: Recurrence, year: number, start: CalendarDate): number[] {
  const { byDay, byMonthDay, byMonth } = recurrence;
  const months = byMonth.length > 0 ? byMonth : Array.from({ length: 12 }, (_month, index) => index + 1);
  if (byMonth.length > 0 || byMonthDay.length > 0) {
    return months.toSorted((a, b) => a - b).flatMap((month) => monthDays(recurrence, { year, month }, start.day));
  }
  if (byDay.length === 0) return monthDays(recurrence, { year, month: start.month }, start.day);
  const from = dayNumber(year, 1, 1);
  const length = dayNumber(year + 1, 1, 1) - from;
  return Array.from({ length }, (_day, index) => from + index).filter((day) => isWeekday(byDay, day, { from, length }));
}

/** Whether a day of a period is one of the weekdays, counted in the period where they have an ordinal. */
function isWeekday(
  byDay: Recurrence['byDay'],
  day: number,
  { from, length }: { from: number; length: number },
): boolean {
  const fromStart = Math.floor((day - from) / 7) + 1;
  const fromEnd = -(Math.floor((from + length - 1 - day) / 7) + 1);
  return byDay.some(
    ({ weekday, ordinal }) =>
      weekday === weekdayAt(day) && (ordinal === undefined || ordinal === fromStart || ordinal === fromEnd),
  );
}

function isMonthDay(byMonthDay: readonly number[], { year, month, day }: CalendarDate): boolean {
  const length = dayNumber(year, month + 1, 1) - dayNumber(year, month, 1);
  return byMonthDay.includes(day) || byMonthDay.includes(day - length - 1);
}

const dayNumber = (year: number, month: number, day: number): number => Date.UTC(year, month - 1, day) / dayMs;
/** 1970-01-01 was a Thursday. */
const weekdayAt = (day: number): number => (((day + 3) % 7) + 7) % 7;
const weekOf = (day: number): number => Math.floor((day + 3) / 7);

function dateOf(day: number): CalendarDate {
  const date = new Date(day * dayMs);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}
