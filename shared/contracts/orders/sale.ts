import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { AmountMinor } from '../../names.ts';
import { TaxAmount } from './pricing/terms.ts';

/** Where and how an order was sold, so that a report of a later change needs no other event. */
export const SaleTerms = z.object({
  country: StoredText.meta({ description: 'Country that the goods are shipped to', example: 'GB' }),
  customerGroup: StoredText.optional().meta({
    description: 'Customer group; absent if the customer has none',
    example: 'wholesale',
  }),
  taxIncluded: z.boolean().meta({ description: 'Whether the prices contain the tax', example: true }),
  taxes: z
    .array(TaxAmount.pick({ rateId: true, jurisdiction: true, percentage: true, kind: true }))
    .max(maxEntries)
    .optional()
    .describe('Rates of the order; absent if the channel set the tax'),
});

const units = (description: string, example: number) => z.int().nonnegative().meta({ description, example });

/** What a cancellation takes out of sales. The amounts of a line are those of all its units. */
export const ReversedSale = z.object({
  lines: z
    .array(
      z.object({
        lineId: StoredText.meta({ description: 'Id of the line', example: 'line-1' }),
        sku: StoredText.meta({ description: 'SKU of the line', example: 'TEA-EARL-GREY-100' }),
        category: StoredText.optional().meta({ description: 'Category of the SKU', example: 'Tea' }),
        taxCategory: StoredText.optional().meta({
          description: 'Tax category of the SKU; absent for `standard`',
          example: 'reduced',
        }),
        quantity: units('Number of units that were cancelled', 1),
        cancelledBefore: units('Units of the line that were cancelled before', 0),
        ofQuantity: units('Number of units of the whole line', 3),
        unitPriceMinor: AmountMinor.describe('Price of a unit, in minor units'),
        discountMinor: AmountMinor.meta({ description: 'Discount of the whole line, in minor units', example: 0 }),
        taxMinor: AmountMinor.meta({ description: 'Tax of the whole line, in minor units', example: 999 }),
      }),
    )
    .max(maxEntries)
    .describe('The lines with cancelled units'),
  shippingMinor: AmountMinor.meta({
    description: 'Shipping that is no longer due, in minor units; 0 unless the whole order was cancelled',
    example: 0,
  }),
  shippingTaxMinor: AmountMinor.meta({ description: 'Tax of that shipping, in minor units', example: 0 }),
  chargesMinor: AmountMinor.meta({
    description: 'Duties and fees that are no longer due, in minor units',
    example: 0,
  }),
});
export type ReversedSale = z.infer<typeof ReversedSale>;

const since = 'absent in events before 2026-12-01';
/** The fields of a change that takes goods out of sales. */
export const saleFields = {
  sale: SaleTerms.optional().describe(`Where and how the order was sold; ${since}`),
  reversed: ReversedSale.optional().describe(`What the change takes out of sales; ${since}`),
};
