import * as z from 'zod';
import { maxEntries, StoredText } from '../../bounds.ts';
import { personal } from '../../personal-data.ts';
import { AmountMinor, Instant } from '../../../names.ts';
import { vatNumberCountry } from '../../../tax/vat-number.ts';

/** What a customer states about price and tax, as a channel sends it. */
export const sentCustomerTerms = {
  group: z
    .string()
    .trim()
    .min(1)
    .max(64)
    .optional()
    .meta({ description: 'Customer group: price lists may be for groups only', example: 'wholesale' }),
  vatNumber: z
    .string()
    .trim()
    .max(40)
    .refine(
      (text) => vatNumberCountry(text) !== undefined,
      'Not the form of a VAT number with its country, as DE123456789',
    )
    .optional()
    .meta({
      description:
        'VAT number of a business with its country prefix. Its form is checked; in a tax zone with reverse charge it pays no tax',
      example: 'DE123456789',
    }),
  taxExemption: z
    .strictObject({
      reason: z.string().trim().min(1).max(200).meta({
        description: 'Why no tax is due, such as the law or the number of the certificate',
        example: 'Resale certificate 4711',
      }),
    })
    .optional()
    .describe('The customer pays no tax; absent if it does'),
};

/** As `sentCustomerTerms`, in stored orders and events. */
export const storedCustomerTerms = {
  group: StoredText.optional().meta({ description: 'Customer group', example: 'wholesale' }),
  vatNumber: personal(StoredText.optional().meta({ description: 'VAT number as sent', example: 'DE123456789' })),
  taxExemption: personal(
    z
      .object({
        reason: StoredText.meta({ description: 'Why no tax is due', example: 'Resale certificate 4711' }),
      })
      .optional()
      .describe('The customer pays no tax; absent if it does'),
  ),
};

/** The price list of a line. */
export const LinePriceList = z.object({
  listId: StoredText.meta({ description: 'Id of the price list', example: 'wholesale-eur' }),
  version: z.int().positive().meta({ description: 'Version of the price list when the order was placed', example: 3 }),
});

/** The tax of one rate in an order. */
export const TaxAmount = z.object({
  rateId: StoredText.meta({ description: 'Id of the rate in its tax zone', example: 'vat-standard-2011' }),
  name: StoredText.meta({ description: 'Name of the tax, as an invoice shows it', example: 'VAT' }),
  jurisdiction: StoredText.meta({ description: 'Authority that levies the tax', example: 'GB' }),
  percentage: StoredText.meta({ description: 'Percentage of the taxable amount, as decimal text', example: '20' }),
  kind: StoredText.optional().meta({
    description: 'Kind of the rate: `standard`, `reduced`, `zero` or `exempt`; absent if it has none',
    example: 'standard',
  }),
  reason: personal(
    StoredText.optional().meta({
      description: 'Why no tax is due: the VAT number of a reverse charge, or the reason of an exemption',
      example: 'DE123456789',
    }),
  ),
  taxCategories: z
    .array(StoredText)
    .max(maxEntries)
    .optional()
    .meta({
      description:
        'Tax categories of the order’s lines and shipping to which the rate applies; absent for a relief, which applies to all, and for orders before 2026-11-30',
      example: ['standard'],
    }),
  taxableMinor: AmountMinor.meta({
    description: 'Amounts without tax to which the rate applies, in minor units',
    example: 3331,
  }),
  taxMinor: AmountMinor.meta({ description: 'Tax of the rate, in minor units', example: 667 }),
});

/** How an order was priced: frozen when it is placed, so that its amounts can be explained at any later time. */
export const pricingTerms = {
  taxes: z
    .array(TaxAmount)
    .max(maxEntries)
    .optional()
    .describe(
      'Tax by rate; it sums to `taxMinor`. Absent if the channel set the tax, and for orders before 2026-11-30',
    ),
  taxZone: z
    .object({
      zoneId: StoredText.meta({ description: 'Id of the tax zone', example: 'gb' }),
      name: StoredText.meta({ description: 'Name of the tax zone', example: 'United Kingdom' }),
      treatment: StoredText.optional().meta({
        description: '`export`, `union`, `reverse-charge` or `exemption`; absent for a domestic sale',
        example: 'export',
      }),
    })
    .optional()
    .describe('Tax zone whose rates apply to the order; absent for the settings of the deployment'),
  pricing: z
    .object({
      engine: z.int().positive().meta({ description: 'Version of the calculation', example: 1 }),
      pricedBy: StoredText.optional().meta({
        description: '`channel`: the channel set the prices, and the store calculated the tax; absent for the store',
        example: 'channel',
      }),
      settingsVersions: z
        .object({
          taxZones: z.int().nonnegative().meta({
            description: 'Version of the tax zones; 0 for the settings of the deployment',
            example: 4,
          }),
          shippingMethods: z.int().nonnegative().meta({
            description: 'Version of the shipping methods; 0 for the settings of the deployment',
            example: 2,
          }),
          promotions: z.int().nonnegative().optional().meta({
            description:
              'Version of the promotions that were considered; absent if the store had none, or all were switched off',
            example: 12,
          }),
        })
        .describe('Versions of the settings that the amounts were calculated by'),
      pricedAt: Instant.optional().meta({
        description: 'Time by which promotions were in force; absent if none was considered',
        example: '2026-11-30T09:15:00.000Z',
      }),
      holdouts: z
        .array(StoredText)
        .max(maxEntries)
        .optional()
        .meta({
          description:
            'Promotions that the customer does not get so that their effect can be measured; absent if there are none',
          example: ['spring-sale'],
        }),
    })
    .optional()
    .describe('How the amounts were calculated; absent for the settings of the deployment'),
};
