import { describe, expect, test } from 'vitest';
import { documents } from '../../../shared/contracts/settings/documents.ts';
import { ratesInForce } from '../../../shared/tax/rates.ts';
import { seedTaxZones } from '../../../shared/tax/seed/tax-zones.ts';
import { zoneOf } from '../../../shared/tax/zone-of.ts';

const { zones } = seedTaxZones();
const percentages = (country: string, category: string, at: string, state?: string, postalCode?: string) => {
  const zone = zoneOf({ country, state, postalCode }, zones);
  return zone && ratesInForce(zone, category, Date.parse(at))?.rates.map(({ percentage }) => percentage);
};
const now = '2026-11-30T12:00:00Z';

describe('the seed of tax zones', () => {
  test('is a document that can be put', () => {
    expect(documents['tax-zones'].safeParse(seedTaxZones()).error?.issues).toBeUndefined();
  });

  test('has all 27 members of the European Union', () => {
    expect(zones.filter(({ reverseCharge }) => reverseCharge).map(({ country }) => country)).toHaveLength(27);
  });

  test.each([
    ['AT', '20', '10'],
    ['BE', '21', '6'],
    ['BG', '20', '9'],
    ['CY', '19', '5'],
    ['CZ', '21', '12'],
    ['DE', '19', '7'],
    ['DK', '25', '25'],
    ['EE', '24', '9'],
    ['ES', '21', '10'],
    ['FI', '25.5', '10'],
    ['FR', '20', '5.5'],
    ['GR', '24', '6'],
    ['HR', '25', '5'],
    ['HU', '27', '5'],
    ['IE', '23', '9'],
    ['IT', '22', '5'],
    ['LT', '21', '5'],
    ['LU', '17', '8'],
    ['LV', '21', '5'],
    ['MT', '18', '5'],
    ['NL', '21', '9'],
    ['PL', '23', '5'],
    ['PT', '23', '6'],
    ['RO', '21', '11'],
    ['SE', '25', '6'],
    ['SI', '22', '5'],
    ['SK', '23', '5'],
    ['GB', '20', '5'],
    ['TW', '5', '5'],
    ['CH', '0', '0'],
    ['ZZ', '20', '5'],
  ])('taxes %s at %s and reduced at %s percent in November 2026', (country, standard, reduced) => {
    expect(percentages(country, 'standard', now)).toEqual([standard]);
    expect(percentages(country, 'reduced', now)).toEqual([reduced]);
  });

  test.each([
    ['the United Kingdom in 2009', 'GB', '2009-12-31T23:59:59Z', '15'],
    ['the United Kingdom from 2010 on', 'GB', '2010-01-01T00:00:00Z', '17.5'],
    ['the United Kingdom before its new rate', 'GB', '2011-01-03T23:59:59Z', '17.5'],
    ['the United Kingdom from its new rate on', 'GB', '2011-01-04T00:00:00Z', '20'],
    ['Germany before the lower rate of 2020, an hour before midnight UTC', 'DE', '2020-06-30T21:59:59Z', '19'],
    ['Germany from the lower rate of 2020 on, at its own midnight', 'DE', '2020-06-30T22:00:00Z', '16'],
    ['Ireland in December 2010', 'IE', '2010-12-01T10:00:00Z', '21'],
    ['Finland from September 2024 on, at its own midnight', 'FI', '2024-08-31T21:00:00Z', '25.5'],
  ])('has the rate of the day in %s', (_what, country, at, standard) => {
    expect(percentages(country, 'standard', at)).toEqual([standard]);
  });

  test.each([
    ['New York City', 'NY', '10001', ['4', '4.5', '0.375']],
    ['New York City, by its ZIP+4', 'New York', '11201-1234', ['4', '4.5', '0.375']],
    ['Albany', 'US-NY', '12207', ['4']],
    ['Portland', 'Oregon', '97205', ['0']],
    ['Portland, by its code', 'or', '97205', ['0']],
    ['Denver, where the store does not collect', 'CO', '80202', ['0']],
    ['an unknown state', undefined, undefined, ['0']],
  ])('taxes %s by state and postal code', (_place, state, postalCode, expected) => {
    expect(percentages('US', 'standard', now, state, postalCode)).toEqual(expected);
  });
});
