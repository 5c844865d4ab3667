import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { CallerId, Currency, EventInstant, maxAmountMinor } from '../../names.ts';
import { defineRoute } from '../define-route.ts';
import { Problem } from '../problem.ts';
import { ProviderName, settlementTypes } from './settlement-events.ts';

/** Lines of one request; a statement of a day is sent in several. */
const maxLines = 500;

export const SettlementLine = z
  .strictObject({
    lineId: CallerId.meta({ description: 'Id of the line at the provider', example: 'txn_1QK2f7' }),
    type: z.enum(settlementTypes).describe('What the provider took from, or paid out of, what it owes the store'),
    amountMinor: z
      .int()
      .min(-maxAmountMinor)
      .max(maxAmountMinor)
      .refine((amount) => amount !== 0, 'An amount is not 0')
      .meta({
        description: 'Amount in minor units; negative for a fee that is given back or a payout that is taken back',
        example: 320,
      }),
    currency: Currency,
    occurredAt: EventInstant.describe('Time of the line at the provider'),
    paymentId: CallerId.optional().meta({ description: 'Payment that the line is for', example: 'pay_88123' }),
    reference: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .optional()
      .meta({ description: 'What the line is for, as the accounts show it', example: 'web-100042' }),
  })
  .meta({ id: 'SettlementLine' });
export type SettlementLine = z.infer<typeof SettlementLine>;

export const postSettlements = defineRoute({
  method: 'POST',
  path: '/ledger/settlements',
  tag: 'Ledger',
  summary: "Record lines of a payment provider's statement: fees, payouts and fees of chargebacks",
  scope: 'ledger.write',
  body: z
    .strictObject({
      provider: ProviderName.describe('The provider, as its payments name it'),
      lines: z
        .array(SettlementLine)
        .min(1)
        .max(maxLines)
        .refine((lines) => new Set(lines.map(({ lineId }) => lineId)).size === lines.length, 'A line id is there twice')
        .describe('The lines, each with its own id'),
    })
    .meta({ id: 'Settlements' }),
  responses: {
    200: {
      description: 'The result of each line, in the order of the request. A line that is sent again counts once',
      schema: z
        .object({
          results: z
            .array(
              z.object({
                lineId: StoredText.meta({ description: 'Id of the line', example: 'txn_1QK2f7' }),
                status: z
                  .enum(['recorded', 'duplicate', 'conflict'])
                  .describe('`conflict`: the line was recorded with another content, which remains'),
                eventId: StoredText.meta({
                  description: 'Id of its event, which is the code of its transaction',
                  example: '01KB9ZQ4Y8T4V7C0M3J5R6N8PX',
                }),
              }),
            )
            .max(maxEntries)
            .describe('The results'),
        })
        .meta({ id: 'SettlementResults' }),
    },
    422: { description: 'Invalid content, or a time in the future', schema: Problem },
    503: { description: '`busy`: repeat the request', schema: Problem },
  },
});
