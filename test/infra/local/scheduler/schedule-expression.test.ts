import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import {
  checkTimeZone,
  nextOccurrence,
  readScheduleExpression,
} from '../../../../infra/local/scheduler/schedule-expression.ts';

const ms = (text: string) => Date.parse(text);
const utc = (at: number | undefined) => at && new Date(at).toISOString().replace(':00.000Z', 'Z');

/** The next occurrences after a time. */
function occurrences(expression: string, after: string, count: number, options = {}) {
  const found: (string | undefined | 0)[] = [];
  let last = ms(after);
  while (found.length < count) {
    const next = nextOccurrence(expression, { timeZone: 'UTC', after: last, anchor: 0, ...options });
    found.push(utc(next));
    if (next === undefined) break;
    last = next;
  }
  return found;
}

describe('a cron expression matches', () => {
  test.each([
    ['a time every day', '0 10 * * ? *', ['2026-01-02T10:00Z', '2026-01-03T10:00Z']],
    ['every 15 minutes', '0/15 * * * ? *', ['2026-01-01T12:15Z', '2026-01-01T12:30Z']],
    [
      'steps from a start minute',
      '1/20 12 * * ? *',
      ['2026-01-01T12:01Z', '2026-01-01T12:21Z', '2026-01-01T12:41Z', '2026-01-02T12:01Z'],
    ],
    ['steps of a range', '0 8-14/3 * * ? *', ['2026-01-01T14:00Z', '2026-01-02T08:00Z', '2026-01-02T11:00Z']],
    ['working days by name', '0 18 ? * MON-FRI *', ['2026-01-01T18:00Z', '2026-01-02T18:00Z', '2026-01-05T18:00Z']],
    ['Sunday as the first day of the week', '0 0 ? * 1 *', ['2026-01-04T00:00Z', '2026-01-11T00:00Z']],
    ['Saturday as the last day of the week', '0 0 ? * L *', ['2026-01-03T00:00Z', '2026-01-10T00:00Z']],
    ['days in a list', '0 8 1,15 * ? *', ['2026-01-15T08:00Z', '2026-02-01T08:00Z']],
    ['months by name', '0 0 1 MAR,SEP ? *', ['2026-03-01T00:00Z', '2026-09-01T00:00Z', '2027-03-01T00:00Z']],
    ['the last day of the month', '0 0 L * ? *', ['2026-01-31T00:00Z', '2026-02-28T00:00Z', '2026-03-31T00:00Z']],
    [
      'a day that some months do not have',
      '0 0 31 * ? *',
      ['2026-01-31T00:00Z', '2026-03-31T00:00Z', '2026-05-31T00:00Z'],
    ],
    ['a leap day', '0 0 29 2 ? *', ['2028-02-29T00:00Z', '2032-02-29T00:00Z']],
    // 2026-02-15 is a Sunday, 2026-03-15 too, 2026-01-15 a Thursday, 2026-08-15 a Saturday.
    [
      'the weekday nearest to a day',
      '0 0 15W 1,2,8 ? 2026',
      ['2026-01-15T00:00Z', '2026-02-16T00:00Z', '2026-08-14T00:00Z', undefined],
    ],
    // 2026-08-01 is a Saturday, 2026-11-01 a Sunday.
    ['a nearest weekday inside its month', '0 0 1W 8,11 ? 2026', ['2026-08-03T00:00Z', '2026-11-02T00:00Z', undefined]],
    // 2026-05-31 is a Sunday.
    [
      'the last weekday of the month',
      '0 0 LW 1,2,5 ? 2026',
      ['2026-01-30T00:00Z', '2026-02-27T00:00Z', '2026-05-29T00:00Z', undefined],
    ],
    ['the second Tuesday of a month', '0 0 ? * 3#2 *', ['2026-01-13T00:00Z', '2026-02-10T00:00Z']],
    ['the fifth Friday of months that have one', '0 0 ? * FRI#5 *', ['2026-01-30T00:00Z', '2026-05-29T00:00Z']],
    ['the last Friday of a month', '0 0 ? * 6L *', ['2026-01-30T00:00Z', '2026-02-27T00:00Z']],
    ['years', '0 0 1 1 ? 2027-2029/2', ['2027-01-01T00:00Z', '2029-01-01T00:00Z', undefined]],
    ['no time for a day that does not exist', '0 0 30 2 ? *', [undefined]],
    ['no time for a past year', '0 0 1 1 ? 2020', [undefined]],
  ])('%s', (_, fields, expected) => {
    expect(occurrences(`cron(${fields})`, '2026-01-01T12:00:00Z', expected.length)).toEqual(expected);
  });

  test.each([
    [
      'London at night, in winter and summer',
      'Europe/London',
      '2026-03-28T12:00Z',
      '30 0 * * ? *',
      ['2026-03-29T00:30Z', '2026-03-29T23:30Z'],
    ],
    [
      'no time on the day that skips it',
      'Europe/London',
      '2026-03-27T12:00Z',
      '30 1 * * ? *',
      ['2026-03-28T01:30Z', '2026-03-30T00:30Z'],
    ],
    [
      'a repeated hour once',
      'Europe/London',
      '2026-10-24T12:00Z',
      '30 1 * * ? *',
      ['2026-10-25T00:30Z', '2026-10-26T01:30Z'],
    ],
    [
      'each minute of a repeated hour once',
      'America/New_York',
      '2026-11-01T05:20Z',
      '0/20 * * * ? *',
      ['2026-11-01T05:40Z', '2026-11-01T07:00Z'],
    ],
    [
      'a day without midnight',
      'America/Sao_Paulo',
      '2018-11-03T12:00Z',
      '0 0/12 * * ? *',
      ['2018-11-03T15:00Z', '2018-11-04T14:00Z'],
    ],
    [
      'an offset of half an hour',
      'Asia/Kolkata',
      '2026-01-01T00:00Z',
      '0 9 * * ? *',
      ['2026-01-01T03:30Z', '2026-01-02T03:30Z'],
    ],
    [
      'a clock change of half an hour',
      'Australia/Lord_Howe',
      '2026-10-02T15:00Z',
      '15 2 * * ? *',
      ['2026-10-02T15:45Z', '2026-10-04T15:15Z'],
    ],
  ])('in a zone: %s', (_, timeZone, after, fields, expected) => {
    expect(occurrences(`cron(${fields})`, after, expected.length, { timeZone })).toEqual(expected);
  });

  test('no time before the start or after the end of the schedule', () => {
    const options = { startAt: ms('2026-01-03T10:00:00Z'), endAt: ms('2026-01-04T10:00:00Z') };
    expect(occurrences('cron(0 10 * * ? *)', '2026-01-01T00:00:00Z', 3, options)).toEqual([
      '2026-01-03T10:00Z',
      '2026-01-04T10:00Z',
      undefined,
    ]);
  });
});

