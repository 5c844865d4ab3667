import * as z from 'zod';
import { AmountMinor, CallerId, Currency, Sku } from '../../names.ts';

export const Text = (max: number) => z.string().trim().min(1).max(max);

/** A reason code of the store's choice. Policy rules refer to it. */
export const RefundReason = Text(100).meta({ examples: ['damaged', 'changed-mind', 'late'] });
export type RefundReason = z.infer<typeof RefundReason>;

const replacementLine = z.strictObject({
  sku: Sku.describe('SKU of the replacement'),
  quantity: z.int().min(1).max(1_000_000).meta({ description: 'Number of units', example: 1 }),
});
/** The limit of 50 lines keeps the replacement and its stock in one transaction. */
export const Replacement = z.strictObject({
  lines: z.array(replacementLine).min(1).max(50).describe('Lines of the replacement order'),
});

/** What a request asks for. A line without `amountMinor` is refunded at the value of its units. */
export const requestedFields = {
  lines: z
    .array(
      z.strictObject({
        lineId: Text(40).meta({ description: 'Id of the order line', example: '1' }),
        quantity: z
          .int()
          .min(0)
          .max(1_000_000)
          .meta({ description: 'Number of units; 0 for an amount without units, which stay refundable', example: 1 }),
        amountMinor: AmountMinor.min(1).optional().describe('Amount in minor units. Default: the value of the units'),
      }),
    )
    .min(1)
    .max(1000)
    .refine((lines) => new Set(lines.map(({ lineId }) => lineId)).size === lines.length, 'A line is named twice')
    .refine(
      (lines) => lines.every(({ quantity, amountMinor }) => quantity > 0 || amountMinor !== undefined),
      'A line without units has an amount',
    )
    .optional()
    .describe('Units or amounts of order lines'),
  charges: z
    .array(
      z.strictObject({
        chargeId: CallerId.meta({ description: 'Id of the charge in the order', example: 'import-duty' }),
        amountMinor: AmountMinor.min(1)
          .optional()
          .describe('Amount in minor units. Default: the refundable rest of the charge'),
      }),
    )
    .min(1)
    .max(20)
    .refine(
      (charges) => new Set(charges.map(({ chargeId }) => chargeId)).size === charges.length,
      'A charge is named twice',
    )
    .optional()
    .describe('Duties and fees of the order'),
  shippingMinor: AmountMinor.optional().meta({ description: 'Amount of the shipping, in minor units', example: 495 }),
  taxMinor: AmountMinor.optional().meta({
    description: 'Tax alone, over all lines and shipping, in minor units',
    example: 333,
  }),
  overpaidMinor: AmountMinor.optional().describe(
    'Money captured above the amount due, in minor units of `currency`. In another currency than the order’s nothing is due',
  ),
  currency: Currency.optional().describe(
    'Currency of the captures to refund, ISO 4217. Default: that of the order. Another one goes with `overpaidMinor` only, and is refunded to the payments captured in it',
  ),
  goodwillMinor: AmountMinor.optional().meta({
    description: 'Amount above what the order’s components allow, in minor units',
    example: 500,
  }),
  /** @default true Whether the customer returns the shipped units. */
  restock: z
    .boolean()
    .optional()
    .meta({ description: 'Whether the customer returns the shipped units. Default: true', example: true }),
  exchange: Replacement.optional().describe(
    'The replacement of an exchange: an order at catalogue prices, which the amount of the lines pays. A rest is refunded; for a higher total, the order waits for the payment of the difference',
  ),
  note: Text(1000)
    .optional()
    .meta({ description: 'Note for the colleagues who decide', example: 'Photo of the damage is in the ticket' }),
};

export const RefundContent = z
  .strictObject({
    requestId: CallerId.meta({
      description: 'Id of the request, chosen by the caller; a repeated request has the same one',
      example: 'rma-20071',
    }),
    orderId: z
      .string()
      .regex(/^ord_[0-9a-z]{26}$/, 'Not an order id')
      .meta({ description: 'Id of the order', example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px' }),
    reason: RefundReason.meta({
      description:
        'Reason code; one of the store’s list, if it has one (`/settings/reasons`). The rules of the policy refer to it',
      example: 'damaged',
    }),
    ...requestedFields,
  })
  .meta({ id: 'RefundContent' });
export type RefundContent = z.infer<typeof RefundContent>;
