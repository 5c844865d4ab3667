import * as z from 'zod';
import { StoredText } from '../bounds.ts';
import { BusinessDay, CurrencyCode } from '../../names.ts';
import { defineEvent } from '../define-event.ts';
import { Account } from './amounts.ts';

/** Two persons agreed on an entry: one requested it, another approved it. */
export const LedgerEntryApproved = defineEvent(
  'storeworks.ledger',
  'LedgerEntryApproved',
  z.object({
    entryId: StoredText.meta({ description: 'Id of the entry', example: 'rent-2026-11' }),
    date: BusinessDay.describe('Day of the entry'),
    text: StoredText.meta({ description: 'What it is', example: 'Rent of November' }),
    currency: CurrencyCode.describe('Currency of all amounts, ISO 4217'),
    postings: z
      .array(
        z.object({
          account: Account.describe('Account'),
          amountMinor: z
            .int()
            .meta({ description: 'Debit, or negative for a credit, in minor units', example: 120_000 }),
        }),
      )
      .max(100)
      .refine((postings) => postings.reduce((sum, each) => sum + each.amountMinor, 0) === 0, 'Postings sum to 0')
      .describe('The postings; they sum to 0'),
    reverses: StoredText.optional().meta({
      description: 'Code of the transaction that it corrects',
      example: '01KB9ZQ4Y8T4V7C0M3J5R6N8PX',
    }),
    requestedBy: StoredText.meta({ description: 'Who requested it', example: 'finance' }),
    approvedBy: StoredText.meta({ description: 'Who approved it', example: 'admin' }),
  }),
);