describe('a rate expression matches', () => {
  const anchor = ms('2026-01-01T00:00:30Z');
  test('times at equal intervals from the schedule’s creation', () => {
    const every = (expression: string, after: number) => nextOccurrence(expression, { timeZone: 'UTC', after, anchor });
    expect(every('rate(5 minutes)', anchor - 1)).toBe(anchor);
    expect(every('rate(5 minutes)', anchor)).toBe(anchor + 300_000);
    expect(every('rate(1 hour)', anchor + 3_600_000)).toBe(anchor + 7_200_000);
    expect(every('rate(2 days)', anchor + 1)).toBe(anchor + 172_800_000);
  });

  test('intervals of 24 hours per day also when clocks change', () => {
    const options = {
      timeZone: 'Europe/London',
      after: ms('2026-03-28T12:00:00Z'),
      anchor: ms('2026-03-28T12:00:00Z'),
    };
    expect(nextOccurrence('rate(1 day)', options)).toBe(ms('2026-03-29T12:00:00Z'));
  });

  test('times from its start to its end', () => {
    const options = { startAt: ms('2026-02-01T00:00:00Z'), endAt: ms('2026-02-01T01:00:00Z'), anchor };
    expect(occurrences('rate(1 hour)', '2026-01-01T00:00:00Z', 3, options)).toEqual([
      '2026-02-01T00:00Z',
      '2026-02-01T01:00Z',
      undefined,
    ]);
  });
});

