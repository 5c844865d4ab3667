import * as z from 'zod';
import { OrderCharge } from '../orders/events.ts';
import { AmountMinor, CallerId, Currency, Instant, Sku } from '../../names.ts';
import { RefundStatus } from './status.ts';

export const Text = (max: number) => z.string().trim().min(1).max(max);

/** A reason code of the store's choice. Policy rules refer to it. */
export const RefundReason = Text(100).meta({ examples: ['damaged', 'changed-mind', 'late'] });
export type RefundReason = z.infer<typeof RefundReason>;

const replacementLine = z.strictObject({ sku: Sku, quantity: z.int().min(1).max(1_000_000) });
/** The limit of 50 lines keeps the replacement and its stock in one transaction. */
const Replacement = z.strictObject({ lines: z.array(replacementLine).min(1).max(50) });

/** What a request asks for. A line without `amountMinor` is refunded at the value of its units. */
export const requestedFields = {
  lines: z
    .array(
      z.strictObject({
        lineId: Text(40),
        /** 0 for an amount without units: the units stay refundable. */
        quantity: z.int().min(0).max(1_000_000),
        amountMinor: AmountMinor.min(1).optional(),
      }),
    )
    .min(1)
    .max(1000)
    .refine((lines) => new Set(lines.map(({ lineId }) => lineId)).size === lines.length, 'A line is named twice')
    .refine(
      (lines) => lines.every(({ quantity, amountMinor }) => quantity > 0 || amountMinor !== undefined),
      'A line without units has an amount',
    )
    .optional(),
  /** Duties and fees. `amountMinor` defaults to the refundable rest of the charge. */
  charges: z
    .array(z.strictObject({ chargeId: CallerId, amountMinor: AmountMinor.min(1).optional() }))
    .min(1)
    .max(20)
    .refine(
      (charges) => new Set(charges.map(({ chargeId }) => chargeId)).size === charges.length,
      'A charge is named twice',
    )
    .optional(),
  shippingMinor: AmountMinor.optional(),
  /** Tax alone, over all lines and shipping. */
  taxMinor: AmountMinor.optional(),
  /** Captured above the amount due, as after a cancellation. */
  overpaidMinor: AmountMinor.optional(),
  goodwillMinor: AmountMinor.optional(),
  /** @default true Whether the customer returns the shipped units. */
  restock: z.boolean().optional(),
  /**
   * The replacement of an exchange: an order at catalogue prices, which the amount of the lines pays. A rest is refunded;
   * for a higher total, the order waits for the payment of the difference.
   */
  exchange: Replacement.optional(),
  note: Text(1000).optional(),
};

export const RefundContent = z
  .strictObject({
    requestId: CallerId,
    orderId: z.string().regex(/^ord_[0-9a-z]{26}$/, 'Not an order id'),
    reason: RefundReason,
    ...requestedFields,
  })
  .meta({ id: 'RefundContent' });
export type RefundContent = z.infer<typeof RefundContent>;

const ComponentAmounts = z.object({ minor: AmountMinor, taxMinor: AmountMinor, quantity: z.int().nonnegative() });
const componentAmounts = {
  captured: ComponentAmounts,
  refunded: ComponentAmounts,
  pending: ComponentAmounts,
  refundable: ComponentAmounts,
};

export const Refundable = z
  .object({
    orderId: z.string(),
    currency: Currency,
    capturedMinor: AmountMinor,
    refundedMinor: AmountMinor,
    pendingMinor: AmountMinor,
    /** The amount that all further requests together may have. */
    refundableMinor: AmountMinor,
    /** The reason why nothing can be refunded, such as an open chargeback. */
    blockedBy: z.string().optional(),
    lines: z.array(z.object({ lineId: z.string(), sku: z.string(), ...componentAmounts })),
    /** Absent if the order has none. */
    charges: z.array(OrderCharge.omit({ amountMinor: true }).extend(componentAmounts)).optional(),
    shipping: z.object(componentAmounts),
    overpaid: z.object(componentAmounts),
    /** The tax included in lines and shipping. It can be refunded alone. */
    tax: z.object({
      capturedMinor: AmountMinor,
      refundedMinor: AmountMinor,
      pendingMinor: AmountMinor,
      refundableMinor: AmountMinor,
    }),
    payments: z.array(z.object({ provider: z.string(), paymentId: z.string(), ...componentAmounts })),
    /** The rule for a request of the whole refundable amount. A smaller one may have another rule. */
    policy: z.object({ rule: z.string(), decision: z.string(), approvalsNeeded: z.int(), version: z.int() }),
  })
  .meta({ id: 'Refundable' });

const Approval = z.object({
  decision: z.enum(['approve', 'reject']),
  by: z.string(),
  department: z.string(),
  at: Instant,
  comment: z.string().optional(),
});

export const Satisfaction = z
  .strictObject({
    /** 1 is bad, 5 is good. */
    score: z.int().min(1).max(5),
    comment: Text(1000).optional(),
  })
  .meta({ id: 'RefundSatisfaction' });

export const RefundResponse = z
  .object({
    refundId: z.string(),
    requestId: z.string(),
    orderId: z.string(),
    externalOrderId: z.string(),
    channel: z.string(),
    status: RefundStatus,
    reason: z.string(),
    note: z.string().optional(),
    currency: Currency,
    amountMinor: AmountMinor,
    policy: z.object({
      rule: z.string(),
      version: z.int(),
      approvalsNeeded: z.int(),
      payAfterReturn: z.boolean(),
    }),
    /** The amount of each component. */
    pots: z.array(z.object({ pot: z.string(), amountMinor: AmountMinor, taxMinor: AmountMinor, quantity: z.int() })),
    /** One leg per payment, the newest payment first. */
    payouts: z.array(
      z.object({
        /** The provider's reference of this attempt: the `Idempotency-Key`, and `refundId` in its webhooks. */
        reference: z.string(),
        provider: z.string(),
        paymentId: z.string(),
        amountMinor: AmountMinor,
        /** `store-credit`: the payout failed and store credit was given; `exchanged`: it paid for the replacement. */
        status: z.enum(['due', 'sent', 'succeeded', 'failed', 'store-credit', 'exchanged']),
        providerRefundId: z.string().optional(),
        failure: z.string().optional(),
      }),
    ),
    /** The amount that the customer has both as money and as store credit. */
    paidTwiceMinor: AmountMinor.optional(),
    /** Present if goods are expected back; see `GET /returns/{rmaId}`. */
    return: z
      .object({
        rmaId: z.string(),
        status: z.enum(['requested', 'expected', 'received', 'closed']),
        returnBy: Instant.optional(),
      })
      .optional(),
    exchange: Replacement.extend({
      /** Present once the replacement is placed. */
      replacement: z.object({ orderId: z.string(), totalMinor: AmountMinor, creditMinor: AmountMinor }).optional(),
      /** Why the replacement could not be placed, as a problem type: the exchange became a refund. */
      refusal: z.string().optional(),
    }).optional(),
    approvals: z.array(Approval),
    requestedBy: z.string(),
    requestedAt: Instant,
    /** The deadline of the decision or of the return; absent in other statuses. */
    deadlineAt: Instant.optional(),
    /** The department that the request was escalated to. */
    escalatedTo: z.string().optional(),
    /** The customer's rating. */
    satisfaction: Satisfaction.optional(),
  })
  .meta({ id: 'Refund' });
export type RefundResponse = z.infer<typeof RefundResponse>;
