import * as z from 'zod';
import { maxEntries } from '../bounds.ts';
import { defineRoute } from '../define-route.ts';
import { BusinessDay, CurrencyCode } from '../../names.ts';
import { Problem } from '../problem.ts';
import { analysisFields, AnalysisId, Count, ExactMinor } from './analysis.ts';
import { PromotionId } from './definition.ts';

/** Days before the start that are read: customers and sales are compared with them. */
export const daysBeforeStart = 28;

const Rounded = z.int();

/** The difference with and without the promotion, and whether it is shown to be an effect. */
const Comparison = z
  .object({
    method: z.enum(['holdout', 'weeks-before']).meta({
      description:
        '`holdout`: customers with the promotion and those held out of it, who were chosen at random; `weeks-before`: days with it and the days before its start. This is weaker: everything else that changed meanwhile is in it',
      example: 'holdout',
    }),
    isWeaker: z.boolean().meta({ description: 'Whether other causes are not excluded', example: false }),
    finding: z.enum(['uplift', 'loss', 'no-difference-shown', 'higher', 'lower', 'too-little-data']).meta({
      description:
        '`uplift` and `loss` only with a holdout and if the interval excludes 0; `higher` and `lower` are those of the weaker comparison',
      example: 'no-difference-shown',
    }),
    unit: z.enum(['customer', 'day']).meta({ description: 'What one value belongs to', example: 'customer' }),
    withCount: Count.meta({ description: 'Customers with the promotion, or days with it', example: 900 }),
    withoutCount: Count.meta({ description: 'Customers held out, or days before', example: 100 }),
    withMeanMinor: Rounded.meta({ description: 'Mean revenue of those, without tax, in minor units', example: 3200 }),
    withoutMeanMinor: Rounded.meta({ description: 'Mean revenue of the others, in minor units', example: 3000 }),
    differenceMinor: Rounded.optional().meta({ description: 'Difference of the means, in minor units', example: 200 }),
    interval95Minor: z
      .object({
        from: Rounded.meta({ description: 'Lower end, in minor units', example: -50 }),
        to: Rounded.meta({ description: 'Upper end, in minor units', example: 450 }),
      })
      .optional()
      .describe('The 95 % interval of the difference by Welch’s test'),
    smallestDetectableMinor: Rounded.optional().meta({
      description: 'Smallest difference that these numbers would have shown four times out of five, in minor units',
      example: 360,
    }),
  })
  .meta({ id: 'PromotionComparison' });

export const EffectReport = z
  .object({
    currencies: z
      .array(
        z.object({
          currency: CurrencyCode.describe('Currency of the amounts'),
          uses: Count.meta({ description: 'Orders with the promotion', example: 310 }),
          discountMinor: ExactMinor.describe('Discount of the promotion, gifts and shipping included'),
          giftCostMinor: ExactMinor.describe('Purchase cost of its gifts'),
          revenueMinor: ExactMinor.describe('Goods and shipping of these orders without tax'),
          marginMinor: ExactMinor.describe('That revenue less the cost of the goods'),
          unitsWithoutCost: ExactMinor.describe('Units whose cost is not known; they count as free of cost'),
          customers: Count.meta({ description: 'Customers of these orders who are known', example: 280 }),
          newCustomers: Count.meta({
            description: `Of these, customers without an order from ${daysBeforeStart} days before the start on`,
            example: 40,
          }),
          comparison: Comparison.describe('How much it changed'),
        }),
      )
      .max(maxEntries)
      .describe('The report by currency'),
  })
  .meta({ id: 'EffectReport' });
export type EffectReport = z.infer<typeof EffectReport>;

const Effect = z
  .object({
    reportId: AnalysisId,
    promotionId: PromotionId,
    from: BusinessDay.meta({ description: 'First business day that is read', example: '2026-11-01' }),
    to: BusinessDay.meta({ description: 'Last business day that is read', example: '2026-12-24' }),
    ...analysisFields,
    report: EffectReport.optional().describe(
      'The report, when it is completed; absent if it is large: see `result.json` in `files`',
    ),
  })
  .meta({ id: 'PromotionEffect' });

const params = z.strictObject({ promotionId: PromotionId });

export const getEffect = defineRoute({
  method: 'GET',
  path: '/promotions/{promotionId}/effect',
  tag: 'Promotions',
  summary: 'Read the effect of a promotion. Its report is made when it ends, and on request',
  scope: 'promotions.read',
  params,
  responses: {
    200: { description: 'The report, or its state', schema: Effect },
    404: { description: 'Unknown promotion, or it has no report yet', schema: Problem },
  },
});

export const postEffect = defineRoute({
  method: 'POST',
  path: '/promotions/{promotionId}/effect',
  tag: 'Promotions',
  summary: 'Make the report of the effect of a promotion up to now',
  scope: 'promotions.write',
  params,
  responses: {
    202: { description: 'Requested, or running; `Location` has its state and result', schema: Effect },
    404: { description: 'Unknown promotion', schema: Problem },
    409: { description: '`not-started`: no order can have it yet', schema: Problem },
  },
});
