import { describe, expect, it } from 'vitest';
import { publicationOf } from '../../../../shared/reports/publishing/publication.ts';

const now = Date.UTC(2011, 5, 16);
const claimedAt = '2011-06-16T00:00:00.000Z';

describe('publication', () => {
  const date = '2011-06-15';
  const digests = { files: 'f2', data: 'd2' };
  const claim = (version: number, files: string) => ({ version, files, runId: 'other', claimedAt });
  const inForce = (version: number, data: string) => ({ version, data, runId: 'other', writtenAt: claimedAt });

  it.each([
    ['the first version', { date }, { kind: 'new', claim: { version: 1, files: 'f2', runId: 'r', claimedAt } }],
    [
      'a new version when the figures differ',
      { date, claim: claim(3, 'f1'), inForce: inForce(3, 'd1') },
      { kind: 'new', claim: { version: 4, files: 'f2', runId: 'r', claimedAt, base: 3 } },
    ],
    [
      'a version above an abandoned claim of other content',
      { date, claim: claim(2, 'f9'), inForce: inForce(1, 'd1') },
      { kind: 'new', claim: { version: 3, files: 'f2', runId: 'r', claimedAt, base: 1 } },
    ],
    [
      'unchanged when the figures are equal',
      { date, claim: claim(3, 'f2'), inForce: inForce(3, 'd2') },
      { kind: 'unchanged', version: 3 },
    ],
    [
      'unchanged when only the Parquet bytes differ',
      { date, claim: claim(3, 'f1'), inForce: inForce(3, 'd2') },
      { kind: 'unchanged', version: 3 },
    ],
    [
      'resumed under a claim of the same bytes',
      { date, claim: claim(2, 'f2'), inForce: inForce(1, 'd1') },
      { kind: 'resume', claim: claim(2, 'f2') },
    ],
  ])('is %s', (_, day, expected) => {
    expect(publicationOf(day, digests, 'r', now)).toEqual(expected);
  });
});
