import * as z from 'zod';
import { AmountMinor, CallerId, Currency, Instant, Sku, Warehouse } from '../../names.ts';
import { RefundStatus } from './status.ts';
import { defineEvent } from '../define-event.ts';

const source = 'storeworks.refund-approval';

/** What a refund is for, summed over the payments it goes back to. */
const RefundedPot = z.object({
  /** `line:<lineId>`, `charge:<chargeId>`, `shipping`, `overpaid` or `goodwill`. */
  pot: z.string(),
  sku: z.string().optional(),
  amountMinor: AmountMinor,
  /** Of the amount. */
  taxMinor: AmountMinor,
  quantity: z.int().nonnegative(),
});

/** Of every step: which refund, and what it is after it. */
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
  pots: z.array(RefundedPot),
  rule: z.string(),
  policyVersion: z.int().nonnegative(),
  approvalsNeeded: z.int(),
  requestedBy: z.string(),
});
const Waiting = Refund.extend({ requestedAt: Instant, deadlineAt: Instant.optional() });
const Decided = Refund.extend({ by: z.string(), department: z.string(), comment: z.string().optional() });

/** Money was set aside; somebody must decide. */
export const RefundRequested = defineEvent(source, 'RefundRequested', Judged);
/** A waiting request was changed; earlier approvals are void. */
export const RefundAmended = defineEvent(source, 'RefundAmended', Judged);
/** One of several approvals was given. */
export const RefundSupported = defineEvent(source, 'RefundSupported', Decided);
/** Everybody who must has agreed, or the policy needs nobody. */
export const RefundApproved = defineEvent(source, 'RefundApproved', Judged);
/** By a person, or by the policy; the money is refundable again. */
export const RefundRejected = defineEvent(source, 'RefundRejected', Decided);
export const RefundWithdrawn = defineEvent(source, 'RefundWithdrawn', Refund.extend({ by: z.string() }));
/** Nobody decided in time. */
export const RefundExpired = defineEvent(source, 'RefundExpired', Refund);
/** It waits for longer than it should; somebody should decide before `deadlineAt`. */
export const RefundReminded = defineEvent(source, 'RefundReminded', Waiting);
/** Nobody decided: this department should. */
export const RefundEscalated = defineEvent(source, 'RefundEscalated', Waiting.extend({ escalatedTo: z.string() }));
/** It came to its end, whichever: the customer is asked how it was. Told once, also if the money then bounces. */
export const RefundCaseClosed = defineEvent(source, 'RefundCaseClosed', Refund);
/** The customer's answer. */
export const CaseRated = defineEvent(
  source,
  'CaseRated',
  Refund.extend({ score: z.int().min(1).max(5), comment: z.string().optional() }),
);
/** The intent to pay is recorded; the provider is called next. */
export const RefundPayoutStarted = defineEvent(source, 'RefundPayoutStarted', Refund);

/** The goods of a refund are paid with: the replacement is to be placed, paid as far as `payments` reach, in their order. */
export const ExchangeApproved = defineEvent(
  source,
  'ExchangeApproved',
  Refund.extend({
    lines: z.array(z.object({ sku: Sku, quantity: z.int().positive() })),
    payments: z.array(z.object({ provider: z.string(), paymentId: CallerId, amountMinor: AmountMinor })),
  }),
);
/** The replacement was placed. The books post `creditMinor`, which paid for it, as refunded; a rest is paid out next. */
export const ExchangeSettled = defineEvent(
  source,
  'ExchangeSettled',
  Refund.extend({
    replacementOrderId: z.string(),
    /** What the replacement comes to. */
    replacementMinor: AmountMinor,
    creditMinor: AmountMinor,
    pots: z.array(RefundedPot),
  }),
);
/** There is no replacement: all of the money goes back. */
export const ExchangeRefused = defineEvent(source, 'ExchangeRefused', Refund.extend({ refusal: z.string() }));

const PaidLeg = Refund.extend({
  provider: z.string(),
  paymentId: z.string(),
  /** Of this payment alone. */
  paidMinor: AmountMinor,
  pots: z.array(RefundedPot),
});
/** Money went back to one payment: what the books post. */
export const RefundPaid = defineEvent(
  source,
  'RefundPaid',
  PaidLeg.extend({ providerRefundId: z.string().optional() }),
);
/** The provider did not pay, or took a payment back (`wasPaid`): the money is refundable again. */
export const RefundPayoutFailed = defineEvent(
  source,
  'RefundPayoutFailed',
  PaidLeg.extend({ failure: z.string(), wasPaid: z.boolean() }),
);
/** The customer has it as credit with the store instead. */
export const StoreCreditGranted = defineEvent(
  source,
  'StoreCreditGranted',
  Refund.extend({ customerId: z.string().optional(), creditMinor: AmountMinor, pots: z.array(RefundedPot) }),
);
/** A payment that was given up for credit arrived after all: the customer has both, and somebody must settle it. */
export const RefundPaidTwice = defineEvent(
  source,
  'RefundPaidTwice',
  Refund.extend({ provider: z.string(), paymentId: z.string(), twiceMinor: AmountMinor }),
);

/** What becomes of a unit that was sent back: sold again, kept apart, or it was not in the parcel. */
export const Disposition = z.enum(['restock', 'damaged', 'missing']);
export type Disposition = z.infer<typeof Disposition>;

/** Goods came back; stock follows. The money does so only where it waited for them: see `RefundReturnReceived`. */
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
        /** Under which stock books them; what is missing moves nothing. */
        movementId: CallerId.optional(),
      }),
    ),
    /** Nothing more is expected. */
    isComplete: z.boolean(),
  }),
);
/** Nothing more is expected, or its time is over, and the money that waited for the goods goes out, less what is withheld. */
export const RefundReturnReceived = defineEvent(
  source,
  'RefundReturnReceived',
  Refund.extend({
    rmaId: z.string(),
    pots: z.array(RefundedPot),
    missing: z.array(z.object({ lineId: z.string(), sku: Sku, quantity: z.int().positive() })),
    withheld: z.object({ missingMinor: AmountMinor, restockingMinor: AmountMinor, returnShippingMinor: AmountMinor }),
  }),
);
