import * as z from 'zod';
import { maxEntries, StoredText } from '../bounds.ts';
import { AmountMinor, CallerId, CurrencyCode, Instant, Sku, Warehouse } from '../../names.ts';
import { RefundStatus } from './status.ts';
import { SaleTerms } from '../orders/sale.ts';
import { defineEvent } from '../define-event.ts';
import { personal } from '../personal-data.ts';

const source = 'storeworks.refund-approval';

/** The amount of a refund for one component, summed over its payments. */
const ComponentAmount = z.object({
  pot: StoredText.meta({
    description: 'Component: `line:<lineId>`, `charge:<chargeId>`, `shipping`, `overpaid` or `goodwill`',
    example: 'line:1',
  }),
  sku: StoredText.optional().meta({ description: 'SKU of the order line', example: 'TEA-EARL-GREY-100' }),
  amountMinor: AmountMinor.describe('Amount for the component over all payments, in minor units'),
  taxMinor: AmountMinor.meta({ description: 'Tax included in the amount, in minor units', example: 333 }),
  quantity: z.int().nonnegative().meta({ description: 'Number of units', example: 1 }),
});

/** A component that was paid back, with what reports need of its order line; absent in events before 2026-12-01. */
const SettledComponent = ComponentAmount.extend({
  category: StoredText.optional().meta({ description: 'Category of the SKU', example: 'Tea' }),
  discountMinor: AmountMinor.optional().meta({
    description: 'Discount that these units had, in minor units, as their prices contain tax or not',
    example: 100,
  }),
  unshippedMinor: AmountMinor.optional().meta({
    description: 'Part of the amount for units that were cancelled before shipment, in minor units; absent for 0',
    example: 1999,
  }),
  unshippedQuantity: z.int().nonnegative().optional().meta({
    description: 'Number of units that were cancelled before shipment; absent for 0',
    example: 1,
  }),
});

/** Where and how the order was sold; absent in events before 2026-12-01. */
const sale = SaleTerms.omit({ taxes: true })
  .optional()
  .describe('Where and how the order was sold; absent in events before 2026-12-01');

/** Units that the refund pays back and that are not shipped. */
const unshipped = z
  .array(
    z.object({
      lineId: StoredText.meta({ description: 'Id of the order line', example: 'line-1' }),
      quantity: z.int().positive().meta({ description: 'Number of units', example: 1 }),
      remaining: z.int().nonnegative().optional().meta({
        description: 'Units of the line at the request, without those that were cancelled for other reasons',
        example: 3,
      }),
    }),
  )
  .max(maxEntries)
  .optional()
  .meta({
    description:
      'Units that were not shipped at the request: not shipped any more, and cancelled once the refund is `approved`; absent if there are none',
    example: [{ lineId: 'line-1', quantity: 1 }],
  });

/** The fields of every event: the refund after the change. */
const Refund = z.object({
  refundId: StoredText.meta({ description: 'Id of the refund', example: 'ref_01kb9zq4y8t4v7c0m3j5r6n8px' }),
  orderId: StoredText.meta({ description: 'Id of the order', example: 'ord_01kb9zq4y8t4v7c0m3j5r6n8px' }),
  externalOrderId: StoredText.meta({ description: 'Id of the order in its channel', example: 'web-100042' }),
  channel: StoredText.meta({ description: 'Channel of the order', example: 'storefront' }),
  currency: CurrencyCode.describe('Currency of the refund, ISO 4217'),
  status: RefundStatus.describe('Status after the change'),
  reason: StoredText.meta({ description: 'Reason code of the request', example: 'damaged' }),
  amountMinor: AmountMinor.describe('Amount of the refund, in minor units'),
  version: z.int().positive().meta({ description: 'Version of the refund after the change', example: 2 }),
});

const Judged = Refund.extend({
  pots: z.array(ComponentAmount).max(maxEntries).describe('Amounts by refundable component'),
  unshipped,
  rule: StoredText.meta({ description: 'Policy rule that judged the request', example: 'large-refund' }),
  policyVersion: z.int().nonnegative().meta({ description: 'Version of the policy', example: 4 }),
  approvalsNeeded: z.int().meta({ description: 'Number of approvals', example: 1 }),
  requestedBy: StoredText.meta({ description: 'Client or user who requested the refund', example: 'service' }),
});
const Waiting = Refund.extend({
  requestedAt: Instant.describe('Time of the request'),
  deadlineAt: Instant.optional().describe('Time at which the request expires'),
});
const Decided = Refund.extend({
  by: StoredText.meta({ description: 'Client or user who decided', example: 'service-lead' }),
  department: StoredText.meta({ description: 'Department of the decision', example: 'service' }),
  comment: personal(
    StoredText.optional().meta({
      description: 'Comment of the person who decided',
      example: 'Agreed with the customer by phone',
    }),
  ),
});

