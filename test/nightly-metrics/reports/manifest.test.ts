import { describe, expect, it } from 'vitest';
import { type Content, digestsOf } from '../../../functions/nightly-metrics/reports/manifest.ts';

const content = (csv: string, parquet: string, rows: Content['input']['quarantined'] = []): Content => ({
  input: { files: 1, lines: 1, events: 1, duplicates: 0, quarantined: rows },
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
const quarantined = (rows: number, file = 'a.ndjson.gz') => [{ file, reason: 'unreadable', rows }];

describe('digests', () => {
  it('of the data depend on the figures and not on the Parquet bytes', () => {
    expect(digestsOf(content('a', 'b')).data).toBe(digestsOf(content('a', 'c')).data);
    expect(digestsOf(content('a', 'b')).files).not.toBe(digestsOf(content('a', 'c')).files);
    expect(digestsOf(content('a', 'b')).data).not.toBe(digestsOf(content('b', 'b')).data);
  });

  it('depend on the number of quarantined rows and not on their files', () => {
    expect(digestsOf(content('a', 'b', quarantined(1)))).not.toEqual(digestsOf(content('a', 'b', quarantined(2))));
    expect(digestsOf(content('a', 'b', quarantined(1)))).toEqual(
      digestsOf(content('a', 'b', quarantined(1, 'b.ndjson.gz'))),
    );
  });
});
