import * as z from 'zod';
import { AmountMinor, CallerId, Currency, Instant, Sku, Warehouse } from '../../names.ts';
import { RefundStatus } from './status.ts';
import { defineEvent } from '../define-event.ts';

const source = 'storeworks.refund-approval';

/** The amount of a refund for one component, summed over its payments. */
const ComponentAmount = z.object({
  /** `line:<lineId>`, `charge:<chargeId>`, `shipping`, `overpaid` or `goodwill`. */
  pot: z.string(),
  sku: z.string().optional(),
  amountMinor: AmountMinor,
  /** Included in `amountMinor`. */
  taxMinor: AmountMinor,
  quantity: z.int().nonnegative(),
});

/** The fields of every event: the refund after the change. */
const Refund = z.object({
  refundId: z.string(),
  orderId: z.string(),
  externalOrderId: z.string(),
  channel: z.string(),
  currency: Currency,
  status: RefundStatus,
  reason: z.string(),
  amountMinor: AmountMinor,
  version: z.int().positive(),
});

const Judged = Refund.extend({
  pots: z.array(ComponentAmount),
  rule: z.string(),
  policyVersion: z.int().nonnegative(),
  approvalsNeeded: z.int(),
  requestedBy: z.string(),
});
const Waiting = Refund.extend({ requestedAt: Instant, deadlineAt: Instant.optional() });
const Decided = Refund.extend({ by: z.string(), department: z.string(), comment: z.string().optional() });

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
export const RefundWithdrawn = defineEvent(source, 'RefundWithdrawn', Refund.extend({ by: z.string() }));
/** The deadline of the decision or of the return passed. */
export const RefundExpired = defineEvent(source, 'RefundExpired', Refund);
/** A reminder: the request is not decided, and it expires at `deadlineAt`. */
export const RefundReminded = defineEvent(source, 'RefundReminded', Waiting);
/** The request is not decided after the reminder: this department should decide. */
export const RefundEscalated = defineEvent(source, 'RefundEscalated', Waiting.extend({ escalatedTo: z.string() }));
/** The customer has a result and is asked for a rating. Published once, also if the payout fails later. */
export const RefundCaseClosed = defineEvent(source, 'RefundCaseClosed', Refund);
/** The customer's rating. */
export const CaseRated = defineEvent(
  source,
  'CaseRated',
  Refund.extend({ score: z.int().min(1).max(5), comment: z.string().optional() }),
);
/** The intent to pay is recorded; the provider is called next. */
export const RefundPayoutStarted = defineEvent(source, 'RefundPayoutStarted', Refund);

/** The replacement of an exchange is to be placed. `payments` pay for it, in this order, up to their amounts. */
export const ExchangeApproved = defineEvent(
  source,
  'ExchangeApproved',
  Refund.extend({
    lines: z.array(z.object({ sku: Sku, quantity: z.int().positive() })),
    payments: z.array(z.object({ provider: z.string(), paymentId: CallerId, amountMinor: AmountMinor })),
  }),
);
/** The replacement was placed. `creditMinor` paid for it and is posted as refunded; the rest is paid out next. */
export const ExchangeSettled = defineEvent(
  source,
  'ExchangeSettled',
  Refund.extend({
    replacementOrderId: z.string(),
    /** The total of the replacement. */
    replacementMinor: AmountMinor,
    creditMinor: AmountMinor,
    pots: z.array(ComponentAmount),
  }),
);
/** The replacement cannot be placed: the whole amount is paid out. */
export const ExchangeRefused = defineEvent(source, 'ExchangeRefused', Refund.extend({ refusal: z.string() }));

const PaidLeg = Refund.extend({
  provider: z.string(),
  paymentId: z.string(),
  /** The amount of this leg. */
  paidMinor: AmountMinor,
  pots: z.array(ComponentAmount),
});
/** One leg was paid to its payment. It is posted as refunded. */
export const RefundPaid = defineEvent(
  source,
  'RefundPaid',
  PaidLeg.extend({ providerRefundId: z.string().optional() }),
);
/** The provider refused a leg, or returned a paid one (`wasPaid`): the amount is refundable again. */
export const RefundPayoutFailed = defineEvent(
  source,
  'RefundPayoutFailed',
  PaidLeg.extend({ failure: z.string(), wasPaid: z.boolean() }),
);
/** The customer got store credit instead of a failed payout. */
export const StoreCreditGranted = defineEvent(
  source,
  'StoreCreditGranted',
  Refund.extend({ customerId: z.string().optional(), creditMinor: AmountMinor, pots: z.array(ComponentAmount) }),
);
/** A payout succeeded after it was replaced by store credit. The customer has both; staff must settle it. */
export const RefundPaidTwice = defineEvent(
  source,
  'RefundPaidTwice',
  Refund.extend({ provider: z.string(), paymentId: z.string(), twiceMinor: AmountMinor }),
);

/** The disposition of a returned unit: sold again, kept apart, or not in the parcel. */
export const Disposition = z.enum(['restock', 'damaged', 'missing']);
export type Disposition = z.infer<typeof Disposition>;

/** A receipt of returned goods, which stock posts. The refund is paid with `RefundReturnReceived`. */
export const ReturnReceived = defineEvent(
  source,
  'ReturnReceived',
  Refund.extend({
    rmaId: z.string(),
    receiptId: CallerId,
    units: z.array(
      z.object({
        lineId: z.string(),
        sku: Sku,
        warehouse: Warehouse,
        quantity: z.int().positive(),
        disposition: Disposition,
        lot: z.string().optional(),
        note: z.string().optional(),
        /** The id of the stock movement. Missing units have none. */
        movementId: CallerId.optional(),
      }),
    ),
    /** Whether no more units are expected. */
    isComplete: z.boolean(),
  }),
);
/** The return is complete or its deadline passed: the refund is approved, less the withheld amounts. */
export const RefundReturnReceived = defineEvent(
  source,
  'RefundReturnReceived',
  Refund.extend({
    rmaId: z.string(),
    pots: z.array(ComponentAmount),
    missing: z.array(z.object({ lineId: z.string(), sku: Sku, quantity: z.int().positive() })),
    withheld: z.object({ missingMinor: AmountMinor, restockingMinor: AmountMinor, returnShippingMinor: AmountMinor }),
  }),
);
