import * as z from 'zod';
import { StoredText } from '../bounds.ts';
import { defineEvent } from '../define-event.ts';

/** Staff asked for a check of the counters of all limits. */
export const PromotionClaimCheckRequested = defineEvent(
  'storeworks.promotion-scheduling',
  'PromotionClaimCheckRequested',
  z.object({
    checkId: StoredText.meta({ description: 'Id of the check', example: 'check-2026-12-01T09:15:00.000Z' }),
  }),
);

/** A counter of a promotion's limit differed from what the orders hold, and was set to it. */
export const PromotionClaimsRepaired = defineEvent(
  'storeworks.promotion-scheduling',
  'PromotionClaimsRepaired',
  z.object({
    checkId: StoredText.meta({ description: 'Id of the check', example: 'check-2026-12-01T02:45:00Z' }),
    counter: StoredText.meta({ description: 'Key of the counter', example: 'LIMIT#spring-sale/USES#3' }),
    found: z.int().meta({ description: 'What the counter had', example: 41 }),
    expected: z.int().nonnegative().meta({ description: 'What the orders hold, which it has now', example: 40 }),
  }),
);
