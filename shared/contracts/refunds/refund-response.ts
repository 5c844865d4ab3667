import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { AmountMinor, CurrencyCode, Instant } from '../../names.ts';
import { Replacement, Text } from './refund-content.ts';
import { RefundStatus } from './status.ts';
import { staffOnly, writerOnly } from '../readers.ts';

/** A channel reads only its own note. */
export const requestNote = {
  note: writerOnly(StoredText, 'noteBy').optional().meta({
    description: 'Note of the request. A channel reads only a note that it wrote',
    example: 'Photo of the damage is in the ticket',
  }),
  noteBy: StoredText.optional().meta({
    description: 'Client or user who wrote the note: who requested the refund, or amended it last',
    example: 'service',
  }),
};

const Approval = z.object({
  decision: z.enum(['approve', 'reject']).describe('The decision'),
  by: StoredText.meta({ description: 'Client or user who decided', example: 'service-lead' }),
  department: StoredText.meta({ description: 'Department of the decision', example: 'service' }),
  at: Instant.describe('Time of the decision'),
  comment: staffOnly(StoredText).optional().meta({
    description: 'Comment of the person who decided',
    example: 'Agreed with the customer by phone',
  }),
});

export const Satisfaction = z
  .strictObject({
    score: z.int().min(1).max(5).meta({ description: 'Rating of the case: 1 is bad, 5 is good', example: 5 }),
    comment: Text(1000).optional().meta({ description: 'Comment of the customer', example: 'Quick and friendly' }),
  })
  .meta({ id: 'RefundSatisfaction' });

export const RefundResponse = z
  .object({
    refundId: StoredText.meta({ description: 'Id of the refund', example: 'ref_01kb9zq4y8t4v7c0m3j5r6n8px' }),
    requestId: StoredText.meta({ description: 'Id of the request, chosen by its caller', example: 'rma-20071' }),
    orderId: StoredText.meta({ description: 'Id of the order', example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px' }),
    externalOrderId: StoredText.meta({ description: 'Id of the order in its channel', example: 'web-100042' }),
    channel: StoredText.meta({ description: 'Channel of the order', example: 'storefront' }),
    status: RefundStatus.describe('Status of the refund'),
    reason: StoredText.meta({ description: 'Reason code of the request', example: 'damaged' }),
    ...requestNote,
    currency: CurrencyCode.describe('Currency of the refund, ISO 4217'),
    amountMinor: AmountMinor.describe('Amount of the refund, in minor units'),
    policy: z
      .object({
        rule: StoredText.meta({ description: 'Name of the rule', example: 'large-refund' }),
        version: z.int().meta({ description: 'Version of the policy', example: 4 }),
        approvalsNeeded: z.int().meta({ description: 'Number of approvals', example: 1 }),
        payAfterReturn: z
          .boolean()
          .meta({ description: 'Whether the payout waits for the returned goods', example: false }),
      })
      .describe('The policy rule that judged the request'),
    pots: z
      .array(
        z.object({
          pot: StoredText.meta({
            description: 'Component: `line:<lineId>`, `charge:<chargeId>`, `shipping`, `overpaid` or `goodwill`',
            example: 'line:1',
          }),
          amountMinor: AmountMinor.describe('Amount for the component, in minor units'),
          taxMinor: AmountMinor.meta({ description: 'Tax included in the amount, in minor units', example: 333 }),
          quantity: z.int().meta({ description: 'Number of units', example: 1 }),
        }),
      )
      .max(maxEntries)
      .describe('The amount of each refundable component'),
    payouts: z
      .array(
        z.object({
          reference: StoredText.meta({
            description:
              'The provider’s reference of this attempt: the `Idempotency-Key`, and `refundId` in its webhooks',
            example: 'ref_01kb9zq4y8t4v7c0m3j5r6n8px-1-1',
          }),
          provider: StoredText.meta({ description: 'Payment provider', example: 'acme' }),
          paymentId: StoredText.meta({ description: 'Id of the payment at the provider', example: 'pay_88123' }),
          amountMinor: AmountMinor.describe('Amount of the payout, in minor units'),
          status: z
            .enum(['due', 'sent', 'succeeded', 'failed', 'store-credit', 'exchanged'])
            .describe(
              '`store-credit`: the payout failed and store credit was given; `exchanged`: it paid for the replacement',
            ),
          providerRefundId: StoredText.optional().meta({
            description: 'Id of the refund at the provider',
            example: 're_55120',
          }),
          failure: StoredText.optional().meta({
            description: 'Why the provider refused the payout',
            example: 'The card is closed',
          }),
        }),
      )
      .max(maxEntries)
      .describe('One payout per payment, the newest payment first'),
    paidTwiceMinor: AmountMinor.optional().describe(
      'Amount that the customer has both as money and as store credit, in minor units',
    ),
    return: z
      .object({
        rmaId: StoredText.meta({ description: 'Id of the return', example: 'rma_01kb9zq4y8t4v7c0m3j5r6n8px' }),
        status: z.enum(['requested', 'expected', 'received', 'closed']).describe('Status of the return'),
        returnBy: Instant.optional().describe('Deadline of the return'),
      })
      .optional()
      .describe('The return of the goods, if they are expected back; see `GET /returns/{rmaId}`'),
    exchange: Replacement.extend({
      replacement: z
        .object({
          orderId: StoredText.meta({
            description: 'Id of the replacement order',
            example: 'ord_01kba0f2j3m5n6p7q8r9s0t1v2',
          }),
          totalMinor: AmountMinor.describe('Total of the replacement order, in minor units'),
          creditMinor: AmountMinor.describe('Amount of the refund that paid for it, in minor units'),
        })
        .optional()
        .describe('The replacement order, once it is placed'),
      refusal: StoredText.optional().meta({
        description: 'Why the replacement could not be placed, as a problem type: the exchange became a refund',
        example: 'out-of-stock',
      }),
    })
      .optional()
      .describe('The replacement of an exchange'),
    approvals: z.array(Approval).max(maxEntries).describe('Decisions of persons, oldest first'),
    requestedBy: StoredText.meta({ description: 'Client or user who requested the refund', example: 'service' }),
    requestedAt: Instant.describe('Time of the request'),
    deadlineAt: Instant.optional().describe('Deadline of the decision or of the return; absent in other statuses'),
    escalatedTo: StoredText.optional().meta({
      description: 'Department that the request was escalated to',
      example: 'finance',
    }),
    satisfaction: Satisfaction.optional().describe('The customer’s rating'),
  })
  .meta({ id: 'Refund' });
export type RefundResponse = z.infer<typeof RefundResponse>;
