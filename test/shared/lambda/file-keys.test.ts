import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOwnObject, misplacement, resultKeyOf } from '../../../shared/lambda/file-keys.ts';

const resultOf = (key: string) => resultKeyOf('imports', key);

describe('the key of the results of a file', () => {
  test.each([
    ['imports/a.csv', 'results/a'],
    ['imports/2026/north & south.csv', 'results/2026/north & south'],
    ['imports/a.csv.csv', 'results/a.csv'],
    ['imports/a.CSV', 'results/a.CSV'],
    ['imports/a.Csv', 'results/a.Csv'],
    ['imports/a.CSV.csv', 'results/_/imports/a.CSV.csv'],
    ['imports/_/a.csv', 'results/_/imports/_/a.csv'],
    ['imports/.csv', 'results/_/imports/.csv'],
    ['imports/a.txt', 'results/_/imports/a.txt'],
    ['imports/a', 'results/_/imports/a'],
    ['Imports/a.csv', 'results/_/Imports/a.csv'],
    ['stock/a.csv', 'results/_/stock/a.csv'],
    ['a.csv', 'results/_/a.csv'],
    [`imports/${'x'.repeat(1012)}.csv`, expect.stringMatching(/^results\/_\/sha256-[0-9a-f]{64}$/)],
    [`${'ü'.repeat(508)}.csv`, expect.stringMatching(/^results\/_\/sha256-[0-9a-f]{64}$/)],
  ])('%s has %s', (key, result) => expect(resultOf(key)).toEqual(result));

  test('is of one file only, and not too long for S3', () => {
    const part = fc.constantFrom(
      'imports',
      'results',
      '_',
      'a',
      '.csv',
      '.CSV',
      '.Csv',
      '.json',
      '/',
      'sha256-',
      'x'.repeat(600),
    );
    const key = fc
      .array(part, { minLength: 1, maxLength: 6 })
      .map((parts) => parts.join(''))
      .filter((text) => text.length <= 1024);
    fc.assert(
      fc.property(fc.uniqueArray(key, { minLength: 2, maxLength: 30 }), (keys) => {
        const objects = keys.flatMap((each) => [`${resultOf(each)}.csv`, `${resultOf(each)}.json`]);
        expect(new Set(objects).size).toBe(objects.length);
        expect(Math.max(...objects.map((each) => Buffer.byteLength(each)))).toBeLessThanOrEqual(1024);
        expect(objects.every((each) => isOwnObject(each, 1))).toBe(true);
      }),
    );
  });
});

test.each([
  ['imports/a.csv', undefined],
  ['imports/a.CSV', undefined],
  ['imports/deep/a.csv', undefined],
  ['a.csv', /not in the folder imports\/; upload it as imports\/<name>\.csv/],
  ['Imports/a.csv', /not in the folder/],
  ['import/a.csv', /not in the folder/],
  ['importsa.csv', /not in the folder/],
  ['imports/a.xlsx', /does not end with \.csv/],
  ['imports/.csv', /does not end with \.csv/],
  ['imports/csv', /does not end with \.csv/],
])('says why %s is not read', (key, reason) => {
  expect(misplacement('imports', key) ?? '').toMatch(reason ?? /^$/);
});

test.each([
  ['results/a.json', 10, true],
  ['exports/01.csv', 10, true],
  ['imports/', 0, true],
  ['imports/', 10, false],
  ['imports/a.csv', 0, false],
])('tells whether %s of %i bytes is no file of a user', (key, size, isOwn) =>
  expect(isOwnObject(key, size)).toBe(isOwn),
);
