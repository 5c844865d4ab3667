import * as z from 'zod';
import { AmountMinor, CurrencyCode, Instant, SentInstant, Sku } from '../../names.ts';
import { maxEntries, StoredText } from '../bounds.ts';
import { defineRoute } from '../define-route.ts';
import { Discount, orderAmounts } from '../orders/events.ts';
import { Problem } from '../problem.ts';
import { QuoteContent } from '../quotes/routes.ts';
import { PromotionId } from './definition.ts';
import { PromotionContent, PromotionWarning } from './promotion.ts';
import { WorstCase } from './worst-case-routes.ts';

const PricedLine = z.object({
  sku: Sku.describe('SKU of the line'),
  quantity: z.int().positive().meta({ description: 'Number of units', example: 1 }),
  unitPriceMinor: AmountMinor.describe('Price of a unit, in minor units'),
  discountMinor: AmountMinor.meta({ description: 'Discount of the whole line, in minor units', example: 200 }),
  taxMinor: AmountMinor.meta({ description: 'Tax of the whole line, in minor units', example: 300 }),
});

/** A basket priced with a promotion that is not in force. */
const PricedCart = z
  .object({
    currency: CurrencyCode.describe('Currency of all amounts, ISO 4217'),
    at: Instant.describe('Time whose prices and promotions apply'),
    lines: z.array(PricedLine).max(maxEntries).describe('The lines, those of gifts last'),
    ...orderAmounts,
    discounts: z.array(Discount).max(maxEntries).describe('Discounts by promotion, and codes that do not apply'),
    notApplied: z
      .array(
        z.object({
          promotionId: PromotionId,
          reason: StoredText.meta({ description: 'Why it did not apply', example: 'below-threshold' }),
        }),
      )
      .max(maxEntries)
      .describe('Promotions that did not apply'),
  })
  .meta({ id: 'PricedCart' });

const Overlap = z
  .object({
    promotionIds: z
      .array(PromotionId)
      .max(2)
      .meta({ description: 'The two promotions', example: ['toys', 'members'] }),
    from: Instant.describe('First time at which both are in force'),
    until: Instant.optional().describe('End of that time; absent if it is after the period'),
    combination: z
      .enum(['both', 'one', 'stops'])
      .describe(
        '`both`: both apply, one after the other; `one`: one of them only, as one is exclusive or they have one group; `stops`: one of them stops later ones',
      ),
    sku: Sku.optional().describe('A SKU that both discount, if they name one'),
    cart: PricedCart.optional().describe('One unit of it, priced with both'),
  })
  .meta({ id: 'PromotionOverlap' });
export type PromotionOverlap = z.infer<typeof Overlap>;

const instant = (description: string) => SentInstant.optional().describe(description);

export const listPromotionOverlaps = defineRoute({
  method: 'GET',
  path: '/promotions/overlaps',
  tag: 'Promotions',
  summary: 'List the promotions that are in force together on the same goods, and what both give together',
  scope: 'promotions.read',
  query: z.strictObject({
    from: instant('Start of the period. Default: now'),
    to: instant('End of the period, exclusive, at most 366 days after its start. Default: 31 days after its start'),
    promotionId: PromotionId.optional().meta({ description: 'Overlaps of this promotion only', example: 'toys' }),
  }),
  responses: {
    200: {
      description: 'The first 500 pairs',
      schema: z.object({
        overlaps: z.array(Overlap).max(500).describe('Pairs of promotions, in the order of their ids'),
        isComplete: z.boolean().meta({ description: 'Whether these are all pairs', example: true }),
      }),
    },
    400: { description: 'A parameter is not valid, such as a period that is empty or too long', schema: Problem },
  },
});

export const checkPromotion = defineRoute({
  method: 'POST',
  path: '/promotions/check',
  tag: 'Promotions',
  summary: 'Check a promotion without saving it, and price a basket as if it was in force',
  scope: 'promotions.read',
  body: z
    .strictObject({
      promotionId: PromotionId.optional().meta({
        description: 'The promotion that it would replace. Default: a new one',
        example: 'toys',
      }),
      promotion: PromotionContent.describe('The promotion'),
      cart: QuoteContent.optional().describe('A basket. Limits count as unused, and gifts as in stock'),
    })
    .meta({ id: 'PromotionCheck' }),
  responses: {
    200: {
      description: 'It could be saved',
      schema: z.object({
        warnings: z.array(PromotionWarning).max(maxEntries).describe('What is noteworthy'),
        needsApproval: z.boolean().meta({ description: 'Whether a second person must approve it', example: false }),
        cart: PricedCart.optional().describe('The basket, priced with it'),
        worstCase: WorstCase.optional().describe('The basket that it brings nearest to its floor, of up to 1,000'),
      }),
    },
    422: { description: 'Invalid content, as when it is saved; or lines that cannot be sold', schema: Problem },
  },
});
