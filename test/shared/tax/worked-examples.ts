import { anyCountry, type TaxZone } from '../../../shared/tax/tax-zones.ts';
import { seedTaxZones } from '../../../shared/tax/seed/tax-zones.ts';
import type { TaxStatus } from '../../../shared/tax/taxation.ts';

/** An example of published guidance, or of the rule that it states. Amounts are in minor units. */
export type Example = {
  /** Title of the guidance, and what the example shows. */
  source: string;
  zone: TaxZone;
  taxIncluded: boolean;
  /** Tax category, quantity, unit price. */
  lines: [string, number, number][];
  shipping?: { minor: number; taxCategory?: string; taxed?: 'proportional' };
  customer?: TaxStatus;
  at?: string;
  /** Rate, taxable amount, tax: sorted by rate. */
  taxes: [string, number, number][];
  totalMinor: number;
};

const { zones } = seedTaxZones();
const seeded = (zoneId: string): TaxZone => zones.find((zone) => zone.zoneId === zoneId) ?? fail(zoneId);
const fail = (zoneId: string): never => {
  throw new Error(`The seed has no zone ${zoneId}`);
};

/** A zone of rates: id, percentage, and a tax category other than `standard`. */
const zoneOf = (
  country: string,
  rounding: TaxZone['rounding'],
  rates: [rateId: string, percentage: string, more?: { taxCategory?: string; compound?: true }][],
): TaxZone => ({
  zoneId: country.toLowerCase(),
  name: country,
  country,
  rounding,
  rates: rates.map(([rateId, percentage, more]) => ({
    rateId,
    name: rateId,
    jurisdiction: country,
    taxCategory: 'standard',
    percentage,
    validFrom: '1970-01-01T00:00:00Z',
    ...more,
  })),
});

const [gb, de, fr, nyc, ca] = ['gb', 'de', 'fr', 'us-ny-new-york-city', 'us-ca'].map(seeded) as [
  TaxZone,
  TaxZone,
  TaxZone,
  TaxZone,
  TaxZone,
];
const perOrder = (zone: TaxZone): TaxZone => ({ ...zone, rounding: 'order' });
const japan = zoneOf('JP', 'order', [
  ['standard', '10'],
  ['reduced', '8', { taxCategory: 'reduced' }],
]);
const quebec = zoneOf('CA', 'order', [
  ['gst', '5'],
  ['qst', '9.975'],
]);
const quebec2012 = zoneOf('CA', 'order', [
  ['gst', '5'],
  ['qst', '9.5', { compound: true }],
]);
const princeEdwardIsland2012 = zoneOf('CA', 'order', [
  ['gst', '5'],
  ['pst', '10', { compound: true }],
]);
const newYorkWithClothing: TaxZone = {
  ...nyc,
  rates: [
    ...nyc.rates,
    {
      rateId: 'clothing',
      name: 'Sales tax',
      jurisdiction: 'New York',
      taxCategory: 'clothing',
      percentage: '0',
      validFrom: '1970-01-01T00:00:00Z',
    },
  ],
};
const export_ = seeded('rest-of-the-world');

/** One line of one unit. */
const one = (
  source: string,
  zone: TaxZone,
  taxIncluded: boolean,
  [taxCategory, minor]: [string, number],
  [rate, taxable, tax]: [string, number, number],
  more: Partial<Example> = {},
): Example => ({
  source,
  zone,
  taxIncluded,
  lines: [[taxCategory, 1, minor]],
  taxes: [[rate, taxable, tax]],
  totalMinor: minor + (taxIncluded ? 0 : tax),
  ...more,
});
const std = 'standard-2008-01-01';