describe('an at expression matches', () => {
  test.each([
    ['a time in UTC', 'UTC', '2026-07-01T10:00Z'],
    ['a time in a zone', 'Europe/London', '2026-07-01T09:00Z'],
  ])('%s', (_, timeZone, expected) => {
    expect(occurrences('at(2026-07-01T10:00:00)', '2026-01-01T00:00:00Z', 2, { timeZone })).toEqual([
      expected,
      undefined,
    ]);
  });

  test('a time later by the offset change if clocks skip it', () => {
    const options = { timeZone: 'Europe/London' };
    expect(occurrences('at(2026-03-29T01:30:00)', '2026-01-01T00:00:00Z', 1, options)).toEqual(['2026-03-29T01:30Z']);
  });
});

test.each([
  ['0 10 * * * *', /Exactly one of day-of-month and day-of-week/],
  ['0 10 ? * ? *', /Exactly one/],
  ['0 10 * * ?', /six fields/],
  ['0 10 * * ? * *', /six fields/],
  ['60 10 * * ? *', /"60" is not valid in the field minutes/],
  ['0 24 * * ? *', /field hours/],
  ['0 10 0 * ? *', /field day-of-month/],
  ['0 10 32W * ? *', /field day-of-month/],
  ['0 10 1,L * ? *', /field day-of-month/],
  ['0 10 * 13 ? *', /field month/],
  ['0 10 * FOO ? *', /field month/],
  ['0 10 ? * 8 *', /field day-of-week/],
  ['0 10 ? * 3#6 *', /field day-of-week/],
  ['0 10 ? * 3#1,6#3 *', /field day-of-week/],
  ['0 10 ? * FRI-MON *', /field day-of-week/],
  ['0 10 * * ? 1969', /field year/],
  ['*/0 * * * ? *', /field minutes/],
  ['1-2-3 * * * ? *', /field minutes/],
  [', * * * ? *', /field minutes/],
  ['-5 * * * ? *', /field minutes/],
])('cron(%s) is refused', (fields, message) => {
  expect(() => readScheduleExpression(`cron(${fields})`)).toThrow(message);
});

test.each([
  'rate(0 minutes)',
  'rate(5)',
  'rate(1.5 hours)',
  'rate(5 weeks)',
  'at(2026-02-30T00:00:00)',
  'at(2026-01-01)',
  'in(5 minutes)',
  '',
])('%s is refused', (expression) => {
  expect(() => readScheduleExpression(expression)).toThrow(Error);
});

test('an unknown time zone is refused', () => {
  expect(() => checkTimeZone('Europe/Lodnon')).toThrow('"Europe/Lodnon" is not a time zone');
  expect(() => checkTimeZone('Europe/London')).not.toThrow();
});

test('occurrences ascend, and their local times match the expression', () => {
  const zones = fc.constantFrom(
    'UTC',
    'Europe/London',
    'America/New_York',
    'Australia/Lord_Howe',
    'America/Sao_Paulo',
    'Asia/Kathmandu',
    'Pacific/Apia',
  );
  const start = fc.integer({ min: ms('2005-01-01T00:00:00Z'), max: ms('2040-01-01T00:00:00Z') });
  const minutes = fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 1, maxLength: 4 });
  const hours = fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(zones, start, minutes, hours, (timeZone, from, minuteList, hourList) => {
      const expression = `cron(${minuteList.join(',')} ${hourList.join(',')} * * ? *)`;
      const seen = new Set<string>();
      let after = from;
      for (let count = 0; count < 10; count += 1) {
        const next = nextOccurrence(expression, { timeZone, after, anchor: 0 }) ?? Number.NaN;
        expect(next).toBeGreaterThan(after);
        // The interval is at most two days and a skipped hour.
        expect(next - after).toBeLessThan(50 * 3_600_000);
        const shown = Temporal.Instant.fromEpochMilliseconds(next).toZonedDateTimeISO(timeZone);
        expect(minuteList).toContain(shown.minute);
        expect(hourList).toContain(shown.hour);
        expect(shown.second).toBe(0);
        const wall = shown.toPlainDateTime().toString();
        expect(seen).not.toContain(wall);
        seen.add(wall);
        after = next;
      }
    }),
    { numRuns: 60 },
  );
});
