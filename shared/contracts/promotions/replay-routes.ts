import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { defineRoute } from '../define-route.ts';
import { AmountMinor, BusinessDay } from '../../names.ts';
import { Problem } from '../problem.ts';
import { analysisFields, AnalysisId, Count } from './analysis.ts';

export const maxReplayedDays = 31;

export const PriceReplayContent = z
  .strictObject({
    from: BusinessDay.meta({ description: 'First business day', example: '2026-11-29' }),
    to: BusinessDay.optional().meta({
      description: `Last business day; at most ${maxReplayedDays} days. Default: the first`,
      example: '2026-11-29',
    }),
  })
  .meta({ id: 'PriceReplayContent' });

export const PriceReplayResult = z
  .object({
    counts: z
      .object({
        orders: Count.meta({ description: 'Orders of the days', example: 1250 }),
        equal: Count.meta({ description: 'Orders whose price is the one that was charged', example: 1205 }),
        assumedLimits: Count.meta({
          description: 'Of these: if limited promotions that the order does not have were used up then',
          example: 3,
        }),
        notPricedByStore: Count.meta({
          description: 'Orders of channels that price themselves, and exchanges',
          example: 45,
        }),
        differing: Count.meta({ description: 'Orders whose price differs', example: 0 }),
      })
      .describe('Orders of the days'),
    differing: z
      .array(
        z.object({
          orderId: StoredText.meta({
            description: 'Id of the order, or of the event if it is no order',
            example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px',
          }),
          reason: StoredText.meta({
            description: '`amounts-differ`, `versions-not-kept`, `unreadable`, or the problem type of a refusal',
            example: 'amounts-differ',
          }),
          differences: z
            .array(
              z.object({
                field: StoredText.meta({ description: 'JSON pointer of the amount', example: '/totalMinor' }),
                chargedMinor: AmountMinor.meta({ description: 'Amount as charged', example: 5000 }),
                recomputedMinor: z.int().meta({ description: 'Amount as calculated again', example: 4900 }),
              }),
            )
            .max(maxEntries)
            .describe('The first twenty amounts that differ'),
        }),
      )
      .max(maxEntries)
      .describe('The first thousand orders whose price differs'),
  })
  .meta({ id: 'PriceReplayResult' });
export type PriceReplayResult = z.infer<typeof PriceReplayResult>;

const PriceReplay = z
  .object({
    replayId: AnalysisId,
    from: BusinessDay.meta({ description: 'First business day', example: '2026-11-29' }),
    to: BusinessDay.meta({ description: 'Last business day', example: '2026-11-29' }),
    ...analysisFields,
    result: PriceReplayResult.optional().describe(
      'The result, when it is completed; absent if it is large: see `result.json` in `files`',
    ),
  })
  .meta({ id: 'PriceReplay' });

export const postPriceReplay = defineRoute({
  method: 'POST',
  path: '/price-replays',
  tag: 'Promotions',
  summary: 'Price the orders of past days again from what they stored. Every night, those of the day before are',
  scope: 'reports.run',
  body: PriceReplayContent,
  responses: {
    202: { description: 'Requested, or running; `Location` has its state and result', schema: PriceReplay },
    422: { description: 'Invalid content, such as a day that has not ended', schema: Problem },
  },
});

export const getPriceReplay = defineRoute({
  method: 'GET',
  path: '/price-replays/{replayId}',
  tag: 'Promotions',
  summary: 'Read the state of a replay of prices, and the orders whose price differs',
  scope: 'reports.read',
  params: z.strictObject({ replayId: AnalysisId }),
  responses: {
    200: { description: 'The replay', schema: PriceReplay },
    404: { description: 'Unknown replay', schema: Problem },
  },
});