export const examples: Example[] = [
  // United Kingdom
  one(
    'GOV.UK, Charging VAT: multiply a price without VAT by 1.2',
    gb,
    false,
    ['standard', 10_000],
    ['standard-2011-01-04', 10_000, 2000],
  ),
  one(
    'GOV.UK, Charging VAT: divide a price with VAT by 1.2',
    gb,
    true,
    ['standard', 12_000],
    ['standard-2011-01-04', 10_000, 2000],
  ),
  one(
    'GOV.UK, Charging VAT: multiply by 1.05 at the reduced rate',
    gb,
    false,
    ['reduced', 10_000],
    ['reduced-2008-01-01', 10_000, 500],
  ),
  one(
    'HMRC, VAT guide (Notice 700): the VAT fraction of 5 % is 1/21',
    gb,
    true,
    ['reduced', 10_500],
    ['reduced-2008-01-01', 10_000, 500],
  ),
  one(
    'HMRC, VAT guide (Notice 700): the VAT fraction of 20 % is 1/6',
    gb,
    true,
    ['standard', 3000],
    ['standard-2011-01-04', 2500, 500],
  ),
  one(
    'HMRC, VAT guide (Notice 700): the VAT fraction of 17.5 % is 7/47',
    gb,
    true,
    ['standard', 4700],
    ['standard-2010-01-01', 4000, 700],
    { at: '2010-06-01T12:00:00Z' },
  ),
  one(
    'HMRC, VAT guide (Notice 700): the VAT fraction of 15 % is 3/23',
    gb,
    true,
    ['standard', 2300],
    ['standard-2008-12-01', 2000, 300],
    { at: '2009-06-01T12:00:00Z' },
  ),
  one('HMRC, Zero-rating books (Notice 701/10)', gb, true, ['zero', 999], ['zero-2008-01-01', 999, 0]),
  one(
    'HMRC, VAT guide (Notice 700), 17.5: 86.8p is rounded to 87p',
    gb,
    false,
    ['standard', 434],
    ['standard-2011-01-04', 434, 87],
  ),
  one(
    'HMRC, VAT guide (Notice 700), 17.5: half a penny is rounded up',
    gb,
    false,
    ['reduced', 10],
    ['reduced-2008-01-01', 10, 1],
  ),
  {
    source: 'HMRC, VAT guide (Notice 700), 17.6: a retailer rounds per line',
    zone: gb,
    taxIncluded: false,
    lines: [
      ['standard', 1, 33],
      ['standard', 1, 33],
      ['standard', 1, 33],
    ],
    taxes: [['standard-2011-01-04', 99, 21]],
    totalMinor: 120,
  },
  {
    source: 'HMRC, VAT guide (Notice 700), 17.6: or per invoice',
    zone: perOrder(gb),
    taxIncluded: false,
    lines: [
      ['standard', 1, 33],
      ['standard', 1, 33],
      ['standard', 1, 33],
    ],
    taxes: [['standard-2011-01-04', 99, 20]],
    totalMinor: 119,
  },
  {
    source: 'HMRC, VAT guide (Notice 700), 16: an invoice of several rates shows each',
    zone: gb,
    taxIncluded: true,
    lines: [
      ['standard', 1, 1200],
      ['reduced', 1, 1050],
      ['zero', 1, 500],
    ],
    taxes: [
      ['reduced-2008-01-01', 1000, 50],
      ['standard-2011-01-04', 1000, 200],
      ['zero-2008-01-01', 500, 0],
    ],
    totalMinor: 2750,
  },
  {
    source: 'HMRC, Postage, delivery charges and direct marketing (Notice 700/24): delivered goods of two rates',
    zone: gb,
    taxIncluded: true,
    lines: [
      ['standard', 1, 6000],
      ['zero', 1, 4000],
    ],
    shipping: { minor: 500, taxed: 'proportional' },
    taxes: [
      ['standard-2011-01-04', 5250, 1050],
      ['zero-2008-01-01', 4200, 0],
    ],
    totalMinor: 10_500,
  },
  {
    source: 'HMRC, Postage, delivery charges and direct marketing (Notice 700/24): delivered zero-rated goods',
    zone: gb,
    taxIncluded: true,
    lines: [['zero', 1, 2000]],
    shipping: { minor: 300, taxed: 'proportional' },
    taxes: [['zero-2008-01-01', 2300, 0]],
    totalMinor: 2300,
  },
  {
    source: 'HMRC, Postage, delivery charges and direct marketing (Notice 700/24): delivery as a supply of its own',
    zone: gb,
    taxIncluded: true,
    lines: [['zero', 1, 2000]],
    shipping: { minor: 600 },
    taxes: [
      ['standard-2011-01-04', 500, 100],
      ['zero-2008-01-01', 2000, 0],
    ],
    totalMinor: 2600,
  },
  one(
    'HMRC, VAT on goods exported from the UK (Notice 703): zero-rated',
    export_,
    true,
    ['standard', 12_000],
    ['export', 12_000, 0],
  ),
  one(
    'HMRC, VAT: changes in rates: before midnight at 17.5 %',
    gb,
    true,
    ['standard', 4700],
    ['standard-2010-01-01', 4000, 700],
    { at: '2011-01-03T23:59:59Z' },
  ),
  one(
    'HMRC, VAT: changes in rates: from midnight on at 20 %',
    gb,
    true,
    ['standard', 4700],
    ['standard-2011-01-04', 3917, 783],
    { at: '2011-01-04T00:00:00Z' },
  ),
  one(
    'HMRC, Reliefs from VAT for disabled and older people (Notice 701/7)',
    gb,
    true,
    ['standard', 12_000],
    ['exemption', 10_000, 0],
    {
      customer: { taxExemption: { reason: 'Notice 701/7' } },
      totalMinor: 10_000,
    },
  ),
  // European Union
  one(
    'European Commission, VAT rates: Germany, standard',
    de,
    true,
    ['standard', 11_900],
    ['standard-2021-01-01', 10_000, 1900],
  ),
  one(
    'European Commission, VAT rates: Germany, reduced',
    de,
    true,
    ['reduced', 10_700],
    ['reduced-2021-01-01', 10_000, 700],
  ),
  one(
    'BMF, Absenkung der Umsatzsteuersätze zum 1. Juli 2020: the day before',
    de,
    true,
    ['standard', 11_900],
    [std, 10_000, 1900],
    { at: '2020-06-30T23:59:59+02:00' },
  ),
  one(
    'BMF, Absenkung der Umsatzsteuersätze zum 1. Juli 2020: from midnight on',
    de,
    true,
    ['standard', 11_600],
    ['standard-2020-07-01', 10_000, 1600],
    { at: '2020-07-01T00:00:00+02:00' },
  ),
  one(
    'European Commission, VAT rates: France, standard',
    fr,
    false,
    ['standard', 10_000],
    ['standard-2014-01-01', 10_000, 2000],
  ),
  one(
    'European Commission, VAT rates: France, books at 5.5 %',
    fr,
    true,
    ['reduced', 10_550],
    ['reduced-2008-01-01', 10_000, 550],
  ),
  one(
    'European Commission, VAT rates: France, press at 2.1 %',
    fr,
    true,
    ['super-reduced', 10_210],
    ['super-reduced-2008-01-01', 10_000, 210],
  ),
  one(
    'European Commission, VAT rates: Finland, standard',
    seeded('fi'),
    true,
    ['standard', 12_550],
    ['standard-2024-09-01', 10_000, 2550],
  ),
  one(
    'European Commission, VAT rates: Hungary, standard',
    seeded('hu'),
    true,
    ['standard', 12_700],
    ['standard-2012-01-01', 10_000, 2700],
  ),
  one(
    'European Commission, VAT rates: Luxembourg, standard',
    seeded('lu'),
    false,
    ['standard', 999],
    ['standard-2024-01-01', 999, 170],
  ),
  one(
    'European Commission, VAT rates: Slovenia, 9.5 %',
    seeded('si'),
    true,
    ['intermediate', 10_950],
    ['intermediate-2013-07-01', 10_000, 950],
  ),
  one(
    'European Commission, VAT rates: Spain, 4 %',
    seeded('es'),
    true,
    ['super-reduced', 10_400],
    ['super-reduced-2008-01-01', 10_000, 400],
  ),
  one(
    'European Commission, VAT rates: Poland, 8 %',
    seeded('pl'),
    false,
    ['intermediate', 1999],
    ['intermediate-2011-01-01', 1999, 160],
  ),
  one(
    'European Commission, VAT rates: Denmark has no reduced rate',
    seeded('dk'),
    true,
    ['reduced', 12_500],
    [std, 10_000, 2500],
  ),
  one(
    'European Commission, Guide to the VAT One Stop Shop: the rate of the country of the customer',
    seeded('ie'),
    true,
    ['standard', 12_300],
    ['standard-2021-03-01', 10_000, 2300],
  ),
  one(
    'Your Europe, Cross-border VAT: a business with a VAT number accounts for the VAT',
    de,
    true,
    ['standard', 11_900],
    ['reverse-charge', 10_000, 0],
    {
      customer: { vatNumber: 'DE 123456789' },
      totalMinor: 10_000,
    },
  ),
  one(
    'Your Europe, Cross-border VAT: also with a number of another member state',
    de,
    false,
    ['standard', 10_000],
    ['reverse-charge', 10_000, 0],
    { customer: { vatNumber: 'FRXX123456789' } },
  ),
  one(
    'Your Europe, Cross-border VAT: Greek numbers begin with EL',
    seeded('gr'),
    false,
    ['standard', 10_000],
    ['reverse-charge', 10_000, 0],
    { customer: { vatNumber: 'EL123456789' } },
  ),
  one(
    'Your Europe, Cross-border VAT: not with a number of the seller’s own country',
    de,
    true,
    ['standard', 11_900],
    ['standard-2021-01-01', 10_000, 1900],
    { customer: { vatNumber: 'GB123456789' } },
  ),
  one(
    'Your Europe, Cross-border VAT: a domestic business pays VAT',
    gb,
    true,
    ['standard', 12_000],
    ['standard-2011-01-04', 10_000, 2000],
    { customer: { vatNumber: 'DE123456789' } },
  ),
  {
    source: 'CEN, EN 16931-1, BR-CO-17: the tax of a rate is rounded once per invoice',
    zone: perOrder(de),
    taxIncluded: false,
    lines: [
      ['standard', 1, 33],
      ['standard', 1, 33],
      ['standard', 1, 33],
      ['reduced', 1, 50],
    ],
    taxes: [
      ['reduced-2021-01-01', 50, 4],
      ['standard-2021-01-01', 99, 19],
    ],
    totalMinor: 172,
  },
  // United States
  {
    source: 'New York State, Publication 718: 8.875 % in New York City',
    zone: nyc,
    taxIncluded: false,
    lines: [['standard', 1, 10_000]],
    taxes: [
      ['city', 10_000, 450],
      ['mctd', 10_000, 38],
      ['state', 10_000, 400],
    ],
    totalMinor: 10_888,
  },
  {
    source: 'New York State, Publication 718: the rates together are rounded once',
    zone: nyc,
    taxIncluded: false,
    lines: [['standard', 2, 500]],
    taxes: [
      ['city', 1000, 45],
      ['mctd', 1000, 4],
      ['state', 1000, 40],
    ],
    totalMinor: 1089,
  },
  {
    source: 'New York State, Tax Bulletin ST-838, Shipping and Delivery Charges: taxable with taxable goods',
    zone: nyc,
    taxIncluded: false,
    lines: [['standard', 1, 10_000]],
    shipping: { minor: 1000 },
    taxes: [
      ['city', 11_000, 495],
      ['mctd', 11_000, 41],
      ['state', 11_000, 440],
    ],
    totalMinor: 11_976,
  },
  {
    source: 'New York State, Tax Bulletin ST-838, Shipping and Delivery Charges: allocated to taxable and exempt goods',
    zone: newYorkWithClothing,
    taxIncluded: false,
    lines: [
      ['standard', 1, 6000],
      ['clothing', 1, 4000],
    ],
    shipping: { minor: 1000, taxed: 'proportional' },
    taxes: [
      ['city', 6600, 297],
      ['clothing', 4400, 0],
      ['mctd', 6600, 25],
      ['state', 6600, 264],
    ],
    totalMinor: 11_586,
  },
  one(
    'CDTFA, Regulation 1628, Transportation Charges: separately stated shipping',
    ca,
    false,
    ['standard', 1999],
    ['state', 1999, 145],
    {
      shipping: { minor: 500 },
      taxes: [
        ['shipping', 500, 0],
        ['state', 1999, 145],
      ],
      totalMinor: 2644,
    },
  ),
  one(
    'Oregon Department of Revenue, Sales tax in Oregon: there is none',
    seeded('us-or'),
    false,
    ['standard', 4999],
    ['state', 4999, 0],
  ),
  one(
    'Streamlined Sales and Use Tax Agreement, 324: the third decimal above 4 is rounded up',
    seeded('us-fl'),
    false,
    ['standard', 25],
    ['state', 25, 2],
  ),
  one(
    'Streamlined Sales and Use Tax Agreement, 324: a third decimal of 4 or less is rounded down',
    seeded('us-il'),
    false,
    ['standard', 100],
    ['state', 100, 6],
  ),
  one(
    'Streamlined Sales and Use Tax Agreement, 324: New Jersey at 6.625 %',
    seeded('us-nj'),
    false,
    ['standard', 1000],
    ['state', 1000, 66],
  ),
  {
    source: 'Streamlined Sales and Use Tax Agreement, 324: computed per item',
    zone: { ...ca, rounding: 'line' },
    taxIncluded: false,
    lines: [
      ['standard', 1, 99],
      ['standard', 1, 99],
      ['standard', 1, 99],
    ],
    taxes: [['state', 297, 21]],
    totalMinor: 318,
  },
  {
    source: 'Streamlined Sales and Use Tax Agreement, 324: computed per invoice',
    zone: ca,
    taxIncluded: false,
    lines: [
      ['standard', 1, 99],
      ['standard', 1, 99],
      ['standard', 1, 99],
    ],
    taxes: [['state', 297, 22]],
    totalMinor: 319,
  },
  one(
    'Texas Comptroller, Form 01-339, Resale Certificate',
    seeded('us-tx'),
    false,
    ['standard', 5000],
    ['exemption', 5000, 0],
    { customer: { taxExemption: { reason: 'Form 01-339' } } },
  ),
  // Canada
  {
    source: 'Revenu Québec, Basic Rules for Applying the GST/HST and QST: both on the price',
    zone: quebec,
    taxIncluded: false,
    lines: [['standard', 1, 10_000]],
    taxes: [
      ['gst', 10_000, 500],
      ['qst', 10_000, 998],
    ],
    totalMinor: 11_498,
  },
  {
    source: 'Revenu Québec, Basic Rules for Applying the GST/HST and QST: a price with both',
    zone: quebec,
    taxIncluded: true,
    lines: [['standard', 1, 11_498]],
    taxes: [
      ['gst', 10_000, 500],
      ['qst', 10_000, 998],
    ],
    totalMinor: 11_498,
  },
  {
    source: 'Revenu Québec, QST before 2013: on the price with GST',
    zone: quebec2012,
    taxIncluded: false,
    lines: [['standard', 1, 20_000]],
    taxes: [
      ['gst', 20_000, 1000],
      ['qst', 20_000, 1995],
    ],
    totalMinor: 22_995,
  },
  {
    source: 'Canada Revenue Agency, GST/HST and Prince Edward Island before 2013: 10 % on the price with GST',
    zone: princeEdwardIsland2012,
    taxIncluded: false,
    lines: [['standard', 1, 10_000]],
    taxes: [
      ['gst', 10_000, 500],
      ['pst', 10_000, 1050],
    ],
    totalMinor: 11_550,
  },
  {
    source: 'Canada Revenue Agency, GST/HST and Prince Edward Island before 2013: a price with both',
    zone: princeEdwardIsland2012,
    taxIncluded: true,
    lines: [['standard', 1, 11_550]],
    taxes: [
      ['gst', 10_000, 500],
      ['pst', 10_000, 1050],
    ],
    totalMinor: 11_550,
  },
  one(
    'Canada Revenue Agency, General Information for GST/HST Registrants: HST of 13 %',
    zoneOf('CA', 'order', [['hst', '13']]),
    false,
    ['standard', 4999],
    ['hst', 4999, 650],
  ),
  // Asia and the Pacific
  one(
    'Australian Taxation Office, How to work out GST: one eleventh of the price',
    zoneOf('AU', 'order', [['gst', '10']]),
    true,
    ['standard', 11_000],
    ['gst', 10_000, 1000],
  ),
  one(
    'Australian Taxation Office, Rounding of GST: below half a cent',
    zoneOf('AU', 'order', [['gst', '10']]),
    true,
    ['standard', 100],
    ['gst', 91, 9],
  ),
  one(
    'Australian Taxation Office, Rounding of GST: half a cent is rounded up',
    zoneOf('AU', 'line', [['gst', '10']]),
    false,
    ['standard', 5],
    ['gst', 5, 1],
  ),
  one(
    'Inland Revenue (New Zealand), GST guide (IR375): three twenty-thirds',
    zoneOf('NZ', 'order', [['gst', '15']]),
    true,
    ['standard', 11_500],
    ['gst', 10_000, 1500],
  ),
  {
    source: 'IRAS, GST: General Guide for Businesses, rounding per line',
    zone: zoneOf('SG', 'line', [['gst', '9']]),
    taxIncluded: false,
    lines: [
      ['standard', 1, 5],
      ['standard', 1, 5],
      ['standard', 1, 5],
    ],
    taxes: [['gst', 15, 0]],
    totalMinor: 15,
  },
  {
    source: 'IRAS, GST: General Guide for Businesses, rounding of the total',
    zone: zoneOf('SG', 'order', [['gst', '9']]),
    taxIncluded: false,
    lines: [
      ['standard', 1, 5],
      ['standard', 1, 5],
      ['standard', 1, 5],
    ],
    taxes: [['gst', 15, 1]],
    totalMinor: 16,
  },
  one(
    'National Tax Agency (Japan), Consumption tax: 10 % on a price in yen',
    japan,
    false,
    ['standard', 1000],
    ['standard', 1000, 100],
  ),
  one(
    'National Tax Agency (Japan), Consumption tax: 8 % within a price in yen',
    japan,
    true,
    ['reduced', 1080],
    ['reduced', 1000, 80],
  ),
  one(
    'National Tax Agency (Japan), Consumption tax: a fraction of a yen',
    japan,
    true,
    ['standard', 105],
    ['standard', 95, 10],
  ),
  {
    source: 'National Tax Agency (Japan), Qualified invoice: one rounding per invoice and rate',
    zone: japan,
    taxIncluded: false,
    lines: [
      ['reduced', 1, 33],
      ['reduced', 1, 33],
      ['reduced', 1, 33],
      ['standard', 1, 104],
    ],
    taxes: [
      ['reduced', 99, 8],
      ['standard', 104, 10],
    ],
    totalMinor: 221,
  },
  {
    source: 'National Tax Agency (Japan), Qualified invoice: not one rounding per line',
    zone: { ...japan, rounding: 'line' },
    taxIncluded: false,
    lines: [
      ['reduced', 1, 33],
      ['reduced', 1, 33],
      ['reduced', 1, 33],
    ],
    taxes: [['reduced', 99, 9]],
    totalMinor: 108,
  },
  one(
    'Ministry of Finance (Taiwan), Business Tax Act, article 32: 5 % within the price',
    seeded('tw'),
    true,
    ['standard', 10_500],
    [std, 10_000, 500],
  ),
  one(
    'Ministry of Finance (Taiwan), Business Tax Act, article 32: rounded',
    seeded('tw'),
    true,
    ['standard', 100_000],
    [std, 95_238, 4762],
  ),
  // Three decimals
  one(
    'National Bureau for Revenue (Bahrain), VAT General Guide: 10 % in fils',
    zoneOf('BH', 'line', [['vat', '10']]),
    false,
    ['standard', 1234],
    ['vat', 1234, 123],
  ),
  one(
    'National Bureau for Revenue (Bahrain), VAT General Guide: 10 % within a price',
    zoneOf('BH', 'line', [['vat', '10']]),
    true,
    ['standard', 1100],
    ['vat', 1000, 100],
  ),
  one(
    'Tax Authority (Oman), VAT Taxpayer Guide: 5 % within a price in baisa',
    zoneOf('OM', 'line', [['vat', '5']]),
    true,
    ['standard', 999],
    ['vat', 951, 48],
  ),
  one(
    'Direction générale des impôts (Tunisia), TVA: 19 % in millimes',
    zoneOf('TN', 'line', [['tva', '19']]),
    false,
    ['standard', 10_005],
    ['tva', 10_005, 1901],
  ),
  one(
    'Ministry of Finance (Kuwait): a dinar without VAT',
    zoneOf(anyCountry, 'line', [['none', '0']]),
    false,
    ['standard', 1005],
    ['none', 1005, 0],
  ),
  // Other rates
  one(
    'Federal Tax Administration (Switzerland), VAT rates: 8.1 %',
    zoneOf('CH', 'line', [['vat', '8.1']]),
    true,
    ['standard', 10_810],
    ['vat', 10_000, 810],
  ),
  one(
    'Norwegian Tax Administration, VAT rates: 15 % on food',
    zoneOf('NO', 'line', [
      ['mva', '15', { taxCategory: 'food' }],
      ['other', '25'],
    ]),
    true,
    ['food', 11_500],
    ['mva', 10_000, 1500],
  ),
];
