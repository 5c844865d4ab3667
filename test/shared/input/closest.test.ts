import { expect, test } from 'vitest';
import { closest, didYouMean } from '../../../shared/input/closest.ts';

const statuses = ['placed', 'paid', 'shipped', 'partially-shipped', 'cancelled'];

test.each<[string, string[], string[]]>([
  ['payed', statuses, ['paid']],
  ['PLACED', statuses, ['placed']],
  ['canceled', statuses, ['cancelled']],
  ['partialy-shiped', statuses, ['partially-shipped']],
  ['GBR', ['GB', 'BR', 'FR'], ['GB']],
  ['GBR', ['EUR', 'GBP', 'USD'], ['GBP']],
  ['GPB', ['EUR', 'GBP', 'USD'], ['GBP']],
  ['BGP', ['EUR', 'GBP', 'USD'], ['GBP']],
  ['GBP', ['GPB', 'GBP', 'BGP'], ['GBP']],
  ['UDS', ['AUD', 'USD', 'UZS'], ['USD']],
  ['ERU', ['ERN', 'EUR', 'USD'], ['EUR']],
  ['mian', ['main', 'north'], ['main']],
  ['balloon', statuses, []],
  ['', statuses, []],
  ['x'.repeat(1_000_000), statuses, []],
])('what %.20s most likely means', (text, candidates, expected) => {
  expect(closest(text, candidates)).toEqual(expected);
});

test('a suggestion is the end of a sentence, and absent for a value that is no text', () => {
  expect(didYouMean('payed', statuses)).toBe(': did you mean paid?');
  expect(didYouMean(7, statuses)).toBe('');
});
