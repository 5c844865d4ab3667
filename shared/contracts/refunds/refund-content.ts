import * as z from 'zod';
import { OrderCharge } from '../orders/events.ts';
import { AmountMinor, CallerId, Currency, Instant, Sku } from '../../names.ts';
import { RefundStatus } from './status.ts';

export const Text = (max: number) => z.string().trim().min(1).max(max);

/** Why money goes back, in the store's own words; the policy's rules name the ones that matter to it. */
export const RefundReason = Text(100).meta({ examples: ['damaged', 'changed-mind', 'late'] });
export type RefundReason = z.infer<typeof RefundReason>;

/** Few enough that the replacement and its stock are one transaction. */
const replacementLine = z.strictObject({ sku: Sku, quantity: z.int().min(1).max(1_000_000) });
const Replacement = z.strictObject({ lines: z.array(replacementLine).min(1).max(50) });

/** What is wanted back. A line without `amountMinor` is refunded at what its units are worth. */
export const wanted = {
  lines: z
    .array(
      z.strictObject({
        lineId: Text(40),
        /** 0 for money back on units that stay refundable. */
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
  /** Duties and fees; all that is left of one without `amountMinor`. */
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
  /** Tax alone, of lines and shipping together. */
  taxMinor: AmountMinor.optional(),
  /** Captured beyond what is due, as after a cancellation. */
  overpaidMinor: AmountMinor.optional(),
  goodwillMinor: AmountMinor.optional(),
  /** Whether the goods come back; shipped units of lines do unless told. */
  restock: z.boolean().optional(),
  /**
   * What the customer wants instead, at the catalogue's prices: an order that the lines' money pays first. What it leaves
   * is refunded; what it lacks, the order waits for.
   */
  exchange: Replacement.optional(),
  note: Text(1000).optional(),
};

export const RefundContent = z
  .strictObject({
    requestId: CallerId,
    orderId: z.string().regex(/^ord_[0-9a-z]{26}$/, 'Not an order id'),
    reason: RefundReason,
    ...wanted,
  })
  .meta({ id: 'RefundContent' });
export type RefundContent = z.infer<typeof RefundContent>;

const AmountOfPot = z.object({ minor: AmountMinor, taxMinor: AmountMinor, quantity: z.int().nonnegative() });
const standing = { captured: AmountOfPot, refunded: AmountOfPot, pending: AmountOfPot, refundable: AmountOfPot };

export const Refundable = z
  .object({
    orderId: z.string(),
    currency: Currency,
    capturedMinor: AmountMinor,
    refundedMinor: AmountMinor,
    pendingMinor: AmountMinor,
    /** What all requests together may still ask for. */
    refundableMinor: AmountMinor,
    /** Why nothing can be refunded now, such as an open chargeback. */
    blockedBy: z.string().optional(),
    lines: z.array(z.object({ lineId: z.string(), sku: z.string(), ...standing })),
    /** Absent for none. */
    charges: z.array(OrderCharge.omit({ amountMinor: true }).extend(standing)).optional(),
    shipping: z.object(standing),
    overpaid: z.object(standing),
    /** The tax in all of them; it can be refunded alone. */
    tax: z.object({
      capturedMinor: AmountMinor,
      refundedMinor: AmountMinor,
      pendingMinor: AmountMinor,
      refundableMinor: AmountMinor,
    }),
    payments: z.array(z.object({ provider: z.string(), paymentId: z.string(), ...standing })),
    /** What would apply to a request for all that is refundable; a smaller one may have an easier rule. */
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
    /** What it is for. */
    pots: z.array(z.object({ pot: z.string(), amountMinor: AmountMinor, taxMinor: AmountMinor, quantity: z.int() })),
    /** The money's way back, the newest payment first. */
    payouts: z.array(
      z.object({
        /** What the provider knows this attempt by: its `Idempotency-Key`, and `refundId` of its webhooks. */
        reference: z.string(),
        provider: z.string(),
        paymentId: z.string(),
        amountMinor: AmountMinor,
        /** `store-credit`: it failed, and the customer has it as credit instead; `exchanged`: it paid the replacement. */
        status: z.enum(['due', 'sent', 'succeeded', 'failed', 'store-credit', 'exchanged']),
        providerRefundId: z.string().optional(),
        failure: z.string().optional(),
      }),
    ),
    /** Of it, what the customer has both as money and as credit: a payment arrived that was given up before. */
    paidTwiceMinor: AmountMinor.optional(),
    /** Of goods that are expected back; see `GET /returns/{rmaId}`. */
    return: z
      .object({
        rmaId: z.string(),
        status: z.enum(['requested', 'expected', 'received', 'closed']),
        returnBy: Instant.optional(),
      })
      .optional(),
    exchange: Replacement.extend({
      /** Once the replacement is placed. */
      replacement: z.object({ orderId: z.string(), totalMinor: AmountMinor, creditMinor: AmountMinor }).optional(),
      /** Why there is none after all, as a problem type: the exchange became a refund. */
      refusal: z.string().optional(),
    }).optional(),
    approvals: z.array(Approval),
    requestedBy: z.string(),
    requestedAt: Instant,
    /** When the request ends undecided; absent when there is nothing to wait for. */
    deadlineAt: Instant.optional(),
    /** The department that was asked in the end, as nobody had decided. */
    escalatedTo: z.string().optional(),
    /** What the customer says of it all. */
    satisfaction: Satisfaction.optional(),
  })
  .meta({ id: 'Refund' });
export type RefundResponse = z.infer<typeof RefundResponse>;
