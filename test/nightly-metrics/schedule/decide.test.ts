import { describe, expect, it } from 'vitest';
import { nightlyRun } from '../../../functions/nightly-metrics/schedule/decide.ts';

describe('nightly run', () => {
  it.each([
    ['2011-06-15T23:30:00Z', '2011-06-15'],
    ['2011-12-16T00:30:00Z', '2011-12-15'],
    ['2011-10-30T23:59:00Z', '2011-10-29'],
    ['2011-10-31T00:30:00Z', '2011-10-30'],
    ['2012-03-01T00:30:00+00:00', '2012-02-29'],
  ])('scheduled at %s reports %s', (scheduled, date) => {
    expect(nightlyRun(Date.parse(scheduled), 'Europe/London')).toEqual({ runId: `nightly-${date}`, date });
  });
});
