import { describe, expect, test } from 'vitest';
import { zoneOf } from '../../../shared/tax/zone-of.ts';
import { ratesInForce } from '../../../shared/tax/rates.ts';
import { seedTaxZones } from '../../../shared/tax/seed/tax-zones.ts';
import { countryCodes } from '../countries.ts';
import { rateOfTheDay, taxWithinAmount } from './rates-of-the-day.ts';
import { addInvoiceTaxes, addOrderTaxes, equalRows, taxOfCountries, type TaxRow } from './tax-by-country.ts';

const aRow = (given: Partial<TaxRow> = {}): TaxRow => ({
  country: 'GB',
  rate: '20',
  orders: 1,
  taxableMinor: 1000,
  taxMinor: 200,
  ...given,
});
const rowsOf = (...rows: TaxRow[]) => new Map(rows.map((row) => [`${row.country} ${row.rate}`, row]));
const aTax = (percentage: string, taxableMinor: number, taxMinor: number, rateId = 'standard') => ({
  rateId,
  name: 'VAT',
  jurisdiction: 'GB',
  percentage,
  taxableMinor,
  taxMinor,
});

describe('the rate of the day', () => {
  test.each<[string, string, number | undefined]>([
    ['GB', '2010-12-01', 1750],
    ['GB', '2011-01-03', 1750],
    ['GB', '2011-01-04', 2000],
    ['ZZ', '2011-01-03', 1750],
    ['PL', '2010-12-31', 2200],
    ['PL', '2011-01-01', 2300],
    ['IT', '2011-09-16', 2000],
    ['IT', '2011-09-17', 2100],
    ['JE', '2011-01-04', undefined],
    ['CH', '2011-01-04', undefined],
  ])('of %s on %s', (country, day, expected) => {
    expect(rateOfTheDay(country, day)).toBe(expected);
  });

  test.each([...new Set(countryCodes.values())])('of %s is that of the seeded zones on each day', (country) => {
    const zone = zoneOf({ country }, seedTaxZones().zones);
    const days = ['2010-12-01', '2011-01-03', '2011-01-04', '2011-07-01', '2011-09-16', '2011-09-17', '2011-12-09'];
    const seeded = days.map((day) => {
      const [rate] = (zone && ratesInForce(zone, 'standard', Date.parse(`${day}T12:00:00Z`))?.rates) ?? [];
      return zone?.treatment === 'export' ? undefined : Math.round(Number(rate?.percentage) * 100);
    });
    expect(days.map((day) => rateOfTheDay(country, day))).toEqual(seeded);
  });
});

test.each([
  [1200, 2000, 200],
  [1175, 1750, 175],
  [4000, 1960, 656],
  [1, 2000, 0],
  [3, 2000, 1],
  [999, 0, 0],
])('an amount of %i at %i basis points contains %i', (amount, basisPoints, expected) => {
  expect(taxWithinAmount(amount, basisPoints)).toBe(expected);
});

test('the taxes of an order count by country and rate, and exports as such', () => {
  const rows = new Map<string, TaxRow>();
  const order = (taxes: ReturnType<typeof aTax>[], taxMinor: number, totalMinor: number) =>
    addOrderTaxes(rows, 'GB', { taxes, taxMinor, totalMinor });
  expect(order([aTax('20', 1000, 200), aTax('5', 100, 5, 'reduced')], 205, 1305)).toBe(true);
  expect(order([aTax('20', 500, 100)], 100, 600)).toBe(true);
  expect(addOrderTaxes(rows, 'JP', { taxes: [aTax('0', 900, 0, 'export')], taxMinor: 0, totalMinor: 900 })).toBe(true);
  expect([...rows.values()]).toEqual([
    aRow({ orders: 2, taxableMinor: 1500, taxMinor: 300 }),
    aRow({ rate: '5', taxableMinor: 100, taxMinor: 5 }),
    aRow({ country: 'JP', rate: 'export', taxableMinor: 900, taxMinor: 0 }),
  ]);
  expect([...taxOfCountries(rows.values())]).toEqual([
    ['GB', 305],
    ['JP', 0],
  ]);
});

test.each([
  ['of another tax', [aTax('20', 1000, 200)], 201, 1200],
  ['of another total', [aTax('20', 1000, 200)], 200, 1201],
  ['without taxes', undefined, 200, 1200],
  ['of several rates of another tax', [aTax('20', 500, 100), aTax('5', 100, 5)], 100, 705],
  ['with one rate missing', [aTax('20', 500, 100)], 105, 705],
])('an order %s does not add up', (_name, taxes, taxMinor, totalMinor) => {
  expect(addOrderTaxes(new Map(), 'GB', { taxes, taxMinor, totalMinor })).toBe(false);
});

test('the taxes of an invoice are within its lines, each rounded', () => {
  const rows = new Map<string, TaxRow>();
  const line = { sku: 'MUG', quantity: 1, unitPriceMinor: 3 };
  const invoice = { externalOrderId: '1', placedAt: '2011-01-04T08:26:00+00:00', lines: [line, line] };
  addInvoiceTaxes(rows, { ...invoice, country: 'GB' }, '2011-01-04');
  addInvoiceTaxes(rows, { ...invoice, country: 'AU' }, '2011-01-04');
  expect([...rows.values()]).toEqual([
    aRow({ taxableMinor: 4, taxMinor: 2 }),
    aRow({ country: 'AU', rate: 'export', taxableMinor: 6, taxMinor: 0 }),
  ]);
});

test.each([
  ['another number of orders', aRow({ orders: 2 })],
  ['another amount', aRow({ taxableMinor: 1001 })],
  ['another tax', aRow({ taxMinor: 201 })],
  ['another rate', aRow({ rate: '17.5' })],
  ['another country', aRow({ country: 'FR' })],
])('a row with %s is not equal', (_name, row) => {
  expect(equalRows(rowsOf(aRow()), rowsOf(row))).toBe(0);
  expect(equalRows(rowsOf(row), rowsOf(row))).toBe(1);
});
