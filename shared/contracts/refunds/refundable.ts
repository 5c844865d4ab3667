import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { AmountMinor, CurrencyCode } from '../../names.ts';
import { OrderCharge } from '../orders/events.ts';

const ComponentAmounts = z.object({
  minor: AmountMinor.describe('Amount in minor units'),
  taxMinor: AmountMinor.meta({ description: 'Tax included in the amount, in minor units', example: 333 }),
  quantity: z.int().nonnegative().meta({ description: 'Number of units; 0 for a component without units', example: 1 }),
});
const componentAmounts = {
  captured: ComponentAmounts.describe('Amounts paid for the component'),
  refunded: ComponentAmounts.describe('Amounts already refunded'),
  pending: ComponentAmounts.describe('Amounts of open refund requests'),
  refundable: ComponentAmounts.describe('Amounts that can still be requested'),
};

const RefundablePayment = z.object({
  provider: StoredText.meta({ description: 'Payment provider', example: 'acme' }),
  paymentId: StoredText.meta({ description: 'Id of the payment at the provider', example: 'pay_88123' }),
  ...componentAmounts,
});

export const Refundable = z
  .object({
    orderId: StoredText.meta({ description: 'Id of the order', example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px' }),
    currency: CurrencyCode.describe('Currency of the order, ISO 4217'),
    capturedMinor: AmountMinor.describe('Captured amount of the order, in minor units'),
    refundedMinor: AmountMinor.meta({ description: 'Refunded amount of the order, in minor units', example: 0 }),
    pendingMinor: AmountMinor.meta({ description: 'Amount of open refund requests, in minor units', example: 0 }),
    refundableMinor: AmountMinor.describe('Amount that all further requests together may have, in minor units'),
    blockedBy: StoredText.optional().meta({ description: 'Why nothing can be refunded', example: 'chargeback-open' }),
    lines: z
      .array(
        z.object({
          lineId: StoredText.meta({ description: 'Id of the order line', example: '1' }),
          sku: StoredText.meta({ description: 'SKU of the order line', example: 'TEA-EARL-GREY-100' }),
          ...componentAmounts,
        }),
      )
      .max(maxEntries)
      .describe('The order lines'),
    charges: z
      .array(OrderCharge.omit({ amountMinor: true }).extend(componentAmounts))
      .max(maxEntries)
      .optional()
      .describe('Duties and fees; absent if the order has none'),
    shipping: z.object(componentAmounts).describe('The shipping'),
    overpaid: z.object(componentAmounts).describe('Money captured above the amount due'),
    tax: z
      .object({
        capturedMinor: AmountMinor.meta({ description: 'Tax that was captured, in minor units', example: 333 }),
        refundedMinor: AmountMinor.meta({ description: 'Tax that was refunded, in minor units', example: 0 }),
        pendingMinor: AmountMinor.meta({ description: 'Tax of open refund requests, in minor units', example: 0 }),
        refundableMinor: AmountMinor.meta({
          description: 'Tax that can still be requested, in minor units',
          example: 333,
        }),
      })
      .describe('Tax included in lines and shipping; it can be refunded alone'),
    payments: z
      .array(RefundablePayment)
      .max(maxEntries)
      .describe('The payments of the order in its currency, newest first'),
    otherCurrencies: z
      .array(
        z.object({
          currency: CurrencyCode.meta({ description: 'Currency of these payments, ISO 4217', example: 'EUR' }),
          refundableMinor: AmountMinor.describe(
            'Amount that all further requests in this currency together may have, in its minor units',
          ),
          payments: z.array(RefundablePayment).max(maxEntries).describe('The payments in this currency, newest first'),
        }),
      )
      .max(maxEntries)
      .optional()
      .describe(
        'Payments captured in another currency than the order’s; absent without one. Request `overpaidMinor` with their `currency`',
      ),
    policy: z
      .object({
        rule: StoredText.meta({ description: 'Name of the rule', example: 'large-refund' }),
        decision: StoredText.meta({ description: 'Decision of the rule', example: 'one-approver' }),
        approvalsNeeded: z.int().meta({ description: 'Number of approvals', example: 1 }),
        version: z.int().meta({ description: 'Version of the policy', example: 4 }),
      })
      .describe('The policy rule for a request of the whole refundable amount; a smaller one may have another rule'),
  })
  .meta({ id: 'Refundable' });
export type Refundable = z.infer<typeof Refundable>;
