import * as z from 'zod';
import { defineEvent } from '../define-event.ts';

/** A new policy is in force. `content` is the whole policy, so that the event lake has every version. */
export const RefundPolicyChanged = defineEvent(
  'storeworks.refund-approval',
  'RefundPolicyChanged',
  z.object({
    version: z.int().positive().meta({ description: 'Version in force after the change', example: 4 }),
    by: z.string().meta({ description: 'Client or user who changed it', example: 'finance' }),
    content: z.looseObject({}).describe('The whole policy'),
  }),
);