/** A refund was requested. Its status says whether the policy decided at once. */
export const RefundRequested = defineEvent(source, 'RefundRequested', Judged);
/** A request was changed before its decision. Earlier approvals are void. */
export const RefundAmended = defineEvent(source, 'RefundAmended', Judged);
/** A person approved the refund; further approvals may be needed. */
export const RefundSupported = defineEvent(source, 'RefundSupported', Decided);
/** All needed approvals were given, or the policy needs none. */
export const RefundApproved = defineEvent(source, 'RefundApproved', Judged);
/** Rejected by a person or the policy. The amount is refundable again. */
export const RefundRejected = defineEvent(source, 'RefundRejected', Decided);
export const RefundWithdrawn = defineEvent(
  source,
  'RefundWithdrawn',
  Refund.extend({ by: StoredText.meta({ description: 'Client or user who withdrew the refund', example: 'service' }) }),
);
/** The deadline of the decision or of the return passed. */
export const RefundExpired = defineEvent(source, 'RefundExpired', Refund);
/** A reminder: the request is not decided, and it expires at `deadlineAt`. */
export const RefundReminded = defineEvent(source, 'RefundReminded', Waiting);
/** The request is not decided after the reminder: this department should decide. */
export const RefundEscalated = defineEvent(
  source,
  'RefundEscalated',
  Waiting.extend({
    escalatedTo: StoredText.meta({ description: 'Department that should decide', example: 'finance' }),
  }),
);
/** The customer has a result and is asked for a rating. Published once, also if the payout fails later. */
export const RefundCaseClosed = defineEvent(source, 'RefundCaseClosed', Refund);
/** The customer's rating. */
export const CaseRated = defineEvent(
  source,
  'CaseRated',
  Refund.extend({
    score: z.int().min(1).max(5).meta({ description: 'Rating of the case: 1 is bad, 5 is good', example: 5 }),
    comment: personal(
      StoredText.optional().meta({ description: 'Comment of the customer', example: 'Quick and friendly' }),
    ),
  }),
);
/** The intent to pay is recorded; the provider is called next. */
export const RefundPayoutStarted = defineEvent(source, 'RefundPayoutStarted', Refund);

/** The replacement of an exchange is to be placed. `payments` pay for it, in this order, up to their amounts. */
export const ExchangeApproved = defineEvent(
  source,
  'ExchangeApproved',
  Refund.extend({
    lines: z
      .array(
        z.object({
          sku: Sku.describe('SKU of the replacement'),
          quantity: z.int().positive().meta({ description: 'Number of units', example: 1 }),
        }),
      )
      .max(maxEntries)
      .describe('Lines of the replacement'),
    returned: z
      .array(
        z.object({
          lineId: StoredText.meta({ description: 'Id of the line of the order', example: 'line-1' }),
          quantity: z.int().positive().meta({ description: 'Number of units', example: 1 }),
        }),
      )
      .max(maxEntries)
      .optional()
      .describe(
        'Units that are exchanged: a replacement unit of the same price keeps the price that was paid. Events before 2026-11-30 do not have them',
      ),
    payments: z
      .array(
        z.object({
          provider: StoredText.meta({ description: 'Payment provider', example: 'acme' }),
          paymentId: CallerId.meta({ description: 'Id of the payment at the provider', example: 'pay_88123' }),
          amountMinor: AmountMinor.describe('Largest amount from this payment, in minor units'),
        }),
      )
      .max(maxEntries)
      .describe('Payments that pay for the replacement, in this order, up to their amounts'),
  }),
);
/** The replacement was placed. `creditMinor` paid for it and is posted as refunded; the rest is paid out next. */
export const ExchangeSettled = defineEvent(
  source,
  'ExchangeSettled',
  Refund.extend({
    replacementOrderId: StoredText.meta({
      description: 'Id of the replacement order',
      example: 'ord_01kba0f2j3m5n6p7q8r9s0t1v2',
    }),
    replacementMinor: AmountMinor.describe('Total of the replacement order, in minor units'),
    creditMinor: AmountMinor.describe('Amount that paid for the replacement and is posted as refunded, in minor units'),
    pots: z.array(SettledComponent).max(maxEntries).describe('The credit by refundable component'),
    sale,
  }),
);
/** The replacement cannot be placed: the whole amount is paid out. */
export const ExchangeRefused = defineEvent(
  source,
  'ExchangeRefused',
  Refund.extend({
    refusal: StoredText.meta({
      description: 'Why the replacement cannot be placed, as a problem type',
      example: 'out-of-stock',
    }),
  }),
);

