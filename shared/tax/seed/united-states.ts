import { standardCategory } from '../rates.ts';
import type { TaxRate, TaxZone } from '../tax-zones.ts';

/** Rates of a state or of places in it. `shipping` is the rate of separately stated shipping, if it has another one. */
type Place = {
  zoneId: string;
  name: string;
  region: string;
  postalRanges?: { from: string; to: string }[];
  rates: { rateId: string; name: string; jurisdiction: string; percentage: string }[];
  shipping?: string;
};

const state = (region: string, name: string, percentage: string, shipping?: string): Place => ({
  zoneId: `us-${region.toLowerCase()}`,
  name,
  region,
  rates: [{ rateId: 'state', name: 'Sales tax', jurisdiction: name, percentage }],
  ...(shipping !== undefined && { shipping }),
});

// Sources: Federation of Tax Administrators, "State Sales Tax Rates and Food & Drug Exemptions", as of 2026-01-01; New York
// State, "Publication 718, New York State Sales and Use Tax Rates by Jurisdiction" (New York City); California, "Regulation
// 1628, Transportation Charges", and Massachusetts, "830 CMR 64H.6.7" for shipping. An example: most counties add taxes.
const places: Place[] = [
  state('CA', 'California', '7.25', '0'),
  state('FL', 'Florida', '6'),
  state('IL', 'Illinois', '6.25'),
  state('MA', 'Massachusetts', '6.25', '0'),
  state('NJ', 'New Jersey', '6.625'),
  state('NY', 'New York', '4'),
  state('OR', 'Oregon', '0'),
  state('PA', 'Pennsylvania', '6'),
  state('TX', 'Texas', '6.25'),
  state('WA', 'Washington', '6.5'),
  {
    zoneId: 'us-ny-new-york-city',
    name: 'New York',
    region: 'NY',
    postalRanges: [
      { from: '100', to: '104' },
      { from: '111', to: '114' },
      { from: '116', to: '116' },
    ],
    rates: [
      { rateId: 'state', name: 'Sales tax', jurisdiction: 'New York', percentage: '4' },
      { rateId: 'city', name: 'Sales tax', jurisdiction: 'New York City', percentage: '4.5' },
      {
        rateId: 'mctd',
        name: 'Sales tax',
        jurisdiction: 'Metropolitan Commuter Transportation District',
        percentage: '0.375',
      },
    ],
  },
];

/** Start of the rates of New York City, the latest change among the places. */
const validFrom = '2009-08-01T04:00:00.000Z';

/** Some states with tax on top of the prices. In the others the store has to collect none. */
export const unitedStates = (): TaxZone[] => [
  ...places.map(({ rates, shipping, zoneId, name, region, postalRanges }): TaxZone => ({
    zoneId,
    name,
    region,
    postalRanges,
    country: 'US',
    taxIncluded: false,
    rounding: 'order',
    rates: [
      ...rates.map((rate): TaxRate => Object.assign({ taxCategory: standardCategory, validFrom }, rate)),
      ...(shipping === undefined ? [] : [{ ...shippingRate(name), percentage: shipping }]),
    ],
  })),
  {
    zoneId: 'us',
    name: 'United States',
    country: 'US',
    taxIncluded: false,
    rounding: 'order',
    treatment: 'export',
    rates: [{ ...zeroRate('US'), name: 'No sales tax to collect' }],
  },
];

const shippingRate = (jurisdiction: string) => ({
  rateId: 'shipping',
  name: 'Sales tax',
  jurisdiction,
  taxCategory: 'shipping',
  kind: 'exempt' as const,
  validFrom,
});

/** A rate of zero for all times. */
export const zeroRate = (jurisdiction: string) => ({
  rateId: 'zero',
  name: 'VAT',
  jurisdiction,
  taxCategory: standardCategory,
  percentage: '0',
  kind: 'zero' as const,
  validFrom: '1970-01-01T00:00:00.000Z',
});
