/** An AWS cron expression, as sorted lists of values. */
export type Cron = {
  minutes: number[];
  hours: number[];
  /** 1 to 12. */
  months: number[];
  years: number[];
  /** Matching days of the month, sorted; empty if there is none, such as a 31st in June. */
  daysOf: (year: number, month: number) => number[];
};

type Field = { name: string; low: number; high: number; names?: string[] };

const minute: Field = { name: 'minutes', low: 0, high: 59 };
const hour: Field = { name: 'hours', low: 0, high: 23 };
const dayOfMonth: Field = { name: 'day-of-month', low: 1, high: 31 };
const month: Field = {
  name: 'month',
  low: 1,
  high: 12,
  names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
};
/** 1 is Sunday. */
const dayOfWeek: Field = {
  name: 'day-of-week',
  low: 1,
  high: 7,
  names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'],
};
const year: Field = { name: 'year', low: 1970, high: 2199 };

/**
 * Parses the six fields of `cron(…)`. Throws an Error with the name of an invalid field. Source: EventBridge user
 * guide, "Cron expressions reference".
 */
export function readCron(fields: string): Cron {
  const [minutes, hours, monthDays, months, weekDays, years, ...others] = fields.trim().toUpperCase().split(/\s+/);
  if (years === undefined || others.length > 0) throw new Error('A cron expression has six fields.');
  return {
    minutes: readField(minutes ?? '', minute),
    hours: readField(hours ?? '', hour),
    months: readField(months ?? '', month),
    years: readField(years, year),
    daysOf: readDays(monthDays ?? '', weekDays ?? ''),
  };
}

function readDays(monthDays: string, weekDays: string): Cron['daysOf'] {
  if ((monthDays === '?') === (weekDays === '?')) {
    throw new Error('Exactly one of day-of-month and day-of-week must be ?.');
  }
  return monthDays === '?' ? readWeekDays(weekDays) : readMonthDays(monthDays);
}

function readMonthDays(text: string): Cron['daysOf'] {
  if (text === 'L') return (year, month) => [lastDay(year, month)];
  if (text === 'LW') return (year, month) => [nearestWeekday(year, month, lastDay(year, month))];
  const nearest = /^(\d+)W$/.exec(text);
  if (nearest) {
    const day = readNumber(nearest[1] ?? '', dayOfMonth);
    return (year, month) => (day > lastDay(year, month) ? [] : [nearestWeekday(year, month, day)]);
  }
  const days = readField(text, dayOfMonth);
  return (year, month) => days.filter((day) => day <= lastDay(year, month));
}

function readWeekDays(text: string): Cron['daysOf'] {
  const instance = /^(\w+)#([1-5])$/.exec(text);
  if (instance) {
    const weekDay = readNumber(instance[1] ?? '', dayOfWeek);
    const index = Number(instance[2]) - 1;
    return (year, month) => daysOn(year, month, [weekDay]).slice(index, index + 1);
  }
  const last = /^(\w+)L$/.exec(text);
  if (last) {
    const weekDay = readNumber(last[1] ?? '', dayOfWeek);
    return (year, month) => daysOn(year, month, [weekDay]).slice(-1);
  }
  // The last day of the week is Saturday.
  const weekDays = text === 'L' ? [7] : readField(text, dayOfWeek);
  return (year, month) => daysOn(year, month, weekDays);
}

/** A list of values, ranges and steps. */
function readField(text: string, field: Field): number[] {
  const values = new Set(text.split(',').flatMap((item) => readItem(item, field)));
  return [...values].sort((a, b) => a - b);
}

function readItem(item: string, field: Field): number[] {
  const [, range = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(item) ?? [];
  const [first = '', last, ...others] = range.split('-');
  if (others.length > 0) throw invalid(item, field);
  const every = step === undefined ? 1 : Number(step);
  if (every < 1) throw invalid(item, field);
  if (first === '*' && last === undefined) return sequence(field.low, field.high, every);
  const from = readNumber(first, field);
  // `5/10` continues to the maximum of the field; `5` is a single value.
  const to = last === undefined ? (step === undefined ? from : field.high) : readNumber(last, field);
  if (to < from) throw invalid(item, field);
  return sequence(from, to, every);
}

function readNumber(text: string, field: Field): number {
  const named = field.names?.indexOf(text) ?? -1;
  const value = named >= 0 ? named + field.low : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= field.low && value <= field.high)) throw invalid(text, field);
  return value;
}

const invalid = (text: string, { name }: Field) =>
  new Error(`${JSON.stringify(text)} is not valid in the field ${name}.`);

const sequence = (from: number, to: number, step: number) =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);

const lastDay = (year: number, month: number) => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** 1 is Sunday. */
const weekDayOf = (year: number, month: number, day: number) =>
  new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;

const daysOn = (year: number, month: number, weekDays: number[]) =>
  sequence(1, lastDay(year, month), 1).filter((day) => weekDays.includes(weekDayOf(year, month, day)));

/** The nearest day from Monday to Friday in the same month. */
function nearestWeekday(year: number, month: number, day: number): number {
  const weekDay = weekDayOf(year, month, day);
  if (weekDay === 7) return day === 1 ? 3 : day - 1;
  if (weekDay === 1) return day === lastDay(year, month) ? day - 2 : day + 1;
  return day;
}
