import { describe, expect, test } from 'vitest';
import { documents } from '../../../shared/contracts/settings/documents.ts';
import { fieldErrors, inputs } from '../../../shared/contracts/problem.ts';

const vat = {
  rateId: 'vat',
  name: 'VAT',
  jurisdiction: 'GB',
  taxCategory: 'standard',
  percentage: '20',
  validFrom: '2011-01-04T00:00:00Z',
};
const gb = { zoneId: 'gb', name: 'United Kingdom', country: 'GB', rates: [vat] };
const errorsOf = (zones: object[]) => {
  const parsed = documents['tax-zones'].safeParse({ zones }, inputs);
  return parsed.success ? [] : fieldErrors(parsed.error);
};
const withRates = (...rates: object[]) => [{ ...gb, rates: rates.map((rate) => Object.assign({}, vat, rate)) }];
const withRanges = (...ranges: [string, string][]) => [
  { ...gb, zoneId: 'part', postalRanges: ranges.map(([from, to]) => ({ from, to })) },
];

describe('tax zones are accepted', () => {
  test.each<[string, object[]]>([
    ['with one rate', [gb]],
    [
      'with a rate that ends when its successor starts',
      [...withRates({ validTo: '2027-01-01T00:00:00Z' }, { rateId: 'vat-2', validFrom: '2027-01-01T00:00:00+00:00' })],
    ],
    ['with rates of two jurisdictions that add up', withRates({}, { rateId: 'city', jurisdiction: 'London' })],
    ['with a compound rate', withRates({}, { rateId: 'city', jurisdiction: 'London', compound: true })],
    [
      'with a country, its region, postal codes of it and the rest of the world',
      [
        gb,
        { ...gb, zoneId: 'nir', region: 'NIR' },
        {
          ...gb,
          zoneId: 'bt',
          region: 'NIR',
          postalRanges: [
            { from: 'BT1', to: 'BT9' },
            { from: 'BU', to: 'BW' },
          ],
        },
        { ...gb, zoneId: 'world', country: '*', treatment: 'export' },
      ],
    ],
    ['with postal codes that follow each other', withRanges(['10000', '10999'], ['11000', '11999'])],
    ['with a percentage of four decimals', withRates({ percentage: '8.8755' })],
  ])('%s', (_what, zones) => {
    expect(errorsOf(zones)).toEqual([]);
  });
});

