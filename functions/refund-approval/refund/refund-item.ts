import * as z from 'zod';
import { RefundReason } from '../../../shared/contracts/refunds/refund-content.ts';
import { AmountMinor, Currency, Instant } from '../../../shared/names.ts';
import { RefundStatus } from '../../../shared/contracts/refunds/status.ts';
import { Leg } from './refund-ledger.ts';

/**
 * A leg on its way. `due` until the intent to pay it is recorded, `sent` from then on until the provider's word;
 * `attempt` counts the intents and is part of the idempotency key, as a failed attempt is never repeated under its key.
 * `exchanged` is never paid: it paid for a replacement.
 */
const Payout = Leg.extend({
  state: z.enum(['due', 'sent', 'succeeded', 'failed', 'exchanged']),
  attempt: z.int().nonnegative(),
  providerRefundId: z.string().optional(),
  failure: z.string().optional(),
  /** Failed, and given as credit with the store instead. */
  isCredited: z.boolean().optional(),
  /** The provider's own time of its latest word by webhook. */
  saidAt: Instant.optional(),
  /** Earlier attempts that the provider said to have failed by webhook, and when. */
  failedBefore: z.array(z.object({ attempt: z.int(), saidAt: Instant })).optional(),
});
export type Payout = z.infer<typeof Payout>;

/** Who decided, when, from where and why. */
const Approval = z.object({
  decision: z.enum(['approve', 'reject']),
  by: z.string(),
  department: z.string(),
  at: Instant,
  from: z.string(),
  comment: z.string().optional(),
});

const units = z.int().nonnegative().default(0);

/** Units of the order's lines that are to come back, and what became of them so far. */
const Returning = z.object({
  lineId: z.string(),
  sku: z.string(),
  warehouse: z.string(),
  quantity: z.int().positive(),
  restock: units,
  damaged: units,
  missing: units,
});
export type Returning = z.infer<typeof Returning>;

/** What the policy said of returns when it was asked; nothing is withheld for a reason that is the store's fault. */
const ReturnTerms = z.object({
  windowDays: z.number().positive(),
  restockingBasisPoints: z.int().min(0).max(10_000),
  returnShippingMinor: AmountMinor,
});
export type ReturnTerms = z.infer<typeof ReturnTerms>;

/** What the customer says of it all. */
const Rating = z.object({ score: z.int().min(1).max(5), comment: z.string().optional(), at: Instant });

const Exchange = z.object({
  lines: z.array(z.object({ sku: z.string(), quantity: z.int().positive() })),
  replacement: z.object({ orderId: z.string(), totalMinor: AmountMinor, creditMinor: AmountMinor }).optional(),
  /** Why there is none after all. */
  refusal: z.string().optional(),
});

/** A refund as its item holds it beside the keys. */
export const RefundItem = z.object({
  refundId: z.string(),
  requestId: z.string(),
  orderId: z.string(),
  externalOrderId: z.string(),
  channel: z.string(),
  customerId: z.string().optional(),
  status: RefundStatus,
  reason: RefundReason,
  note: z.string().optional(),
  currency: Currency,
  amountMinor: AmountMinor,
  policy: z.object({
    rule: z.string(),
    version: z.int().nonnegative(),
    approvalsNeeded: z.int().min(0).max(2),
    payAfterReturn: z.boolean(),
  }),
  payouts: z.array(Payout),
  /** Goods that are expected back, if any. */
  returning: z.array(Returning),
  returnTerms: ReturnTerms.optional(),
  /** Until when they are awaited; set once the return is agreed to. */
  returnBy: Instant.optional(),
  /** What the customer gets instead, and what became of that. */
  exchange: Exchange.optional(),
  approvals: z.array(Approval),
  requestedBy: z.string(),
  /** Who changed what is asked for; none of them may approve it. */
  amendedBy: z.array(z.string()).optional(),
  requestedAt: Instant,
  deadlineAt: Instant.optional(),
  /** Since it was last asked for. */
  remindedAt: Instant.optional(),
  /** The department that was asked in the end, as nobody had decided. */
  escalated: z.object({ to: z.string(), at: Instant }).optional(),
  /** When it came to its first end, and the customer was asked how it was. */
  closedAt: Instant.optional(),
  rating: Rating.optional(),
  /** Of what was asked for, to tell a repeated request from another one. */
  contentHash: z.string(),
  version: z.int().positive(),
});
export type RefundItem = z.infer<typeof RefundItem>;
