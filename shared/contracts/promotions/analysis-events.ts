import * as z from 'zod';
import { BusinessDay } from '../../names.ts';
import { maxEntries, StoredText } from '../bounds.ts';
import { defineEvent } from '../define-event.ts';
import { analysisKinds, Count } from './analysis.ts';

/** An analysis of past orders was requested, or goes on after `daysDone` days. */
export const PromotionAnalysisRequested = defineEvent(
  'storeworks.promotion-scheduling',
  'PromotionAnalysisRequested',
  z.object({
    analysisId: StoredText.meta({ description: 'Id of the analysis', example: 'rehearsal-01kb9zq4y8t4v7c0m3j5' }),
    kind: z.enum(analysisKinds).meta({ description: 'Kind of the analysis', example: 'rehearsal' }),
    daysDone: Count.meta({ description: 'Business days that were read', example: 0 }),
  }),
);

/** Orders of a day whose price differs from the one that was charged, when it is calculated again from what they stored. */
export const PriceDifferencesFound = defineEvent(
  'storeworks.promotion-scheduling',
  'PriceDifferencesFound',
  z.object({
    replayId: StoredText.meta({ description: 'Id of the replay', example: 'replay-2026-11-29' }),
    from: BusinessDay.meta({ description: 'First business day', example: '2026-11-29' }),
    to: BusinessDay.meta({ description: 'Last business day', example: '2026-11-29' }),
    differing: Count.meta({ description: 'Orders that differ', example: 2 }),
    orderIds: z
      .array(StoredText)
      .max(maxEntries)
      .meta({ description: 'The first hundred of them', example: ['ord_01kb9zq4y8t4v7c0m3j5r6n8px'] }),
  }),
);
