import { describe, expect, it } from 'vitest';
import { hasBegun, nightlyRun, publicationOf } from '../../../functions/nightly-metrics/reports/decide.ts';
import { type Content, digestsOf } from '../../../functions/nightly-metrics/reports/manifest.ts';

const now = Date.UTC(2011, 5, 16);
const claimedAt = '2011-06-16T00:00:00.000Z';

describe('nightly run', () => {
  it.each([
    ['2011-06-15T23:30:00Z', '2011-06-15'],
    ['2011-12-16T00:30:00Z', '2011-12-15'],
    ['2011-10-30T23:59:00Z', '2011-10-29'],
    ['2011-10-31T00:30:00Z', '2011-10-30'],
    ['2012-03-01T00:30:00+00:00', '2012-02-29'],
  ])('due at %s is that of %s', (scheduled, date) => {
    expect(nightlyRun(Date.parse(scheduled), 'Europe/London')).toEqual({ runId: `nightly-${date}`, date });
  });
});

describe('a business day', () => {
  it.each([
    ['2011-06-15', true],
    ['2011-06-16', true],
    ['2011-06-17', false],
  ])('%s has begun in Auckland at noon UTC of the 15th: %s', (date, expected) => {
    expect(hasBegun(date, Date.UTC(2011, 5, 15, 12), 'Pacific/Auckland')).toBe(expected);
  });
});

describe('publication', () => {
  const date = '2011-06-15';
  const made = { files: 'f2', data: 'd2' };
  const claim = (version: number, files: string) => ({ version, files, runId: 'other', claimedAt });
  const inForce = (version: number, data: string) => ({ version, data, runId: 'other', writtenAt: claimedAt });

  it.each([
    ['the first', { date }, { kind: 'new', claim: { version: 1, files: 'f2', runId: 'r', claimedAt } }],
    [
      'a restatement',
      { date, claim: claim(3, 'f1'), inForce: inForce(3, 'd1') },
      { kind: 'new', claim: { version: 4, files: 'f2', runId: 'r', claimedAt } },
    ],
    [
      'past a claim of other content that came to nothing',
      { date, claim: claim(2, 'f9'), inForce: inForce(1, 'd1') },
      { kind: 'new', claim: { version: 3, files: 'f2', runId: 'r', claimedAt } },
    ],
    ['unchanged', { date, claim: claim(3, 'f2'), inForce: inForce(3, 'd2') }, { kind: 'unchanged', version: 3 }],
    [
      'unchanged if only Parquet differs',
      { date, claim: claim(3, 'f1'), inForce: inForce(3, 'd2') },
      { kind: 'unchanged', version: 3 },
    ],
    [
      'the rest of a claim of the same bytes',
      { date, claim: claim(2, 'f2'), inForce: inForce(1, 'd1') },
      { kind: 'resume', claim: claim(2, 'f2') },
    ],
  ])('is %s', (_, day, expected) => {
    expect(publicationOf(day, made, 'r', now)).toEqual(expected);
  });
});

const content = (csv: string, parquet: string, quarantined: Content['input']['quarantined'] = []): Content => ({
  input: { files: 1, lines: 1, events: 1, duplicates: 0, quarantined },
  reports: [
    {
      name: 'orders',
      rows: 1,
      units: 1,
      amounts: {},
      files: [
        { file: 'orders.csv', bytes: 1, sha256: csv },
        { file: 'orders.parquet', bytes: 1, sha256: parquet },
      ],
    },
  ],
});
const left = (rows: number, file = 'a.ndjson.gz') => [{ file, reason: 'unreadable', rows }];

describe('digests', () => {
  it('of the data depend on the figures and not on how Parquet holds them', () => {
    expect(digestsOf(content('a', 'b')).data).toBe(digestsOf(content('a', 'c')).data);
    expect(digestsOf(content('a', 'b')).files).not.toBe(digestsOf(content('a', 'c')).files);
    expect(digestsOf(content('a', 'b')).data).not.toBe(digestsOf(content('b', 'b')).data);
  });

  it('depend on how many rows were left out and not on the file they lay in', () => {
    expect(digestsOf(content('a', 'b', left(1)))).not.toEqual(digestsOf(content('a', 'b', left(2))));
    expect(digestsOf(content('a', 'b', left(1)))).toEqual(digestsOf(content('a', 'b', left(1, 'b.ndjson.gz'))));
  });
});
