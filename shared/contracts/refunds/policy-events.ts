import * as z from 'zod';
import { defineEvent } from '../define-event.ts';

/** Refunds are decided otherwise from now on. `content` is the whole policy, so that the lake can tell what held when. */
export const RefundPolicyChanged = defineEvent(
  'storeworks.refund-approval',
  'RefundPolicyChanged',
  z.object({ version: z.int().positive(), by: z.string(), content: z.looseObject({}) }),
);
