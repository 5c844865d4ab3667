import { describe, expect, test } from 'vitest';
import { instantIn } from '../../../functions/catalog/products/local-time.ts';
import { isTimeZone } from '../../../shared/time-zone.ts';

describe('a local time is the instant', () => {
  test.each([
    ['2026-12-01T09:00', 'Europe/London', '2026-12-01T09:00:00.000Z'],
    ['2026-07-01T09:00', 'Europe/London', '2026-07-01T08:00:00.000Z'],
    ['2026-07-01T09:00:30', 'Asia/Taipei', '2026-07-01T01:00:30.000Z'],
    ['2026-07-01T09:00', 'Asia/Kolkata', '2026-07-01T03:30:00.000Z'],
    ['2026-07-01T09:00', 'UTC', '2026-07-01T09:00:00.000Z'],
    // Occurs twice: the first, unless the offset names the other.
    ['2026-10-25T01:30', 'Europe/London', '2026-10-25T00:30:00.000Z'],
    ['2026-10-25T01:30+01:00', 'Europe/London', '2026-10-25T00:30:00.000Z'],
    ['2026-10-25T01:30+00:00', 'Europe/London', '2026-10-25T01:30:00.000Z'],
    ['2026-11-01T01:30', 'America/New_York', '2026-11-01T05:30:00.000Z'],
    ['2026-11-01T01:30-05:00', 'America/New_York', '2026-11-01T06:30:00.000Z'],
    // Half an hour on Lord Howe Island.
    ['2026-04-05T01:45', 'Australia/Lord_Howe', '2026-04-04T14:45:00.000Z'],
    ['2026-10-25T01:30Z', 'Europe/London', '2026-10-25T01:30:00.000Z'],
    ['2028-02-29T12:00', 'Europe/London', '2028-02-29T12:00:00.000Z'],
  ])('%s in %s: %s', (local, zone, instant) => expect(instantIn(local, zone)).toEqual({ instant }));
});

describe('a local time is refused', () => {
  test.each([
    ['2026-03-29T01:30', 'Europe/London', 'skip 2026-03-29T01:30. Use 2026-03-29T02:30'],
    ['2026-03-29T01:00', 'Europe/London', 'Use 2026-03-29T02:00'],
    ['2026-03-08T02:30', 'America/New_York', 'Use 2026-03-08T03:30'],
    ['2026-10-04T02:15', 'Australia/Lord_Howe', 'Use 2026-10-04T02:45'],
    // Samoa skipped a whole day when it changed sides of the date line.
    ['2011-12-30T12:00', 'Pacific/Apia', 'Use 2011-12-31T12:00'],
    ['2026-02-30T09:00', 'Europe/London', 'no date and time 2026-02-30'],
    ['2026-13-01T09:00', 'Europe/London', 'no date and time'],
    ['2026-12-01T25:00', 'Europe/London', 'no date and time'],
    ['2027-02-29T09:00', 'Europe/London', 'no date and time'],
    ['2026-07-01T09:00+00:00', 'Europe/London', 'have the offset +01:00 then, not +00:00'],
    ['2026-03-29T01:30+00:00', 'Europe/London', 'have the offset +01:00'],
  ])('%s in %s', (local, zone, problem) =>
    expect(instantIn(local, zone)).toEqual({ problem: expect.stringContaining(problem) }),
  );
});

test.each([
  ['Europe/London', true],
  ['Asia/Taipei', true],
  ['UTC', true],
  ['Europe/Londn', false],
  ['+01:00', false],
  ['constructor', false],
  ['', false],
])('%s is a time zone: %s', (name, expected) => expect(isTimeZone(name)).toBe(expected));
