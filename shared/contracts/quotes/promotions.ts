import * as z from 'zod';
import { AmountMinor, Sku } from '../../names.ts';
import { maxEntries, StoredText } from '../bounds.ts';

const promotionId = StoredText.meta({ description: 'Id of the promotion', example: 'spring-sale' });
const name = StoredText.meta({ description: 'Name of the promotion', example: 'Spring sale' });

const Applied = z.object({
  promotionId,
  version: z.int().positive().meta({ description: 'Version of its rules', example: 3 }),
  name,
  target: StoredText.meta({ description: '`line`, `order`, `gift` or `shipping`', example: 'order' }),
  discountMinor: AmountMinor.meta({ description: 'Its whole discount, in minor units', example: 400 }),
  trimmed: StoredText.optional().meta({
    description:
      'Why the discount is less than its rate or amount: `margin-floor`, `promotion-cap`, `order-cap`, `budget` or `quota`',
    example: 'quota',
  }),
  claims: z
    .object({
      uses: z.int().optional().meta({ description: 'Uses', example: 1 }),
      units: z.int().optional().meta({ description: 'Units at the discounted price', example: 3 }),
      budgetMinor: AmountMinor.optional().meta({ description: 'Budget in minor units', example: 400 }),
    })
    .optional()
    .describe('What an order claims of its limits; absent if it has none'),
});

const NotApplied = z.looseObject({
  promotionId,
  name,
  reason: StoredText.meta({
    description:
      '`paused`, `not-started`, `ended`, `not-now`, `not-this-customer`, `not-this-channel`, `currency`, `identity-needed`, `customer-limit-reached`, `limit-reached`, `below-threshold`, `no-eligible-lines`, `not-enough-units`, `not-this-method`, `quota-reached`, `stopped`, `not-combinable`, `worse-than-other`, `nothing-left`, `order-cap`, `budget-exhausted` or `gift-out-of-stock`',
    example: 'below-threshold',
  }),
  missingMinor: AmountMinor.optional().meta({
    description: 'Amount up to the threshold, in minor units',
    example: 500,
  }),
  missingUnits: z.int().optional().meta({ description: 'Units up to the threshold', example: 1 }),
});

/** The outcome of an entered code. */
const QuotedCode = z.object({
  code: StoredText.meta({ description: 'The code as entered', example: ' spring10 ' }),
  outcome: StoredText.meta({
    description: '`applied`, `duplicate-code`, `unknown-code`, or the reason why its promotion did not apply',
    example: 'applied',
  }),
  promotionId: promotionId.optional(),
});

const Hint = z.object({
  promotionId,
  sku: Sku.describe('SKU to add'),
  addUnits: z.int().positive().meta({ description: 'Units to add', example: 1 }),
  addMinor: AmountMinor.meta({ description: 'Price of these units before discounts, in minor units', example: 500 }),
  newTotalMinor: AmountMinor.meta({ description: 'Total of the basket with them, in minor units', example: 1980 }),
});

/** Which promotions applied to a basket, and why others did not. */
export const QuotedPromotions = z
  .object({
    version: z.int().nonnegative().meta({ description: 'Version of the promotions in force', example: 12 }),
    applied: z.array(Applied).max(maxEntries).describe('In the order of evaluation'),
    notApplied: z
      .array(NotApplied)
      .max(maxEntries)
      .describe('Promotions that did not apply. One whose code was not entered is not listed'),
    codes: z.array(QuotedCode).max(maxEntries).describe('The entered codes, in their order'),
    hints: z
      .array(Hint)
      .max(maxEntries)
      .optional()
      .describe('Units of one SKU that would make a promotion apply, with the price of that basket'),
  })
  .meta({ id: 'QuotedPromotions' });
