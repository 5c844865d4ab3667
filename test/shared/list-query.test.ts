import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { closest } from '../../shared/input/closest.ts';
import {
  countWithinBytes,
  pageParameters,
  severalOf,
  timeRangeOf,
  timeRangeParameters,
} from '../../shared/contracts/list-query.ts';

const statuses = ['placed', 'payment-pending', 'paid', 'on-hold', 'shipped'] as const;
const Query = z.strictObject({
  status: severalOf(statuses, { description: 'Status', example: 'paid' }).optional(),
  ...timeRangeParameters('it was made'),
  ...pageParameters,
});
const messageOf = (query: object) =>
  Query.safeParse(query)
    .error?.issues.map(({ message }) => message)
    .join(' ');

describe('a filter by several values', () => {
  test.each([
    ['paid', ['paid']],
    ['shipped,paid', ['paid', 'shipped']],
    ['paid,paid', ['paid']],
    [' on-hold , placed ', ['placed', 'on-hold']],
    [statuses.join(','), [...statuses]],
  ])('takes %s', (status, expected) => expect(Query.parse({ status }).status).toEqual(expected));

  test.each([
    ['payed', 'Did you mean paid?'],
    ['Paid', 'Did you mean paid?'],
    ['paid,shiped', 'Did you mean shipped?'],
    ['on_hold', 'Did you mean on-hold?'],
    ['payment_pending', 'Did you mean payment-pending?'],
    ['xyzzy', 'Valid values: placed, payment-pending, paid, on-hold, shipped'],
    ['', 'Valid values'],
    ['paid,', 'Valid values'],
    ['constructor', 'Valid values'],
  ])('refuses %j: %s', (status, hint) => {
    expect(messageOf({ status })).toContain(hint);
    expect(messageOf({ status })).toContain(statuses.join(', '));
  });

  test('suggests no value that is not close', () => expect(closest('xyzzy', statuses)[0]).toBeUndefined());
});

describe('a time range', () => {
  test.each([
    ['2026-03-29', '2026-03-29', '2026-03-29T00:00:00.000Z', '2026-03-29T23:00:00.000Z'],
    ['2026-07-01', '2026-07-02', '2026-06-30T23:00:00.000Z', '2026-07-02T23:00:00.000Z'],
    ['2026-07-01T10:00:00+02:00', undefined, '2026-07-01T08:00:00.000Z', undefined],
    [undefined, '2026-07-01T10:00:00.5Z', undefined, '2026-07-01T10:00:00.500Z'],
    ['2026-07-01T00:00:00Z', '2026-07-01', '2026-07-01T00:00:00.000Z', '2026-07-01T23:00:00.000Z'],
    [undefined, undefined, undefined, undefined],
  ])('from %s to %s has business days of London', (from, to, start, before) =>
    expect(timeRangeOf({ from, to }, 'Europe/London')).toEqual({ from: start, before }),
  );

  test.each([
    ['2026-07-02', '2026-07-01'],
    ['2026-07-01T10:00:01Z', '2026-07-01T10:00:00Z'],
    ['2026-07-02', '2026-07-01T22:00:00Z'],
    ['2026-07-01T10:00:00Z', '2026-07-01T11:00:00+02:00'],
    ['2027-01-01', '2026-12-31'],
  ])('from %s to %s is empty', (from, to) => expect(timeRangeOf({ from, to }, 'Europe/London')).toBeUndefined());

  test.each(['yesterday', '2026-02-30', '2026-07-01T10:00:00 02:00', '1969-12-31T00:00:00Z', '01.07.2026', ''])(
    'does not start at %j',
    (from) => expect(messageOf({ from })).toContain('A time is a day such as'),
  );
});

test.each(['0', '101', '-1', '1.5', 'ten', ''])('a page has no limit of %j', (limit) =>
  expect(Query.safeParse({ limit }).success).toBe(false),
);

test.each([
  [[], 10, 0],
  [['aaaa'], 3, 1],
  [['aaaa', 'a'], 3, 1],
  [['aa', 'aa', 'aa'], 8, 2],
  [['aa', 'aa', 'aa'], 12, 3],
  [['é', 'é'], 7, 1],
])('of %j, in %i bytes, %i fit', (entries, bytes, count) => expect(countWithinBytes(entries, bytes)).toBe(count));