const PaidLeg = Refund.extend({
  provider: StoredText.meta({ description: 'Payment provider', example: 'acme' }),
  paymentId: StoredText.meta({ description: 'Id of the payment at the provider', example: 'pay_88123' }),
  paidMinor: AmountMinor.describe('Amount of this payout, in minor units'),
  pots: z.array(SettledComponent).max(maxEntries).describe('The payout by refundable component'),
  sale,
});
/** One leg was paid to its payment. It is posted as refunded. */
export const RefundPaid = defineEvent(
  source,
  'RefundPaid',
  PaidLeg.extend({
    providerRefundId: StoredText.optional().meta({
      description: 'Id of the refund at the provider',
      example: 're_55120',
    }),
  }),
);
/** The provider refused a leg, or returned a paid one (`wasPaid`): the amount is refundable again. */
export const RefundPayoutFailed = defineEvent(
  source,
  'RefundPayoutFailed',
  PaidLeg.extend({
    failure: StoredText.meta({ description: 'Why the provider refused the payout', example: 'The card is closed' }),
    wasPaid: z
      .boolean()
      .meta({ description: 'Whether the provider returned a payout that was paid before', example: false }),
  }),
);
/** The customer got store credit instead of a failed payout. */
export const StoreCreditGranted = defineEvent(
  source,
  'StoreCreditGranted',
  Refund.extend({
    customerId: personal(
      StoredText.optional().meta({
        description: 'Id of the customer; absent if the order has none',
        example: 'cust-4711',
      }),
    ),
    creditMinor: AmountMinor.describe('Amount of the store credit, in minor units'),
    pots: z.array(SettledComponent).max(maxEntries).describe('The credit by refundable component'),
    sale,
  }),
);
/** A payout succeeded after it was replaced by store credit. The customer has both; staff must settle it. */
export const RefundPaidTwice = defineEvent(
  source,
  'RefundPaidTwice',
  Refund.extend({
    provider: StoredText.meta({ description: 'Payment provider', example: 'acme' }),
    paymentId: StoredText.meta({ description: 'Id of the payment at the provider', example: 'pay_88123' }),
    twiceMinor: AmountMinor.describe('Amount that the customer has twice, in minor units'),
  }),
);

/** The disposition of a returned unit: sold again, kept apart, or not in the parcel. */
export const Disposition = z.enum(['restock', 'damaged', 'missing']);
export type Disposition = z.infer<typeof Disposition>;

/** A receipt of returned goods, which stock posts. The refund is paid with `RefundReturnReceived`. */
export const ReturnReceived = defineEvent(
  source,
  'ReturnReceived',
  Refund.extend({
    rmaId: StoredText.meta({ description: 'Id of the return', example: 'rma_01kb9zq4y8t4v7c0m3j5r6n8px' }),
    receiptId: CallerId.meta({ description: 'Id of the receipt, chosen by its caller', example: 'receipt-771' }),
    units: z
      .array(
        z.object({
          lineId: StoredText.meta({ description: 'Id of the order line', example: '1' }),
          sku: Sku.describe('SKU'),
          warehouse: Warehouse.describe('Warehouse that received the units'),
          quantity: z.int().positive().meta({ description: 'Number of units', example: 1 }),
          disposition: Disposition.describe(
            '`restock`: sold again; `damaged`: kept apart; `missing`: not in the parcel',
          ),
          lot: StoredText.optional().meta({ description: 'Lot that the units return to', example: 'L2026-11' }),
          note: personal(
            StoredText.optional().meta({
              description: 'Note about the state of the goods',
              example: 'Box torn, goods fine',
            }),
          ),
          movementId: CallerId.optional().meta({
            description: 'Id of the stock movement; absent for missing units',
            example: 'rma_01kb9zq4y8t4v7c0m3j5r6n8px-receipt-771-1',
          }),
        }),
      )
      .max(maxEntries)
      .describe('Units of the receipt'),
    isComplete: z.boolean().meta({ description: 'Whether no more units are expected', example: true }),
  }),
);
/** The return is complete or its deadline passed: the refund is approved, less the withheld amounts. */
export const RefundReturnReceived = defineEvent(
  source,
  'RefundReturnReceived',
  Refund.extend({
    rmaId: StoredText.meta({ description: 'Id of the return', example: 'rma_01kb9zq4y8t4v7c0m3j5r6n8px' }),
    pots: z.array(ComponentAmount).max(maxEntries).describe('Approved amounts by refundable component'),
    unshipped,
    missing: z
      .array(
        z.object({
          lineId: StoredText.meta({ description: 'Id of the order line', example: '1' }),
          sku: Sku.describe('SKU'),
          quantity: z.int().positive().meta({ description: 'Number of units', example: 1 }),
        }),
      )
      .max(maxEntries)
      .describe('Units that did not come back'),
    withheld: z
      .object({
        missingMinor: AmountMinor.meta({ description: 'Value of missing units, in minor units', example: 0 }),
        restockingMinor: AmountMinor.meta({ description: 'Restocking fee, in minor units', example: 300 }),
        returnShippingMinor: AmountMinor.meta({
          description: 'Fee for the return shipping, in minor units',
          example: 0,
        }),
      })
      .describe('Amounts withheld from the refund'),
  }),
);
