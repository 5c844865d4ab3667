import type { SellingSettings } from '../settings/selling-settings.ts';
import type { ShippingMethod } from '../settings/shipping-methods.ts';
import type { SellingPolicy } from '../store.ts';
import { standardCategory } from '../tax/rates.ts';
import { anyCountry, type TaxZone } from '../tax/tax-zones.ts';
import type { PriceList } from './price-lists.ts';
import type { PromotionPolicy, PromotionSet } from './promotions/types.ts';

/** A price by currency. `anyCurrency`: one price for every currency that has none. */
export type OfferedMethod = Pick<ShippingMethod, 'method' | 'prices' | 'countries' | 'taxCategory' | 'taxed'> & {
  anyCurrency?: number | undefined;
};

/** What prices are calculated by. Versions are those of the settings documents; 0 for settings of the deployment. */
export type PricingRules = {
  /** Whether prices contain tax, where neither the channel nor the zone says so. */
  taxIncluded: boolean;
  taxZones: { version: number; zones: readonly TaxZone[] };
  shippingMethods: { version: number; methods: readonly OfferedMethod[] };
  priceLists: readonly PriceList[];
  /** Absent: the store never had a promotion. */
  promotions?: { set: PromotionSet; policy: PromotionPolicy } | undefined;
};

type Policy = Pick<SellingPolicy, 'taxIncluded' | 'taxBasisPoints' | 'shippingMethods'>;

/** The rules of the store's settings. Until staff put a document, that of the deployment applies: one rate for every country. */
export const rulesOf = (
  policy: Policy,
  { taxZones, shippingMethods }: Pick<SellingSettings, 'taxZones' | 'shippingMethods'> = {},
  priceLists: readonly PriceList[] = [],
  promotions?: PricingRules['promotions'],
): PricingRules => ({
  taxIncluded: policy.taxIncluded,
  taxZones: taxZones ?? { version: 0, zones: [deployedZone(policy)] },
  shippingMethods: shippingMethods ?? { version: 0, methods: policy.shippingMethods.map(deployedMethod) },
  priceLists,
  promotions,
});

/** The one zone of the settings of the deployment. */
export const deployedZone = ({ taxBasisPoints }: Pick<Policy, 'taxBasisPoints'>): TaxZone => ({
  zoneId: 'default',
  name: 'All countries',
  country: anyCountry,
  rounding: 'line',
  rates: Object.entries(taxBasisPoints).map(([taxCategory, basisPoints]) => ({
    rateId: taxCategory,
    name: 'Tax',
    jurisdiction: anyCountry,
    taxCategory,
    percentage: percentageOf(basisPoints),
    validFrom: '1970-01-01T00:00:00Z',
  })),
});

/** 1750 basis points are `17.5` percent. */
const percentageOf = (basisPoints: number): string => {
  const decimals = String(basisPoints % 100)
    .padStart(2, '0')
    .replace(/0+$/, '');
  const whole = String(Math.floor(basisPoints / 100));
  return decimals === '' ? whole : `${whole}.${decimals}`;
};

const deployedMethod = ({ method, priceMinor, prices }: Policy['shippingMethods'][number]): OfferedMethod => ({
  method,
  prices: prices ?? {},
  anyCurrency: priceMinor,
  taxCategory: standardCategory,
});