describe('tax zones are refused', () => {
  test.each<[string, object[], string, string]>([
    ['no zone', [], '/zones', 'Too small'],
    ['an unknown country', [{ ...gb, country: 'UK' }], '/zones/0/country', 'Not an ISO 3166-1'],
    ['two zones with one id', [gb, { ...gb, country: 'IE' }], '/zones/1/zoneId', 'Entry 1 has gb already'],
    ['two zones for one country', [gb, { ...gb, zoneId: 'uk' }], '/zones/1/country', 'The zone gb is for GB already'],
    [
      'two zones for one region',
      [
        { ...gb, zoneId: 'nir', region: 'NIR' },
        { ...gb, zoneId: 'ni', region: 'NIR' },
      ],
      '/zones/1/country',
      'GB-NIR already',
    ],
    [
      'two zones for the rest of the world',
      [
        { ...gb, country: '*' },
        { ...gb, zoneId: 'b', country: '*' },
      ],
      '/zones/1/country',
      '* already',
    ],
    [
      'a region of the rest of the world',
      [{ ...gb, country: '*', region: 'CA' }],
      '/zones/0/region',
      'Needs a country',
    ],
    [
      'postal codes of the rest of the world',
      [{ ...gb, country: '*', postalRanges: [{ from: '1', to: '2' }] }],
      '/zones/0/postalRanges',
      'Needs a country',
    ],
    ['postal codes that end before they begin', withRanges(['20000', '10000']), '/zones/0/postalRanges/0/to', 'swap'],
    [
      'postal codes that overlap',
      withRanges(['10000', '10999'], ['10500', '11000']),
      '/zones/0/postalRanges/1',
      'Overlaps with 10000 to 10999',
    ],
    [
      'postal codes within others',
      withRanges(['1', '2'], ['30', '31'], ['15000', '15001']),
      '/zones/0/postalRanges/2',
      'Overlaps with 1 to 2',
    ],
    [
      'postal codes that start alike',
      withRanges(['SW1', 'SW1'], ['sw1a 1aa', 'sw1a 1ab']),
      '/zones/0/postalRanges/1',
      'Overlaps',
    ],
    [
      'postal codes that overlap in two zones',
      [...withRanges(['10000', '10999']), { ...gb, zoneId: 'other', postalRanges: [{ from: '10999', to: '12000' }] }],
      '/zones/1/postalRanges/0',
      'of the zone part',
    ],
    [
      'no standard rate',
      withRates({ taxCategory: 'reduced' }),
      '/zones/0/rates',
      'Add a rate of the category standard',
    ],
    ['a misspelled standard rate', withRates({ taxCategory: 'Standart' }), '/zones/0/rates', 'where it has Standart'],
    [
      'two rates with one id',
      withRates({}, { jurisdiction: 'London' }),
      '/zones/0/rates/1/rateId',
      'Entry 1 has vat already',
    ],
    [
      'a rate without an end before its successor',
      withRates({}, { rateId: 'vat-2', validFrom: '2027-01-01T00:00:00Z' }),
      '/zones/0/rates/0/validTo',
      'set it to 2027-01-01T00:00:00Z, when vat-2',
    ],
    [
      'a rate that ends after its successor starts',
      withRates({ validTo: '2027-06-01T00:00:00Z' }, { rateId: 'vat-2', validFrom: '2027-01-01T00:00:00Z' }),
      '/zones/0/rates/0/validTo',
      'end it by 2027-01-01T00:00:00Z',
    ],
    [
      'an overlap of an hour between time zones',
      withRates({ validTo: '2027-01-01T00:00:00Z' }, { rateId: 'vat-2', validFrom: '2027-01-01T00:00:00+01:00' }),
      '/zones/0/rates/0/validTo',
      'end it by',
    ],
    [
      'a successor that is listed first',
      withRates({ rateId: 'vat-2', validFrom: '2027-01-01T00:00:00Z' }, {}),
      '/zones/0/rates/1/validTo',
      'no end before its successor',
    ],
    [
      'two rates from the same time on',
      withRates({}, { rateId: 'vat-2', name: 'VAT 2' }),
      '/zones/0/rates/1/validFrom',
      'different jurisdictions',
    ],
    [
      'overlapping reduced rates',
      withRates(
        {},
        { rateId: 'a', taxCategory: 'reduced' },
        { rateId: 'b', taxCategory: 'reduced', validFrom: '2020-01-01T00:00:00Z' },
      ),
      '/zones/0/rates/1/validTo',
      'of GB for reduced',
    ],
    [
      'a rate that ends before it starts',
      withRates({}, { rateId: 'x', jurisdiction: 'x', validTo: '2010-01-01T00:00:00Z' }),
      '/zones/0/rates/1/validTo',
      'ends before it starts',
    ],
    [
      'an end of the last standard rate',
      withRates({ validTo: '2027-01-01T00:00:00Z' }),
      '/zones/0/rates/0/validTo',
      'no standard rate from 2027-01-01T00:00:00Z on',
    ],
    [
      'a day without a standard rate',
      withRates({ validTo: '2026-12-31T00:00:00Z' }, { rateId: 'vat-2', validFrom: '2027-01-01T00:00:00Z' }),
      '/zones/0/rates/0/validTo',
      'from 2026-12-31T00:00:00Z to 2027-01-01T00:00:00Z',
    ],
  ])('with %s', (_what, zones, pointer, detail) => {
    expect(errorsOf(zones)).toContainEqual({ pointer, detail: expect.stringContaining(detail) });
  });

  test.each(['20%', '-1', '100.5', '7.12345', '1e1', '', ' 20', '020', '20.', 'NaN', '101'])(
    'with the percentage "%s"',
    (percentage) => {
      expect(errorsOf(withRates({ percentage }))).toEqual([
        { pointer: '/zones/0/rates/0/percentage', detail: 'A percentage is 0 to 100 with up to 4 decimals' },
      ]);
    },
  );

  test.each([20, 8.875, null, true, [], {}])('with the percentage %j, which is no text', (percentage) => {
    expect(errorsOf(withRates({ percentage }))).toMatchObject([{ pointer: '/zones/0/rates/0/percentage' }]);
  });
});
