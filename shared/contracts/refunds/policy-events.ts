import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { defineEvent } from '../define-event.ts';

/** A new policy is in force. `content` is the whole policy, so that the event lake has every version. */
export const RefundPolicyChanged = defineEvent(
  'storeworks.refund-approval',
  'RefundPolicyChanged',
  z.object({
    version: z.int().positive().meta({ description: 'Version in force after the change', example: 4 }),
    by: StoredText.meta({ description: 'Client or user who changed it', example: 'finance' }),
    approvedBy: StoredText.optional().meta({
      description: 'Client or user who approved it, if it needed a second person',
      example: 'admin',
    }),
    isLooser: z
      .boolean()
      .optional()
      .meta({ description: 'Whether it lets more money be refunded, or with fewer approvals', example: true }),
    content: z.looseObject({}).describe('The whole policy'),
  }),
);

const Change = {
  changeId: StoredText.meta({ description: 'Id of the change', example: 'pch_00000003_01kb9zq4y8t4v7c0m3j5r6n8px' }),
  baseVersion: z
    .int()
    .nonnegative()
    .meta({ description: 'Version of the policy that the change is based on', example: 3 }),
  requestedBy: StoredText.meta({ description: 'Client or user who requested it', example: 'finance' }),
  looser: z
    .array(StoredText)
    .max(maxEntries)
    .meta({ description: 'Looser parts of the policy: `rules`, `limits`, `returns`', example: ['rules'] }),
};

/** A person wants a looser policy. It comes into force when another person approves it. */
export const RefundPolicyChangeRequested = defineEvent(
  'storeworks.refund-approval',
  'RefundPolicyChangeRequested',
  z.object({ ...Change, content: z.looseObject({}).describe('The whole new policy') }),
);

/** A person refused a looser policy, or its author withdrew it. */
export const RefundPolicyChangeRejected = defineEvent(
  'storeworks.refund-approval',
  'RefundPolicyChangeRejected',
  z.object({
    ...Change,
    by: StoredText.meta({ description: 'Client or user who refused it', example: 'admin' }),
    comment: StoredText.optional().meta({ description: 'Why it was refused', example: 'Not agreed' }),
  }),
);
