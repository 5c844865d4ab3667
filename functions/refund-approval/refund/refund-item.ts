import * as z from 'zod';
import { personal } from '../../../shared/contracts/personal-data.ts';
import { RefundReason } from '../../../shared/contracts/refunds/refund-content.ts';
import { ReceivedUnits } from '../../../shared/contracts/refunds/return-routes.ts';
import { RefundStatus } from '../../../shared/contracts/refunds/status.ts';
import { AmountMinor, CallerId, CurrencyCode, Instant, Warehouse } from '../../../shared/names.ts';
import { UnshippedUnits } from '../../../shared/refunds/refunded-units.ts';
import { Leg, sumOf } from './refund-ledger.ts';

/**
 * A leg and its payout. `due` until the intent to pay is recorded, then `sent` until the provider reports a result.
 * `exchanged` is never paid out: it paid for a replacement. `attempt` counts the intents and is part of the idempotency
 * key, so that a new attempt has a new key.
 */
const Payout = Leg.extend({
  state: z.enum(['due', 'sent', 'succeeded', 'failed', 'exchanged']),
  attempt: z.int().nonnegative(),
  providerRefundId: z.string().optional(),
  failure: z.string().optional(),
  /** The payout failed, and the customer got store credit instead. */
  isCredited: z.boolean().optional(),
  /** The provider's time of its latest result by webhook. */
  saidAt: Instant.optional(),
  /** Earlier attempts that the provider reported as failed by webhook, and its times. */
  failedBefore: z.array(z.object({ attempt: z.int(), saidAt: Instant })).optional(),
});
export type Payout = z.infer<typeof Payout>;

const Approval = z.object({
  decision: z.enum(['approve', 'reject']),
  by: z.string(),
  department: z.string(),
  at: Instant,
  from: z.string(),
  comment: personal(z.string().optional()),
});

/** The order as it was sold, with the refunded lines: reports of a payout need no other event. */
const Sale = z.object({
  country: z.string(),
  customerGroup: z.string().optional(),
  taxIncluded: z.boolean(),
  lines: z.array(
    z.object({
      lineId: z.string(),
      sku: z.string(),
      category: z.string().optional(),
      quantity: z.int().positive(),
      discountMinor: AmountMinor,
    }),
  ),
});

const units = z.int().nonnegative().default(0);

/** Units of an order line that are expected back, and the received ones by disposition. */
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

/** The policy's return terms at the time of the request. The fees are 0 for reasons that are the store's fault. */
const ReturnTerms = z.object({
  windowDays: z.number().positive(),
  restockingBasisPoints: z.int().min(0).max(10_000),
  returnShippingMinor: AmountMinor,
});
export type ReturnTerms = z.infer<typeof ReturnTerms>;

const Rating = z.object({ score: z.int().min(1).max(5), comment: personal(z.string().optional()), at: Instant });

const Exchange = z.object({
  lines: z.array(z.object({ sku: z.string(), quantity: z.int().positive() })),
  replacement: z.object({ orderId: z.string(), totalMinor: AmountMinor, creditMinor: AmountMinor }).optional(),
  /** Why the replacement could not be placed, as a problem type. */
  refusal: z.string().optional(),
});

/** A refund in the table, without its keys. */
export const RefundItem = z.object({
  refundId: z.string(),
  requestId: z.string(),
  orderId: z.string(),
  externalOrderId: z.string(),
  channel: z.string(),
  customerId: personal(z.string().optional()),
  status: RefundStatus,
  reason: RefundReason,
  note: personal(z.string().optional()),
  currency: CurrencyCode,
  /** Of a refund of captures in another currency than the order's: the currency of their ledger. */
  ledgerCurrency: CurrencyCode.optional(),
  amountMinor: AmountMinor,
  policy: z.object({
    rule: z.string(),
    version: z.int().nonnegative(),
    approvalsNeeded: z.int().min(0).max(2),
    payAfterReturn: z.boolean(),
    /** Approvals that are needed if the author of a looser policy is among those who approve, until a time; 3 is never. */
    forAuthors: z
      .array(z.object({ by: z.string(), until: Instant, approvalsNeeded: z.int().min(0).max(3) }))
      .optional(),
  }),
  payouts: z.array(Payout),
  returning: z.array(Returning),
  /** Units that are cancelled once the refund is approved. */
  unshipped: z.array(UnshippedUnits).optional(),
  /** Refunds that were requested before 2026-12-01 do not have it. */
  sale: Sale.optional(),
  returnTerms: ReturnTerms.optional(),
  /** The deadline of the return; set when the refund is approved. */
  returnBy: Instant.optional(),
  exchange: Exchange.optional(),
  approvals: z.array(Approval),
  requestedBy: z.string(),
  /** The person whose change of the order led to this automatic request. They may not approve it either. */
  causedBy: z.string().optional(),
  /** People who amended the request. None of them may approve it. */
  amendedBy: z.array(z.string()).optional(),
  requestedAt: Instant,
  deadlineAt: Instant.optional(),
  /** Unset again by an amendment. */
  remindedAt: Instant.optional(),
  /** The department that the request was escalated to. */
  escalated: z.object({ to: z.string(), at: Instant }).optional(),
  /** The time of the first status that ended the customer's case. */
  closedAt: Instant.optional(),
  rating: Rating.optional(),
  /** Hash of the request's content, which identifies a repeated request. */
  contentHash: z.string(),
  version: z.int().positive(),
});
export type RefundItem = z.infer<typeof RefundItem>;

/** A receipt of returned goods (one parcel) in the table, without its keys. */
export const Receipt = z.object({
  refundId: z.string(),
  receiptId: CallerId,
  units: z.array(ReceivedUnits),
  warehouse: Warehouse.optional(),
  by: z.string(),
  at: Instant,
  /** Hash of the receipt's content, which identifies a repeated receipt. */
  contentHash: z.string(),
});
export type Receipt = z.infer<typeof Receipt>;

/** The provider's reference and idempotency key of one attempt at one leg. */
export const payoutReference = (refundId: string, index: number, attempt: number) => `${refundId}.${index}.${attempt}`;

/** The amount that the customer has both as money and as store credit, because a payout succeeded after its failure. */
export const paidTwiceMinor = ({ payouts }: Pick<RefundItem, 'payouts'>): number =>
  sumOf(payouts.filter(({ state, isCredited }) => state === 'succeeded' && isCredited).map((leg) => leg.amountMinor));

/** Whether the replacement of an exchange is neither placed nor refused. */
export const isExchangeOpen = ({ exchange }: Pick<RefundItem, 'exchange'>): boolean =>
  exchange !== undefined && exchange.replacement === undefined && exchange.refusal === undefined;
