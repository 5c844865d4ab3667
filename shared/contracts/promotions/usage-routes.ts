import * as z from 'zod';
import { AmountMinor, CurrencyCode } from '../../names.ts';
import { maxEntries, StoredText } from '../bounds.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';
import { PromotionId } from './definition.ts';

const Count = z.object({
  limit: z.int().optional().meta({ description: 'Limit in force; absent if there is none now', example: 1000 }),
  used: z.int().meta({ description: 'What orders hold', example: 412 }),
  left: z.int().optional().meta({ description: 'What is left; absent without a limit', example: 588 }),
});

/** What orders hold of the limits of a promotion. */
export const PromotionUsage = z
  .object({
    promotionId: PromotionId,
    uses: Count.describe('Uses in total'),
    units: Count.describe('Units at its price'),
    codes: z
      .array(Count.extend({ code: StoredText.meta({ description: 'Shared code', example: 'SPRING10' }) }))
      .max(maxEntries)
      .describe('Uses of each shared code, if the uses of a code are limited'),
    budgets: z
      .array(
        z.object({
          currency: CurrencyCode.describe('Currency of the amounts, ISO 4217'),
          period: StoredText.meta({
            description: '`total`, a day, `W` and the Monday of a week, or a month',
            example: '2026-11-30',
          }),
          limitMinor: AmountMinor.optional().describe(
            'Budget of a period in force, in minor units; absent without one',
          ),
          usedMinor: z.int().meta({ description: 'Discounts of orders, in minor units', example: 41_200 }),
          leftMinor: AmountMinor.optional().describe('What is left, in minor units'),
        }),
      )
      .max(maxEntries)
      .describe('Budgets by currency and period, the last period first'),
  })
  .meta({ id: 'PromotionUsage' });
export type PromotionUsage = z.infer<typeof PromotionUsage>;

export const getPromotionUsage = defineRoute({
  method: 'GET',
  path: '/promotions/{promotionId}/usage',
  tag: 'Promotions',
  summary: 'What orders hold of the limits of a promotion, and what is left',
  scope: 'promotions.read',
  params: z.strictObject({ promotionId: PromotionId }),
  responses: {
    200: { description: 'Uses, units and budgets, read consistently', schema: PromotionUsage },
    404: { description: 'Unknown promotion', schema: Problem },
  },
});
