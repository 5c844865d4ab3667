import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { BusinessDay, CurrencyCode, Instant } from '../../names.ts';
import { defineEvent } from '../define-event.ts';
import { Month } from './amounts.ts';

const source = 'storeworks.ledger';

/** A person closed a month: its transactions and sums never change again. */
export const LedgerPeriodClosed = defineEvent(
  source,
  'LedgerPeriodClosed',
  z.object({
    month: Month.describe('The closed month'),
    closedAt: Instant.describe('When it was closed'),
    closedBy: StoredText.meta({ description: 'Client or user who closed it', example: 'finance' }),
  }),
);

/** An account whose sum is not that of its transactions. Amounts are the debits and the credits of the month. */
export const LedgerDifference = z.object({
  currency: CurrencyCode.describe('Currency of the account, ISO 4217'),
  account: StoredText.meta({ description: 'The account', example: 'revenue:goods' }),
  side: z.enum(['debit', 'credit']).describe('Which of the sums differs'),
  sumMinor: z.int().meta({ description: 'The sum that is kept, in minor units', example: 120_000 }),
  transactionsMinor: z.int().meta({ description: 'What the transactions add up to, in minor units', example: 119_999 }),
});

/** The nightly check found sums that are wrong, or events that wait for their order for more than a day. */
export const LedgerDifferenceFound = defineEvent(
  source,
  'LedgerDifferenceFound',
  z.object({
    day: BusinessDay.describe('Day of the check'),
    month: Month.describe('The month that was checked'),
    differences: z.array(LedgerDifference).max(maxEntries).describe('The accounts whose sums are wrong'),
    waitingOrders: z
      .array(StoredText)
      .max(maxEntries)
      .meta({
        description: 'Orders with events that wait for their placement for more than a day, at most 100',
        example: ['ord_01kb9zq4y8t4v7c0m3j5r6n8px'],
      }),
  }),
);
