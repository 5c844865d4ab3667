import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { BusinessDay, CurrencyCode } from '../../names.ts';
import { defineEvent } from '../define-event.ts';

const amount = (description: string, example: number) =>
  z
    .int()
    .optional()
    .meta({ description: `${description}, in minor units; absent if it has none`, example });

/** Something that two sources state differently. */
export const ReconciliationDifference = z.object({
  measure: StoredText.meta({
    description:
      '`sales`, `tax`, `refunds`, `changes`, `day total`, `stock value`, `balance`, or `promotion` with its id: what is different',
    example: 'sales',
  }),
  id: StoredText.meta({
    description: 'Order, or event of a refund, change or transaction; `*` for the whole day',
    example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px',
  }),
  currency: CurrencyCode.describe('Currency, ISO 4217'),
  account: StoredText.optional().meta({ description: 'Account, of a transaction', example: 'revenue:goods' }),
  reports: amount('What the reports state', 2895),
  ledger: amount('What the transactions of the ledger state', 2894),
  orders: amount('What the orders themselves state', 2895),
  claims: amount('What the orders hold of the budget of the promotion', 400),
  eventIds: z
    .array(StoredText)
    .max(maxEntries)
    .meta({
      description: 'Transactions of the ledger that make its amount',
      example: ['01KB9ZQ4Y8T4V7C0M3J5R6N8PX'],
    }),
});
export type ReconciliationDifference = z.infer<typeof ReconciliationDifference>;

/** Reports, ledger, orders and claims of promotions of a day are not equal. */
export const ReconciliationDifferenceFound = defineEvent(
  'storeworks.ledger',
  'ReconciliationDifferenceFound',
  z.object({
    day: BusinessDay.describe('Business day whose sources are not equal'),
    differences: z.int().meta({ description: 'Number of differences', example: 1 }),
    first: z.array(ReconciliationDifference).max(100).describe('The first of them, at most 20'),
  }),
);
