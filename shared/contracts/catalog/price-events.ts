import * as z from 'zod';
import { AmountMinor, CurrencyCode, Instant, Sku } from '../../names.ts';
import { PriceEntry, PriceList } from '../../pricing/price-lists.ts';
import { maxEntries, StoredText } from '../bounds.ts';
import { defineEvent } from '../define-event.ts';
import { staffOnly } from '../readers.ts';

/** A price in an event or in the history. The SKU's own price has its currency, and no period. */
export const PricePeriod = z
  .object({
    currency: CurrencyCode.optional().describe('Currency of the SKU’s own price; a list has one currency'),
    from: Instant.optional().meta({ description: 'Start of the price', example: '2026-12-01T00:00:00.000Z' }),
    until: Instant.optional().meta({ description: 'End of the price, exclusive', example: '2027-01-01T00:00:00.000Z' }),
    breaks: PriceEntry.shape.breaks,
  })
  .meta({ id: 'PricePeriod' });
export type PricePeriod = z.infer<typeof PricePeriod>;

const periods = (what: string) => z.array(PricePeriod).max(maxEntries).describe(what);

/** What changed in the prices of a SKU. */
export const priceChange = {
  lists: z
    .array(
      z.object({
        listId: StoredText.meta({
          description: 'Price list; `base` is the SKU’s own price',
          example: 'wholesale-eur',
        }),
        before: periods('Prices before the change, those to come included'),
        after: periods('Prices after the change, those to come included'),
      }),
    )
    .max(maxEntries)
    .describe('The lists in which the prices of the SKU changed'),
  cost: staffOnly(
    z.object({
      currency: CurrencyCode.describe('Currency of the cost'),
      beforeMinor: AmountMinor.optional().meta({ description: 'Cost before, in minor units', example: 800 }),
      afterMinor: AmountMinor.optional().meta({ description: 'Cost after, in minor units', example: 850 }),
    }),
  )
    .optional()
    .describe('The purchase cost of a unit, if it changed'),
  requestedBy: StoredText.optional().meta({
    description: 'Client or user who requested the change, if a second person approved it',
    example: 'admin',
  }),
  approvedBy: StoredText.optional().meta({ description: 'Client or user who approved it', example: 'finance' }),
};

/** Prices or the cost of a SKU changed. The first price of a SKU is in its `SkuChanged`. */
export const PriceChanged = defineEvent(
  'storeworks.catalog',
  'PriceChanged',
  z.object({ sku: Sku.describe('Code of the stock keeping unit'), ...priceChange }),
);

const requestedChange = {
  changeId: StoredText.meta({ description: 'Id of the change', example: 'prc_01kb9zq4y8t4v7c0m3j5r6n8px' }),
  sku: Sku.describe('Code of the stock keeping unit'),
  listId: StoredText.optional().meta({ description: 'Price list; absent for the SKU’s own price', example: 'outlet' }),
  minPriceMinor: z.int().meta({ description: 'Lowest price without an approval, in minor units', example: 1080 }),
  requestedBy: StoredText.meta({ description: 'Client or user who requested it', example: 'admin' }),
  expiresAt: Instant.meta({ description: 'End of the time for an approval', example: '2026-12-07T09:15:00.000Z' }),
};

/** A price below the margin waits for a second person. */
export const PriceChangeRequested = defineEvent(
  'storeworks.catalog',
  'PriceChangeRequested',
  z.object(requestedChange),
);

/** A price below the margin was rejected. */
export const PriceChangeRejected = defineEvent(
  'storeworks.catalog',
  'PriceChangeRejected',
  z.object({
    ...requestedChange,
    by: StoredText.meta({ description: 'Who rejected it', example: 'finance' }),
  }),
);

/** A price list was created or its header changed. */
export const PriceListChanged = defineEvent('storeworks.catalog', 'PriceListChanged', PriceList);

/** A higher cost or margin makes prices of a SKU lower than its cost with the margin of its category. They stay in force. */
export const MarginTooLow = defineEvent(
  'storeworks.catalog',
  'MarginTooLow',
  z.object({
    sku: Sku.describe('Code of the stock keeping unit'),
    costMinor: AmountMinor.meta({ description: 'Cost of a unit, in minor units', example: 900 }),
    currency: CurrencyCode.describe('Currency of the cost'),
    minMarginBasisPoints: z.int().meta({ description: 'Margin on the cost, in 1/100 percent', example: 2000 }),
    minPriceMinor: AmountMinor.meta({ description: 'Lowest price with that margin, in minor units', example: 1080 }),
    prices: z
      .array(
        z.object({
          listId: StoredText.meta({ description: 'Price list; `base` is the SKU’s own price', example: 'base' }),
          unitPriceMinor: AmountMinor.meta({ description: 'Price of a unit, in minor units', example: 1050 }),
        }),
      )
      .max(maxEntries)
      .describe('The prices that are too low now or later'),
    notCompared: z
      .array(StoredText)
      .max(maxEntries)
      .meta({ description: 'Price lists in another currency than the cost', example: ['wholesale-eur'] }),
  }),
);
