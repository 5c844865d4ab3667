import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { Instant, PathId } from '../../names.ts';

export const Count = z.int().nonnegative().meta({ example: 12 });

/** A sum of amounts: it is exact at any size. */
export const ExactMinor = z
  .union([z.int(), z.string().regex(/^-?\d{1,40}$/)])
  .meta({ description: 'Sum in minor units, or of units; text above 2^53', example: 129_900 });

/** A sum as JSON has it. */
export const exactMinor = (sum: bigint): number | string =>
  Number.isSafeInteger(Number(sum)) ? Number(sum) : String(sum);

export const AnalysisId = PathId.meta({ description: 'Id of the analysis', example: 'rehearsal-01kb9zq4y8t4v7c0m3j5' });

export const analysisStatuses = ['requested', 'running', 'completed', 'failed'] as const;
export const analysisKinds = ['rehearsal', 'effect', 'price-replay'] as const;

/** State of a background job that reads the orders of past days. */
export const analysisFields = {
  status: z.enum(analysisStatuses).meta({
    description: '`failed`: the last attempt failed, another one follows',
    example: 'completed',
  }),
  requestedAt: Instant.describe('Time of the request'),
  completedAt: Instant.optional().describe('Time of the result'),
  progress: z
    .object({
      days: Count.meta({ description: 'Business days', example: 28 }),
      daysDone: Count.meta({ description: 'Business days that were read', example: 28 }),
      orders: Count.meta({ description: 'Orders that were read', example: 1250 }),
    })
    .describe('How far it is'),
  error: StoredText.optional().meta({ description: 'Error of the last attempt', example: 'A lake file is damaged' }),
  files: z
    .array(
      z.object({
        name: StoredText.meta({ description: 'Name of the file', example: 'page.html' }),
        url: StoredText.meta({
          description: 'Link to download it without a token, for 15 minutes',
          example: 'https://reports.s3.eu-west-1.amazonaws.com/promotions/…',
        }),
      }),
    )
    .max(maxEntries)
    .optional()
    .describe('The result as JSON, CSV and a page with charts, when it is completed'),
};
