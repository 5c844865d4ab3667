import { standardCategory } from '../rates.ts';
import type { TaxRate, TaxZone } from '../tax-zones.ts';
import { rateHistory } from './rate-history.ts';

/** Rates by category, as `rateHistory` reads them. `reduced` is the lower reduced rate, `intermediate` the higher one. */
type MemberState = {
  country: string;
  name: string;
  timeZone: string;
  standard: string;
  reduced?: string;
  intermediate?: string;
  superReduced?: string;
};

// Sources: European Commission, "VAT rates applied in the Member States of the European Union", situation at 2021-01-01,
// part VIII "The evolution of VAT rates"; for later changes European Commission, "Taxes in Europe Database" (VAT), and:
// CZ Act 349/2023 (2024-01-01), EE Value-Added Tax Act (2024-01-01, 2025-07-01), FI Acts 2024-09-01 and 2026-01-01,
// LT Law XV-253 (2026-01-01), LU Law of 2022-10-26 (2023), RO Law 141/2025 (2025-08-01), SK Act 278/2024 (2025-01-01).
const memberStates: MemberState[] = [
  {
    country: 'AT',
    name: 'Austria',
    timeZone: 'Europe/Vienna',
    standard: '20',
    reduced: '10',
    intermediate: '13@2016-01-01',
  },
  { country: 'BE', name: 'Belgium', timeZone: 'Europe/Brussels', standard: '21', reduced: '6', intermediate: '12' },
  { country: 'BG', name: 'Bulgaria', timeZone: 'Europe/Sofia', standard: '20', reduced: '7 9@2011-04-01' },
  {
    country: 'HR',
    name: 'Croatia',
    timeZone: 'Europe/Zagreb',
    standard: '22 23@2009-08-01 25@2012-03-01',
    reduced: '5@2013-01-01',
    intermediate: '10 13@2014-01-01',
  },
  {
    country: 'CY',
    name: 'Cyprus',
    timeZone: 'Asia/Nicosia',
    standard: '15 17@2012-03-01 18@2013-01-14 19@2014-01-13',
    reduced: '5',
    intermediate: '8 9@2014-01-13',
  },
  {
    country: 'CZ',
    name: 'Czechia',
    timeZone: 'Europe/Prague',
    standard: '19 20@2010-01-01 21@2013-01-01',
    reduced: '9 10@2010-01-01 14@2012-01-01 15@2013-01-01 12@2024-01-01',
  },
  { country: 'DK', name: 'Denmark', timeZone: 'Europe/Copenhagen', standard: '25' },
  {
    country: 'EE',
    name: 'Estonia',
    timeZone: 'Europe/Tallinn',
    standard: '18 20@2009-07-01 22@2024-01-01 24@2025-07-01',
    reduced: '5 9@2009-01-01',
  },
  {
    country: 'FI',
    name: 'Finland',
    timeZone: 'Europe/Helsinki',
    standard: '22 23@2010-07-01 24@2013-01-01 25.5@2024-09-01',
    reduced: '8 9@2010-07-01 10@2013-01-01',
    intermediate: '17 12@2009-10-01 13@2010-07-01 14@2013-01-01 13.5@2026-01-01',
  },
  {
    country: 'FR',
    name: 'France',
    timeZone: 'Europe/Paris',
    standard: '19.6 20@2014-01-01',
    reduced: '5.5',
    intermediate: '7@2012-01-01 10@2014-01-01',
    superReduced: '2.1',
  },
  {
    country: 'DE',
    name: 'Germany',
    timeZone: 'Europe/Berlin',
    standard: '19 16@2020-07-01 19@2021-01-01',
    reduced: '7 5@2020-07-01 7@2021-01-01',
  },
  {
    country: 'GR',
    name: 'Greece',
    timeZone: 'Europe/Athens',
    standard: '19 21@2010-03-15 23@2010-07-01 24@2016-06-01',
    reduced: '4.5 5@2010-03-15 5.5@2010-07-01 6.5@2011-01-01 6@2015-07-20',
    intermediate: '9 10@2010-03-15 11@2010-07-01 13@2011-01-01',
  },
  {
    country: 'HU',
    name: 'Hungary',
    timeZone: 'Europe/Budapest',
    standard: '20 25@2009-07-01 27@2012-01-01',
    reduced: '5',
    intermediate: '18@2009-07-01',
  },
  {
    country: 'IE',
    name: 'Ireland',
    timeZone: 'Europe/Dublin',
    standard: '21 21.5@2008-12-01 21@2010-01-01 23@2012-01-01 21@2020-09-01 23@2021-03-01',
    reduced: '9@2011-07-01',
    intermediate: '13.5',
    superReduced: '4.8',
  },
  {
    country: 'IT',
    name: 'Italy',
    timeZone: 'Europe/Rome',
    standard: '20 21@2011-09-17 22@2013-10-01',
    reduced: '5@2016-01-01',
    intermediate: '10',
    superReduced: '4',
  },
  {
    country: 'LV',
    name: 'Latvia',
    timeZone: 'Europe/Riga',
    standard: '18 21@2009-01-01 22@2011-01-01 21@2012-07-01',
    reduced: '5@2018-01-01',
    intermediate: '5 10@2009-01-01 12@2011-01-01',
  },
  {
    country: 'LT',
    name: 'Lithuania',
    timeZone: 'Europe/Vilnius',
    standard: '18 19@2009-01-01 21@2009-09-01',
    reduced: '5',
    intermediate: '9 12@2026-01-01',
  },
  {
    country: 'LU',
    name: 'Luxembourg',
    timeZone: 'Europe/Luxembourg',
    standard: '15 17@2015-01-01 16@2023-01-01 17@2024-01-01',
    reduced: '6 8@2015-01-01 7@2023-01-01 8@2024-01-01',
    intermediate: '12 14@2015-01-01 13@2023-01-01 14@2024-01-01',
    superReduced: '3',
  },
  {
    country: 'MT',
    name: 'Malta',
    timeZone: 'Europe/Malta',
    standard: '18',
    reduced: '5',
    intermediate: '7@2011-01-01',
  },
  {
    country: 'NL',
    name: 'Netherlands',
    timeZone: 'Europe/Amsterdam',
    standard: '19 21@2012-10-01',
    reduced: '6 9@2019-01-01',
  },
  {
    country: 'PL',
    name: 'Poland',
    timeZone: 'Europe/Warsaw',
    standard: '22 23@2011-01-01',
    reduced: '3 5@2011-01-01',
    intermediate: '7 8@2011-01-01',
  },
  {
    country: 'PT',
    name: 'Portugal',
    timeZone: 'Europe/Lisbon',
    standard: '21 20@2008-07-01 21@2010-07-01 23@2011-01-01',
    reduced: '5 6@2010-07-01',
    intermediate: '12 13@2010-07-01',
  },
  {
    country: 'RO',
    name: 'Romania',
    timeZone: 'Europe/Bucharest',
    standard: '19 24@2010-07-01 20@2016-01-01 19@2017-01-01 21@2025-08-01',
    reduced: '9 11@2025-08-01',
  },
  {
    country: 'SK',
    name: 'Slovakia',
    timeZone: 'Europe/Bratislava',
    standard: '19 20@2011-01-01 23@2025-01-01',
    reduced: '10 5@2025-01-01',
    intermediate: '19@2025-01-01',
  },
  {
    country: 'SI',
    name: 'Slovenia',
    timeZone: 'Europe/Ljubljana',
    standard: '20 22@2013-07-01',
    reduced: '5@2020-01-01',
    intermediate: '8.5 9.5@2013-07-01',
  },
  {
    country: 'ES',
    name: 'Spain',
    timeZone: 'Europe/Madrid',
    standard: '16 18@2010-07-01 21@2012-09-01',
    reduced: '7 8@2010-07-01 10@2012-09-01',
    superReduced: '4',
  },
  { country: 'SE', name: 'Sweden', timeZone: 'Europe/Stockholm', standard: '25', reduced: '6', intermediate: '12' },
];

/** The member states. Businesses with a VAT number account for the tax themselves. */
export const europeanUnion = (): TaxZone[] =>
  memberStates.map(({ country, name, timeZone, ...rates }) => {
    const tax = { name: 'VAT', jurisdiction: country, timeZone };
    const of = (category: string, kind: TaxRate['kind'], history: string | undefined) =>
      history === undefined ? [] : rateHistory(tax, category, kind, history);
    return {
      zoneId: country.toLowerCase(),
      name,
      country,
      rounding: 'line',
      treatment: 'union',
      reverseCharge: true,
      rates: [
        ...of(standardCategory, 'standard', rates.standard),
        ...of('reduced', 'reduced', rates.reduced),
        ...of('intermediate', 'reduced', rates.intermediate),
        ...of('super-reduced', 'reduced', rates.superReduced),
      ],
    };
  });
