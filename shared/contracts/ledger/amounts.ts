import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { BusinessDay, CurrencyCode } from '../../names.ts';

/** A calendar month of the store's zone. */
export const Month = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'A month is YYYY-MM')
  .meta({ example: '2026-11' });

/** Name of an account. */
export const Account = z
  .string()
  .max(200)
  .regex(/^(assets|liabilities|equity|revenue|expenses)(:[A-Za-z0-9._-]+)+$/, 'Not the name of an account')
  .meta({ example: 'liabilities:tax:output:GB:standard' });

const LedgerTax = z.object({
  place: StoredText.meta({
    description: 'Country that the goods go to, or a state of the United States',
    example: 'US-CA',
  }),
  rate: StoredText.meta({ description: 'The rate: country and kind, as in the account', example: 'GB:standard' }),
  percentage: StoredText.optional().meta({ description: 'Percentage, if the event has it', example: '20' }),
  relief: z.enum(['export', 'reverse-charge', 'exemption']).optional().describe('Why no tax is due'),
  baseMinor: z.int().meta({ description: 'Amount without tax, negative for what is given back', example: 3331 }),
  taxMinor: z.int().meta({ description: 'Tax in minor units, negative for what is given back', example: 667 }),
});

export const LedgerTransaction = z
  .object({
    code: StoredText.meta({
      description: 'Id of the event; after `~` another currency, or the number of a part of a large shipment',
      example: '01KB9ZQ4Y8T4V7C0M3J5R6N8PX',
    }),
    date: BusinessDay.describe('Day on which it is posted'),
    for: BusinessDay.optional().describe('Day that it belongs to, if that month was closed when it arrived'),
    text: StoredText.meta({ description: 'What happened', example: 'placed web-100042' }),
    currency: CurrencyCode.describe('Currency of all amounts, ISO 4217'),
    postings: z
      .array(
        z.object({
          account: StoredText.meta({ description: 'Account', example: 'assets:receivable:customers' }),
          amountMinor: z.int().meta({ description: 'Debit, or negative for a credit, in minor units', example: 2895 }),
        }),
      )
      .max(maxEntries)
      .describe('The postings; they sum to 0'),
    orderId: StoredText.optional().meta({
      description: 'Order of the event; absent for stock, settlements, entries, and before 2026-12-01',
      example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px',
    }),
    kind: StoredText.optional().meta({
      description: 'Kind of the event: `placed`, `shipped`, `captured`, …, `stock`, `settlement` or `entry`',
      example: 'placed',
    }),
    reverses: StoredText.optional().meta({
      description: 'Code of the transaction that an entry corrects',
      example: '01KB9ZQ4Y8T4V7C0M3J5R6N8PX',
    }),
    taxes: z
      .array(LedgerTax)
      .max(maxEntries)
      .optional()
      .describe('Output tax that the event makes due, or gives back, with the amounts that it is due on'),
  })
  .meta({ id: 'LedgerTransaction' });

/** An account with its sums. A debit balance is positive. */
export const AccountSums = z
  .object({
    currency: CurrencyCode.describe('Currency, ISO 4217'),
    account: StoredText.meta({ description: 'Account', example: 'revenue:goods' }),
    openingMinor: z.int().meta({ description: 'Balance before the period, in minor units', example: -90_000 }),
    debitMinor: z.int().meta({ description: 'Debits of the period, in minor units', example: 0 }),
    creditMinor: z.int().meta({ description: 'Credits of the period, in minor units', example: 30_000 }),
    closingMinor: z.int().meta({ description: 'Balance at the end of the period, in minor units', example: -120_000 }),
  })
  .meta({ id: 'AccountSums' });
export type AccountSums = z.infer<typeof AccountSums>;
