import * as z from 'zod';
import { AmountMinor, CurrencyCode, Instant } from '../../names.ts';
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

const CheckId = z
  .string()
  .regex(/^[\w:.-]{1,64}$/)
  .refine((id) => id !== '.' && id !== '..', 'An id is not . or ..')
  .meta({ description: 'Id of the check', example: 'check-2026-12-01T02:45:00Z' });
const Total = (description: string, example: number) => z.int().nonnegative().meta({ description, example });

/** A check whether the counters of limits are what the orders hold. */
export const ClaimCheck = z
  .object({
    checkId: CheckId,
    status: z.enum(['requested', 'completed', 'failed']).meta({
      description: 'State of the check. A failed one repaired nothing more and is retried',
      example: 'completed',
    }),
    requestedAt: Instant.optional().meta({
      description: 'When it was requested; absent for a nightly check',
      example: '2026-12-01T09:15:00.000Z',
    }),
    requestedBy: StoredText.optional().meta({
      description: 'Client or user who requested it; absent for a nightly check',
      example: 'marketing',
    }),
    checkedAt: Instant.optional().meta({
      description: 'When it started to compare; absent until it is completed',
      example: '2026-12-01T09:15:04.000Z',
    }),
    counters: Total('Counters that were compared', 64).optional(),
    repaired: z
      .array(
        z.object({
          counter: StoredText.meta({ description: 'Key of the counter', example: 'LIMIT#spring-sale/USES#3' }),
          found: z.int().meta({ description: 'What the counter had', example: 41 }),
          expected: Total('What the orders hold, which it has now', 40),
        }),
      )
      .max(maxEntries)
      .optional()
      .describe('Counters that differed twice and were set to what the orders hold'),
    notCompared: Total('Counters that changed in every pass. A later check compares them', 0).optional(),
    error: StoredText.optional().meta({
      description: 'Why it failed, for a person',
      example: 'Claims of 1 orders cannot be read, and nothing is repaired: ORDER#A-1',
    }),
  })
  .meta({ id: 'PromotionClaimCheck' });
export type ClaimCheck = z.infer<typeof ClaimCheck>;

export const postClaimCheck = defineRoute({
  method: 'POST',
  path: '/promotions/claim-checks',
  tag: 'Promotions',
  summary: 'Compare the counters of all limits with what orders hold now, as every night, and repair them',
  scope: 'promotions.write',
  body: z.strictObject({}).default({}),
  responses: { 202: { description: 'Requested; read `Location`', schema: ClaimCheck } },
});

export const getClaimCheck = defineRoute({
  method: 'GET',
  path: '/promotions/claim-checks/{checkId}',
  tag: 'Promotions',
  summary: 'Read a check of the counters of limits. That of a night is `check-` and its scheduled time',
  scope: 'promotions.read',
  params: z.strictObject({ checkId: CheckId }),
  responses: {
    200: { description: 'The check, with its result when it is completed', schema: ClaimCheck },
    404: { description: 'Unknown check', schema: Problem },
  },
});
