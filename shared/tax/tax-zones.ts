import * as z from 'zod';
import { countryCodes } from '../reference-data/countries.ts';
import { countrySuggestion, SentInstant } from '../names.ts';

const maxZones = 1000;
const maxRatesPerZone = 200;
const maxPostalRangesPerZone = 1000;

/** Id of an entry of a settings document. It is part of the names that an audit shows, so that it never changes. */
const EntryId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'An id has 1 to 64 letters, digits, dots, dashes or underscores');
const Text = z.string().trim().min(1).max(100);

/** The rest of the world: applies where no zone of a country does. */
export const anyCountry = '*';

const ZoneCountry = z
  .enum([...countryCodes, anyCountry], {
    error: ({ input }) => `Not an ISO 3166-1 alpha-2 country code such as GB, or *${countrySuggestion(input)}`,
  })
  .meta({ description: 'ISO 3166-1 alpha-2 country code; `*` is every country without a zone', example: 'GB' });

/** Up to 100 percent with up to four decimals, as text: a binary fraction does not hold `8.875` times an amount. */
const Percentage = z
  .string('A percentage is decimal text, such as "20"')
  .regex(/^(?:100(?:\.0{1,4})?|(?:0|[1-9]\d?)(?:\.\d{1,4})?)$/, 'A percentage is 0 to 100 with up to 4 decimals')
  .meta({ description: 'Percentage of the taxable amount, as decimal text', example: '8.875' });

/** A tax rate of a zone. Rates of different jurisdictions for one category add up, in their order. */
const rateFields = {
  rateId: EntryId.meta({ description: 'Id of the rate, unique in its zone', example: 'vat-standard-2011' }),
  name: Text.meta({ description: 'Name of the tax, as an invoice shows it', example: 'VAT' }),
  jurisdiction: Text.meta({ description: 'Authority that levies the tax', example: 'GB' }),
  taxCategory: Text.meta({
    description: 'Tax category of SKUs, of shipping (`shipping`); `standard` also applies to categories without a rate',
    example: 'standard',
  }),
  percentage: Percentage,
  compound: z.boolean().optional().meta({
    description: 'Whether the rate applies to the amount with the rates before it. Default: false',
    example: false,
  }),
  kind: z
    .enum(['standard', 'reduced', 'zero', 'exempt'])
    .optional()
    .meta({ description: 'Kind of the rate, for tax reports', example: 'standard' }),
  validFrom: SentInstant.meta({
    description: 'Start of the rate, RFC 3339 with offset',
    example: '2011-01-04T00:00:00Z',
  }),
  validTo: SentInstant.optional().meta({
    description: 'End of the rate, RFC 3339 with offset, exclusive. Default: none',
    example: '2027-01-01T00:00:00Z',
  }),
};
const TaxRate = z.strictObject(rateFields);
export type TaxRate = z.infer<typeof TaxRate>;

const PostalCode = z
  .string()
  .trim()
  .min(1)
  .max(20)
  .regex(/[A-Za-z0-9]/, 'A postal code has letters or digits');

/** Where orders are taxed by the same rates. The most specific zone of an address applies. */
const zoneFields = {
  zoneId: EntryId.meta({ description: 'Id of the zone, unique among the zones', example: 'gb' }),
  name: Text.meta({ description: 'Name of the zone', example: 'United Kingdom' }),
  country: ZoneCountry,
  region: z
    .string()
    .regex(/^[A-Z0-9]{1,3}$/, 'A region is the second part of an ISO 3166-2 code, such as CA of US-CA')
    .optional()
    .meta({ description: 'Part of the country: second part of its ISO 3166-2 code', example: 'CA' }),
  postalRanges: z
    .array(
      z.strictObject({
        from: PostalCode.meta({ description: 'First postal code or start of postal codes', example: '35000' }),
        to: PostalCode.meta({ description: 'Last postal code or start of postal codes, inclusive', example: '35999' }),
      }),
    )
    .min(1)
    .max(maxPostalRangesPerZone)
    .optional()
    .meta({
      description: 'Postal codes of the zone, compared as text without case, spaces and hyphens. Default: all',
      example: [{ from: '35000', to: '35999' }],
    }),
  taxIncluded: z.boolean().optional().meta({
    description: 'Whether prices of the store contain the tax of the zone. Default: as the store sells',
    example: true,
  }),
  rounding: z.enum(['line', 'order']).default('line').meta({
    description: 'Whether tax is rounded per line or once per order and rate. Default: `line`',
    example: 'line',
  }),
  treatment: z.enum(['domestic', 'export', 'union']).optional().meta({
    description: '`export`: sales are zero-rated. `union`: sales to another member of a tax union. Default: `domestic`',
    example: 'domestic',
  }),
  reverseCharge: z.literal(true).optional().meta({
    description:
      'A business with a VAT number of valid form accounts for the tax and pays none to the store. The number is of the zone’s country, or both are of the European Union; it is never of the store’s own country',
    example: true,
  }),
};
const ratesOf = <R extends z.ZodType>(rate: R) =>
  z.array(rate).min(1).max(maxRatesPerZone).describe('Rates of the zone, in the order in which they add up');

const TaxZone = z.strictObject({ ...zoneFields, rates: ratesOf(TaxRate) });
export type TaxZone = z.infer<typeof TaxZone>;

/** A zone in the snapshot for placing. During a deployment, a function may read fields that it does not know yet. */
export const StoredTaxZone = z.object({ ...zoneFields, rates: ratesOf(z.object(rateFields)) });

/** Postal codes are compared in this form. */
export const comparablePostalCode = (postalCode: string) => postalCode.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');

/** The zones without the rules between them: `TaxZones` of the contract has those. */
export const TaxZoneList = z.strictObject({
  zones: z.array(TaxZone).min(1).max(maxZones).describe('Tax zones. The most specific one of an address applies'),
});
export type TaxZoneList = z.infer<typeof TaxZoneList>;

/** Every category that has a rate in a zone. */
export const taxCategoriesOf = ({ zones }: TaxZoneList): string[] => [
  ...new Set(zones.flatMap(({ rates }) => rates.map(({ taxCategory }) => taxCategory))),
];
