import * as z from 'zod';
import { Instant } from '../../names.ts';
import { StoredText } from '../bounds.ts';
import { defineEvent } from '../define-event.ts';
import { SettingChange } from '../settings/version.ts';
import { PromotionId } from './definition.ts';
import { promotionActions } from './promotion.ts';

const source = 'storeworks.promotion-scheduling';
const identity = {
  promotionId: PromotionId,
  name: StoredText.meta({ description: 'Name of the promotion', example: 'Toy sale' }),
  version: z.int().positive().meta({ description: 'Version of the promotion', example: 3 }),
};
const by = StoredText.meta({ description: 'Client or user who did it', example: 'marketing' });

/** A promotion was created, changed, approved, paused, resumed or ended. */
export const PromotionChanged = defineEvent(
  source,
  'PromotionChanged',
  z.object({
    ...identity,
    action: z.enum(promotionActions).meta({ description: 'What happened', example: 'changed' }),
    status: z
      .enum(['draft', 'pending-approval', 'approved'])
      .describe('Whether the last version is a draft, waits for a second person, or is in force by its schedule'),
    by,
    changed: z
      .array(StoredText)
      .max(500)
      .meta({ description: 'JSON pointers of the changed fields', example: ['/discount/basisPoints'] }),
    changes: z
      .array(SettingChange)
      .max(500)
      .optional()
      .describe('The same changes with their values before and after, if they are short'),
  }),
);

const announcement = z.object({
  ...identity,
  at: Instant.meta({ description: 'When it happened', example: '2026-12-24T18:00:00.000Z' }),
});

/** A promotion is in force: its start or an occurrence has come, or it was approved or resumed meanwhile. */
export const PromotionStarted = defineEvent(source, 'PromotionStarted', announcement);

/** A promotion is in force no longer: its end, the end of an occurrence, a pause or an early end. */
export const PromotionEnded = defineEvent(source, 'PromotionEnded', announcement);

/** All promotions were switched off or on. The next quotes and orders obey. */
export const PromotionsSwitched = defineEvent(
  source,
  'PromotionsSwitched',
  z.object({
    disabled: z.boolean().meta({ description: 'Whether all promotions are off', example: true }),
    by,
    version: z.int().positive().meta({ description: 'Version of the promotions in force', example: 12 }),
  }),
);
