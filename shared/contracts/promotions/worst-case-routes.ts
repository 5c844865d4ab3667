import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { defineRoute } from '../define-route.ts';
import { Currency, Instant, Sku } from '../../names.ts';
import { Problem } from '../problem.ts';
import { Count } from './analysis.ts';
import { PromotionDefinition, PromotionId } from './definition.ts';

const Units = z.int().min(1).max(1_000_000).meta({ description: 'Number of units', example: 2 });

export const WorstCaseContent = z
  .strictObject({
    definition: PromotionDefinition.optional().describe('A draft. Default: the promotion as it is saved'),
    channel: StoredText.optional().meta({
      description: 'Channel, where promotions name none. Default: the first channel of the store',
      example: 'storefront',
    }),
    currency: Currency.optional().meta({ description: 'Currency. Default: that of most SKUs', example: 'GBP' }),
    baskets: z
      .array(
        z
          .array(z.strictObject({ sku: Sku.describe('SKU of the line'), quantity: Units }))
          .min(1)
          .max(50)
          .describe('Lines'),
      )
      .max(500)
      .optional()
      .describe('Baskets that are searched as well. Default: those of the last year that were bought most'),
  })
  .default({})
  .meta({ id: 'WorstCaseContent' });

const Minor = z.int();
export const WorstCase = z
  .object({
    isBelowFloor: z.boolean().meta({
      description: 'Whether a basket was found whose goods cost less than the lowest prices of its units',
      example: false,
    }),
    searched: z
      .object({
        baskets: Count.meta({
          description: 'Baskets: up to three of the SKUs, and past baskets',
          example: 850,
        }),
        pricings: Count.meta({ description: 'Prices that were calculated, at most 20,000', example: 1700 }),
        skus: Count.meta({ description: 'SKUs that were combined: those nearest to their floor', example: 12 }),
        skusConcerned: Count.meta({ description: 'SKUs that were read, at most 500', example: 40 }),
        skusWithoutFloor: Count.meta({
          description: 'Of these, SKUs without a cost in the currency. Baskets with them are not compared',
          example: 3,
        }),
        promotions: Count.meta({ description: 'Promotions that can meet, with this one', example: 4 }),
        instants: z.array(Instant).max(maxEntries).describe('Instants at which they meet'),
        pastBaskets: Count.meta({
          description: 'Baskets of the request, or of past orders, that were searched',
          example: 0,
        }),
        isWhole: z.boolean().meta({
          description: 'Whether all small baskets of all SKUs were searched, not only the bounded part',
          example: true,
        }),
      })
      .describe('What was searched'),
    worst: z
      .object({
        quote: z
          .looseObject({})
          .meta({ description: 'The basket as the content of `POST /quotes`', example: { currency: 'GBP' } }),
        goodsMinor: Minor.meta({ description: 'What its goods cost after discounts, in minor units', example: 900 }),
        floorMinor: Minor.meta({ description: 'Sum of the lowest prices of its units and gifts', example: 1000 }),
        slackMinor: Minor.meta({ description: 'Difference; negative: it is below its floor', example: -100 }),
        promotionIds: z
          .array(StoredText)
          .max(maxEntries)
          .meta({ description: 'Promotions that apply', example: ['spring-sale'] }),
      })
      .optional()
      .describe('The basket that is furthest below its floor, or nearest to it; absent if none has a known floor'),
  })
  .meta({ id: 'WorstCase' });
export type WorstCase = z.infer<typeof WorstCase>;

export const postWorstCase = defineRoute({
  method: 'POST',
  path: '/promotions/{promotionId}/worst-case',
  tag: 'Promotions',
  summary: 'Search the basket that a promotion, with all that it can meet, brings nearest to or below its floor',
  scope: 'promotions.write',
  params: z.strictObject({ promotionId: PromotionId }),
  body: WorstCaseContent,
  responses: {
    200: { description: 'The answer, and what was searched', schema: WorstCase },
    404: { description: 'Unknown promotion, and no draft was sent', schema: Problem },
    422: { description: 'Invalid content, such as an unknown channel', schema: Problem },
  },
});
