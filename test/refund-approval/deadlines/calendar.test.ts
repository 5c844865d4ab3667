import * as fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { workingTimeAfter } from '../../../functions/refund-approval/deadlines/calendar.ts';
import { type WorkingCalendar, WorkingCalendar as Schema } from '../../../shared/settings/calendars.ts';
import { store } from '../../../infra/store.ts';
import { repetitions } from '../../support/repetitions.ts';

const nineToFive = [{ from: '09:00', to: '17:00' }];
const weekdays: WorkingCalendar = {
  timeZone: 'Europe/London',
  workingHours: { '1': nineToFive, '2': nineToFive, '3': nineToFive, '4': nineToFive, '5': nineToFive },
  holidays: ['2026-12-25', '2026-12-28'],
};
const after = (from: string, hours: number, calendar = weekdays) =>
  new Date(workingTimeAfter(calendar, Date.parse(from), hours)).toISOString();

describe('working time', () => {
  test.each<[string, string, number, string]>([
    ['ends on the same day', '2026-11-23T10:00:00Z', 4, '2026-11-23T14:00:00.000Z'],
    ['ends with the working day', '2026-11-23T10:00:00Z', 7, '2026-11-23T17:00:00.000Z'],
    ['continues on the next morning', '2026-11-23T16:00:00Z', 2, '2026-11-24T10:00:00.000Z'],
    ['starts in the morning', '2026-11-23T03:00:00Z', 1, '2026-11-23T10:00:00.000Z'],
    ['excludes the weekend', '2026-11-27T16:30:00Z', 1, '2026-11-30T09:30:00.000Z'],
    ['excludes holidays', '2026-12-24T16:00:00Z', 2, '2026-12-29T10:00:00.000Z'],
    ['follows summer time', '2026-03-27T16:00:00Z', 2, '2026-03-30T09:00:00.000Z'],
    ['follows winter time', '2026-10-23T15:00:00Z', 2, '2026-10-26T10:00:00.000Z'],
  ])('%s', (_name, from, hours, expected) => expect(after(from, hours)).toBe(expected));

  test('of a night shift counts the repeated hour twice and excludes the skipped hour when the clocks change', () => {
    const always: WorkingCalendar = {
      timeZone: 'Europe/London',
      workingHours: Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((day) => [day, [{ from: '00:00', to: '24:00' }]])),
      holidays: [],
    };
    expect(after('2026-10-24T23:00:00Z', 25, always)).toBe('2026-10-26T00:00:00.000Z');
    expect(after('2026-03-29T00:00:00Z', 23, always)).toBe('2026-03-29T23:00:00.000Z');
    const night = { ...always, workingHours: { '7': [{ from: '00:30', to: '02:00' }] } };
    expect(after('2026-10-24T12:00:00Z', 2.5, night)).toBe('2026-10-25T02:00:00.000Z');
    expect(after('2026-03-28T12:00:00Z', 0.5, night)).toBe('2026-03-29T01:00:00.000Z');
  });

  const calendars = fc
    .record({
      timeZone: fc.constantFrom('Europe/London', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'),
      workingHours: fc.dictionary(
        fc.constantFrom('1', '2', '3', '4', '5', '6', '7'),
        fc
          .uniqueArray(fc.integer({ min: 0, max: 24 }), { minLength: 2, maxLength: 4 })
          .map((hours) => hours.toSorted((a, b) => a - b))
          .map((hours) =>
            Array.from({ length: Math.floor(hours.length / 2) }, (_, i) => ({
              from: clock(hours[2 * i] ?? 0),
              to: clock(hours[2 * i + 1] ?? 24),
            })),
          ),
        { minKeys: 1 },
      ),
      holidays: fc.array(
        fc
          .integer({ min: 0, max: 400 })
          .map((days) => new Date(Date.UTC(2026, 0, 1 + days)).toISOString().slice(0, 10)),
        { maxLength: 5 },
      ),
    })
    .map((calendar) => Schema.parse(calendar));
  const instants = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) });
  const hours = fc.integer({ min: 1, max: 60 * 60 }).map((minutes) => minutes / 60);

  const oneHourAWeek = { timeZone: 'UTC', workingHours: { '1': [{ from: '00:00', to: '01:00' }] }, holidays: [] };

  test('is additive: some hours and then others give the same time as all at once', () =>
    fc.assert(
      fc.property(calendars, instants, hours, hours, (calendar, from, one, two) => {
        const inTwo = workingTimeAfter(calendar, workingTimeAfter(calendar, from, one), two);
        expect(inTwo).toBe(workingTimeAfter(calendar, from, one + two));
      }),
      // In binary fractions 0.15 + 17.85 is slightly more than 18, which would be week 19 instead of 18 here.
      {
        numRuns: repetitions(500),
        examples: [[Schema.parse(oneHourAWeek), Date.UTC(2026, 0, 1), 0.15, 17.85]],
      },
    ));

  test('is the number of working minutes by the local clock, counted one by one', () =>
    fc.assert(
      fc.property(calendars, instants, fc.integer({ min: 1, max: 300 }), (calendar, from, minutes) => {
        const start = Math.floor(from / 60_000) * 60_000;
        const end = workingTimeAfter(calendar, start, minutes / 60);
        let worked = 0;
        for (let at = start; at < end; at += 60_000) worked += isWorked(calendar, at) ? 1 : 0;
        expect(worked).toBe(minutes);
        expect(isWorked(calendar, end - 60_000)).toBe(true);
      }),
      { numRuns: 100 },
    ));
});

const clock = (hour: number) => `${String(hour).padStart(2, '0')}:00`;

/** Whether the local minute is in working hours, without `workingTimeAfter`. */
function isWorked({ timeZone, workingHours, holidays }: WorkingCalendar, atMs: number): boolean {
  const local = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone);
  if (holidays.includes(local.toPlainDate().toString())) return false;
  const time = local.toPlainTime().toString().slice(0, 5);
  const spans = Object.entries(workingHours).find(([day]) => Number(day) === local.dayOfWeek)?.[1] ?? [];
  return spans.some(({ from, to }) => from <= time && time < to);
}

test('refuses a calendar without working hours or with invalid ones', () => {
  const wrong = [
    { workingHours: {} },
    { workingHours: { '1': [] } },
    { workingHours: { '1': [{ from: '17:00', to: '09:00' }] } },
    { workingHours: { '1': [...nineToFive, { from: '16:00', to: '18:00' }] } },
    { holidays: ['2026-02-30'] },
  ];
  for (const part of wrong)
    expect(Schema.safeParse({ ...weekdays, ...part }).success, JSON.stringify(part)).toBe(false);
});

test("accepts the store's calendar", () => {
  expect(Schema.parse({ ...store.calendar, timeZone: store.selling.timeZone }).holidays.length).toBeGreaterThan(0);
});
