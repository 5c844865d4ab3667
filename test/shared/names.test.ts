import { describe, expect, test } from 'vitest';
import { Country, Currency, PathId, SentInstant, timeProblem } from '../../shared/names.ts';
import { fieldErrors, inputs } from '../../shared/contracts/problem.ts';

describe('a currency that is not in ISO 4217 is refused with what was probably meant', () => {
  test.each([
    ['GBR', 'did you mean GBP'],
    ['gbp', 'did you mean GBP?'],
    ['US', 'did you mean USD'],
    ['EURO', 'did you mean EUR?'],
    ['XXX', 'XXX has no minor unit in ISO 4217'],
    ['XAU', 'XAU has no minor unit in ISO 4217'],
    ['BGN', 'Not an ISO 4217 currency code'],
    ['constructor', 'Not an ISO 4217 currency code'],
  ])('%s', (code, detail) => {
    const { error } = Currency.safeParse(code, inputs);
    expect(error && fieldErrors(error)[0]?.detail).toContain(detail);
  });
});

describe('a country that is not in ISO 3166-1 is refused with what was probably meant', () => {
  test.each([
    ['GBR', 'did you mean GB?'],
    ['UK', 'did you mean GB?'],
    ['AUT', 'did you mean AT?'],
    ['Germany', 'did you mean DE?'],
    ['england', 'did you mean GB?'],
    ['fr', 'did you mean FR?'],
    ['Atlantis', 'Not an ISO 3166-1 alpha-2 country code'],
    ['toString', 'Not an ISO 3166-1 alpha-2 country code'],
  ])('%s', (code, detail) => {
    const { error } = Country.safeParse(code, inputs);
    expect(error && fieldErrors(error)[0]?.detail).toContain(detail);
  });

  test('except ZZ, which is an unknown country', () => expect(Country.safeParse('ZZ').success).toBe(true));
});

test.each(['PARCEL/1', 'a%2Fb', '.', '..', 'a b', 'ü', 'a?b', 'a#b', 'a;b', '', 'x'.repeat(129)])(
  'an id that an HTTP API cannot route is refused: %.20s',
  (id) => expect(PathId.safeParse(id).success).toBe(false),
);
test.each(['PARCEL-1', 'a.b', '...', '.a', 'a~b_c', '1Z999'])('an id that survives a path is accepted: %s', (id) =>
  expect(PathId.safeParse(id).success).toBe(true),
);

describe('a time that is no RFC 3339 time is refused once, with the form that it has', () => {
  // A + in a query that is not encoded is a blank.
  test.each(['2011-01-04', '2027-03-28T01:30', '2027-03-28T01:30:00 01:00', '', 0])('%s', (text) => {
    const { error } = SentInstant.safeParse(text, inputs);
    expect(error && fieldErrors(error).map(({ detail }) => detail)).toEqual([
      'Not an RFC 3339 time with offset, such as 2026-11-30T09:15:00Z',
    ]);
  });
});

const now = Date.parse('2026-03-05T12:00:00Z');
test.each([
  ['2026-03-05T12:05:00Z', undefined],
  ['2026-03-05T12:05:01Z', 'The time is in the future'],
  ['2999-01-01T00:00:00Z', 'The time is in the future'],
  ['2009-12-01T08:26:00Z', undefined],
  ['2000-01-01T00:00:00Z', undefined],
  ['1999-12-31T23:59:59Z', 'The time is before the year 2000'],
  ['1970-01-01T00:00:00Z', 'The time is before the year 2000'],
])('an event at %s: %s', (instant, problem) => expect(timeProblem(instant, now)).toBe(problem));
