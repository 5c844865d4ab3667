import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { BusinessDay, CurrencyCode, Sku } from '../../names.ts';
import { defineEvent } from '../define-event.ts';

/** A posting changed the units of SKUs with a value, or their value: weighted average cost, as the accounts have it. */
export const StockValued = defineEvent(
  'storeworks.ledger',
  'StockValued',
  z.object({
    code: StoredText.meta({
      description: 'Code of the transaction, which is the id of its event',
      example: '01KB9ZQ4Y8T4V7C0M3J5R6N8PX',
    }),
    date: BusinessDay.describe('Day of the transaction in the accounts'),
    changes: z
      .array(
        z.object({
          sku: Sku.optional().describe('SKU; absent in an entry that a person made'),
          category: StoredText.optional().meta({ description: 'Category in the catalogue', example: 'lights' }),
          currency: CurrencyCode.describe('Currency of its cost, ISO 4217'),
          account: StoredText.meta({
            description:
              'Account against `assets:inventory`, which says why, such as `expenses:write-offs`; `entry` if a person made it',
            example: 'expenses:cost-of-goods',
          }),
          units: z.int().meta({ description: 'Change of the units; 0 for a correction of earlier costs', example: -2 }),
          valueMinor: z.int().meta({ description: 'Change of the value in `assets:inventory`', example: -920 }),
        }),
      )
      .max(maxEntries)
      .describe('Changes by SKU, currency and account'),
  }),
);
