import { standardCategory } from '../rates.ts';
import { anyCountry, type TaxZone, type TaxZoneList } from '../tax-zones.ts';
import { europeanUnion } from './european-union.ts';
import { rateHistory } from './rate-history.ts';
import { unitedStates, zeroRate } from './united-states.ts';

const vat = { name: 'VAT', jurisdiction: 'GB', timeZone: 'Europe/London' };

// Sources: HMRC, "VAT rates on different goods and services", and "Tax and tax credit rates and thresholds" (history of the
// standard rate): 17.5 % from 1991-04-01, 15 % from 2008-12-01, 17.5 % from 2010-01-01, 20 % from 2011-01-04.
const unitedKingdomRates = () => [
  ...rateHistory(vat, standardCategory, 'standard', '17.5 15@2008-12-01 17.5@2010-01-01 20@2011-01-04'),
  ...rateHistory(vat, 'reduced', 'reduced', '5'),
  ...rateHistory(vat, 'zero', 'zero', '0'),
];

/** The United Kingdom, the Isle of Man, which has the same tax, and addresses without a known country. */
const unitedKingdom = (): TaxZone[] =>
  [
    { zoneId: 'gb', name: 'United Kingdom', country: 'GB' },
    { zoneId: 'im', name: 'Isle of Man', country: 'IM' },
    { zoneId: 'unknown', name: 'Unknown country', country: 'ZZ' },
  ].map((zone) => Object.assign({ rounding: 'line' as const, rates: unitedKingdomRates() }, zone));

// Source: Ministry of Finance (Taiwan), "Value-added and Non-value-added Business Tax Act", article 10: 5 % since 1986.
// Article 32: the prices of goods include the tax.
const taiwan = (): TaxZone => ({
  zoneId: 'tw',
  name: 'Taiwan',
  country: 'TW',
  taxIncluded: true,
  rounding: 'order',
  treatment: 'union',
  rates: rateHistory(
    { name: 'Business tax', jurisdiction: 'TW', timeZone: 'Asia/Taipei' },
    standardCategory,
    'standard',
    '5',
  ),
});

/** The rest of the world: exports. */
const restOfTheWorld = (): TaxZone => ({
  zoneId: 'rest-of-the-world',
  name: 'Rest of the world',
  country: anyCountry,
  rounding: 'line',
  treatment: 'export',
  rates: [zeroRate(anyCountry)],
});

/**
 * Tax zones of a store in the United Kingdom, to start from with `PUT /settings/tax-zones`. The sources are named with the
 * data. Check them before the first order: laws change, and where a store has to register depends on its sales.
 */
export const seedTaxZones = (): TaxZoneList => ({
  zones: [...unitedKingdom(), ...europeanUnion(), ...unitedStates(), taiwan(), restOfTheWorld()],
});
