import * as z from 'zod';
import { defineEvent } from '../define-event.ts';

/** A new policy is in force. `content` is the whole policy, so that the event lake has every version. */
export const RefundPolicyChanged = defineEvent(
  'storeworks.refund-approval',
  'RefundPolicyChanged',
  z.object({ version: z.int().positive(), by: z.string(), content: z.looseObject({}) }),
);
