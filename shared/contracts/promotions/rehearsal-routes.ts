import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { defineRoute } from '../define-route.ts';
import { BusinessDay, CurrencyCode, Instant } from '../../names.ts';
import { Problem } from '../problem.ts';
import { analysisFields, AnalysisId, Count, ExactMinor } from './analysis.ts';
import { PromotionDefinition, PromotionId } from './definition.ts';

export const maxDrafts = 5;
/** Days of one rehearsal. */
export const maxRehearsedDays = 92;

const params = z.strictObject({ promotionId: PromotionId });

/** What to rehearse. */
export const RehearsalContent = z
  .strictObject({
    from: BusinessDay.meta({ description: 'First business day', example: '2026-11-01' }),
    to: BusinessDay.meta({ description: `Last business day; at most ${maxRehearsedDays} days`, example: '2026-11-29' }),
    drafts: z
      .array(
        z.strictObject({
          name: z.string().trim().min(1).max(100).meta({ description: 'Name in the result', example: '20 %' }),
          definition: PromotionDefinition.describe('The draft'),
        }),
      )
      .min(1)
      .max(maxDrafts)
      .optional()
      .describe('Drafts to compare, each in the place of the promotion. Default: the promotion as it is saved'),
    assumeCodes: z.boolean().optional().meta({
      description:
        'Whether every customer is assumed to have entered a code of the draft. Default: false, only those who did',
      example: true,
    }),
  })
  .meta({ id: 'RehearsalContent' });
export type RehearsalContent = z.infer<typeof RehearsalContent>;

const amounts = {
  orders: Count.meta({ description: 'Orders that were compared', example: 1200 }),
  affectedOrders: Count.meta({ description: 'Orders whose total the draft changes', example: 310 }),
  revenueBeforeMinor: ExactMinor.describe('Goods and shipping without tax, as charged'),
  revenueAfterMinor: ExactMinor.describe('Goods and shipping without tax, with the draft'),
  marginBeforeMinor: ExactMinor.describe('Revenue less the cost of the goods, as charged'),
  marginAfterMinor: ExactMinor.describe('Revenue less the cost of the goods, with the draft'),
  unitsBefore: ExactMinor.describe('Units, as ordered'),
  unitsAfter: ExactMinor.describe('Units with gifts, with the draft'),
  discountMinor: ExactMinor.describe('Discount of the draft, gifts and shipping included'),
  giftCostMinor: ExactMinor.describe('Purchase cost of the gifts of the draft'),
  unitsWithoutCost: ExactMinor.describe('Units whose cost is not known; they count as free of cost'),
};

/** What a draft would have changed. Customers are assumed to order the same goods. */
const RehearsedDraft = z
  .object({
    name: StoredText.meta({ description: 'Name of the draft', example: '20 %' }),
    totals: z
      .array(z.object({ currency: CurrencyCode.describe('Currency of the amounts'), ...amounts }))
      .max(maxEntries)
      .describe('Sums by currency'),
    days: z
      .array(
        z.object({
          day: BusinessDay.meta({ description: 'Business day', example: '2026-11-01' }),
          currency: CurrencyCode.describe('Currency of the amounts'),
          ...amounts,
        }),
      )
      .max(maxEntries)
      .describe('Sums by day and currency'),
    baskets: z
      .array(
        z.object({
          orderId: StoredText.meta({ description: 'Id of the order', example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px' }),
          placedAt: Instant.describe('Time of the order'),
          currency: CurrencyCode.describe('Currency of the order'),
          beforeMinor: Count.meta({ description: 'Total as charged, in minor units', example: 5000 }),
          afterMinor: Count.meta({ description: 'Total with the draft, in minor units', example: 4000 }),
          units: Count.meta({ description: 'Units with gifts', example: 3 }),
        }),
      )
      .max(maxEntries)
      .describe('The most affected orders, the largest change first'),
  })
  .meta({ id: 'RehearsedDraft' });

export const RehearsalResult = z
  .object({
    counts: z
      .object({
        orders: Count.meta({ description: 'Orders of the days', example: 1250 }),
        compared: Count.meta({ description: 'Orders whose first pricing gave the amounts charged', example: 1200 }),
        assumedLimits: Count.meta({
          description: 'Of these: if limited promotions that the order does not have were used up then',
          example: 3,
        }),
        notPricedByStore: Count.meta({
          description: 'Orders of channels that price themselves, and exchanges; not compared',
          example: 45,
        }),
        differing: Count.meta({
          description: 'Orders whose first pricing gave other amounts than were charged; not compared',
          example: 5,
        }),
        unreadable: Count.meta({ description: 'Events that are no order', example: 0 }),
      })
      .describe('Orders of the days'),
    differing: z
      .array(
        z.object({
          orderId: StoredText.meta({ description: 'Id of the order', example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px' }),
          reason: StoredText.meta({
            description: '`amounts-differ`, `versions-not-kept`, or the problem type of a refusal',
            example: 'amounts-differ',
          }),
          chargedMinor: Count.meta({ description: 'Total as charged, in minor units', example: 5000 }),
          recomputedMinor: Count.optional().meta({ description: 'Total of the first pricing', example: 4900 }),
        }),
      )
      .max(maxEntries)
      .describe('The first hundred orders whose first pricing differs'),
    drafts: z.array(RehearsedDraft).max(maxDrafts).describe('The drafts, in the order of the request'),
  })
  .meta({ id: 'RehearsalResult' });
export type RehearsalResult = z.infer<typeof RehearsalResult>;

export const Rehearsal = z
  .object({
    rehearsalId: AnalysisId,
    promotionId: PromotionId,
    from: BusinessDay.meta({ description: 'First business day', example: '2026-11-01' }),
    to: BusinessDay.meta({ description: 'Last business day', example: '2026-11-29' }),
    ...analysisFields,
    result: RehearsalResult.optional().describe(
      'The result, when it is completed; absent if it is large: see `result.json` in `files`',
    ),
  })
  .meta({ id: 'Rehearsal' });

export const postRehearsal = defineRoute({
  method: 'POST',
  path: '/promotions/{promotionId}/rehearsals',
  tag: 'Promotions',
  summary: 'Rehearse a promotion or drafts of it with the orders of past days, without effect on anything',
  scope: 'promotions.write',
  params,
  body: RehearsalContent,
  responses: {
    202: { description: 'Requested; `Location` has its state and result', schema: Rehearsal },
    404: { description: 'Unknown promotion, and no drafts were sent', schema: Problem },
    422: { description: 'Invalid content, such as days that have not begun', schema: Problem },
  },
});

export const getRehearsal = defineRoute({
  method: 'GET',
  path: '/promotions/{promotionId}/rehearsals/{rehearsalId}',
  tag: 'Promotions',
  summary: 'Read the state of a rehearsal, its result and its files',
  scope: 'promotions.read',
  params: z.strictObject({ promotionId: PromotionId, rehearsalId: AnalysisId }),
  responses: {
    200: { description: 'The rehearsal', schema: Rehearsal },
    404: { description: 'Unknown rehearsal', schema: Problem },
  },
});
