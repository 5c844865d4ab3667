import { describe, expect, it } from 'vitest';
import { hasBegun } from '../../../functions/nightly-metrics/run/decide.ts';

describe('a business day', () => {
  it.each([
    ['2011-06-15', true],
    ['2011-06-16', true],
    ['2011-06-17', false],
  ])('%s has begun in Auckland at noon UTC of the 15th: %s', (date, expected) => {
    expect(hasBegun(date, Date.UTC(2011, 5, 15, 12), 'Pacific/Auckland')).toBe(expected);
  });
});
