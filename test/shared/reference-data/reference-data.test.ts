import { iso31661 } from 'iso-3166';
import { expect, test } from 'vitest';
import { countryCodes, countryMeantBy } from '../../../shared/reference-data/countries.ts';
import { currencyCodes, exponentOf } from '../../../shared/reference-data/currencies.ts';

test('the countries are those of ISO 3166-1, with their alpha-3 codes', () => {
  expect(countryCodes).toEqual([...iso31661.map(({ alpha2 }) => alpha2).sort(), 'ZZ']);
  for (const { alpha2, alpha3 } of iso31661) expect(countryMeantBy(alpha3)).toBe(alpha2);
});

test.each([
  ['GBP', 2],
  ['JPY', 0],
  ['BHD', 3],
  ['CLF', 4],
  ['LAK', 2],
  ['ISK', 0],
  ['UGX', 0],
])('%s has %i decimals', (currency, decimals) => expect(exponentOf(currency)).toBe(decimals));

test('the currencies are the 165 active ones of ISO 4217 that have a minor unit', () => {
  expect(new Set(currencyCodes).size).toBe(165);
  expect(currencyCodes).not.toEqual(expect.arrayContaining(['BGN']));
});
