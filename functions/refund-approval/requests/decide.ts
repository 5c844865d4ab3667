import type { Offer } from '../../../shared/catalog/offer-store.ts';
import {
  CaseRated,
  RefundAmended,
  RefundApproved,
  RefundRejected,
  RefundRequested,
  RefundWithdrawn,
} from '../../../shared/contracts/refunds/events.ts';
import type { RefundPolicy } from '../../../shared/contracts/refunds/policy-routes.ts';
import type { RefundContent } from '../../../shared/contracts/refunds/refund-content.ts';
import { allocateRefund } from '../refund/allocation.ts';
import { draftEvent, endUnpaid, eventData, illegal, judgedEventData, type Outcome } from '../refund/change.ts';
import {
  deadlineIn,
  hasReturnedUnits,
  returnByOf,
  returningUnits,
  returnTermsFor,
  unshippedUnits,
} from '../refund/expected-return.ts';
import { next } from '../refund/life-cycle.ts';
import { isDisputed, type RefundSnapshot, saleOf } from '../refund/order-snapshot.ts';
import { policiesFor, type PolicyInForce, watchedPolicies } from '../refund/refund-policy.ts';
import type { RefundItem, ReturnTerms } from '../refund/refund-item.ts';
import {
  emptyLedger,
  type Leg,
  refundedAndPendingMinor,
  type RefundLedger,
  release,
  reserve,
  withUnshipped,
} from '../refund/refund-ledger.ts';
import { refuseExchange } from './exchange-request.ts';
import { invalidParts, requestedParts } from './requested-parts.ts';
import { type CustomerHistory, judge, judgeByAll, type PolicyFacts, policyFacts, type Verdict } from './judge.ts';

/** What a decision on a request depends on. `refund` is the one with the id of the request. */
export type RequestSnapshot = RefundSnapshot & { policy: PolicyInForce; history: CustomerHistory | undefined };

export type RefundRequest = {
  refundId: string;
  content: Omit<RefundContent, 'requestId' | 'orderId'> & Pick<RefundContent, 'requestId'>;
  contentHash: string;
  /** The id of a person or a client. */
  by: string;
  /** The person whose change of the order led to this automatic request. */
  causedBy?: string | undefined;
  /** Milliseconds since the epoch. */
  now: number;
  /** The request expires at this time if it is not decided. */
  deadlineAt: string;
  /** Catalogue and stock of the replacement of an exchange. */
  offer?: Offer | undefined;
};

/** Reserves the amounts and applies the policy. The same request id with the same content is one refund. */
export function request(asked: RefundRequest, snapshot: RequestSnapshot): Outcome {
  const { refund: earlier } = snapshot;
  if (earlier?.contentHash === asked.contentHash) return { kind: 'already-done', refund: earlier };
  if (earlier) return { kind: 'refund-conflict', refundId: earlier.refundId };
  return judged(asked, snapshot, { version: 1, requestId: asked.content.requestId, event: RefundRequested });
}

/** Replaces a request that is not decided. Earlier approvals are void. */
export function amend(asked: RefundRequest, snapshot: RequestSnapshot): Outcome {
  const { refund, ledger } = snapshot;
  if (!refund) throw new RangeError('The refund to amend does not exist');
  if (refund.contentHash === asked.contentHash) return { kind: 'already-done', refund };
  if (!next(refund.status, 'amend')) return illegal(refund, 'amended');
  const released = refund.payouts.reduce(release, ledger ?? emptyLedger(refund.orderId));
  return judged(
    { ...asked, by: refund.requestedBy, causedBy: refund.causedBy },
    { ...snapshot, ledger: released },
    {
      version: refund.version + 1,
      requestId: refund.requestId,
      event: RefundAmended,
      amendedBy: [...(refund.amendedBy ?? []), asked.by],
    },
  );
}

/** Not possible after units came back: then the store decides on the refund. */
export function withdraw(refund: RefundItem, ledger: RefundLedger, by: string): Outcome {
  if (refund.status === 'withdrawn') return { kind: 'already-done', refund };
  const status = next(refund.status, 'withdraw');
  if (!status || hasReturnedUnits(refund)) return illegal(refund, 'withdrawn');
  return endUnpaid(refund, ledger, status, (after) => draftEvent(RefundWithdrawn, { ...eventData(after), by }));
}

/** Records the customer's rating, once, after the case was closed. */
export function rate(
  refund: RefundItem,
  { score, comment }: { score: number; comment?: string | undefined },
  now: number,
): Outcome {
  const { rating, closedAt } = refund;
  if (rating?.score === score && rating.comment === comment) return { kind: 'already-done', refund };
  if (rating) return { kind: 'already-rated' };
  if (closedAt === undefined) return illegal(refund, 'rated');
  const at = new Date(now).toISOString();
  const after: RefundItem = { ...refund, rating: { score, comment, at }, version: refund.version + 1 };
  return { kind: 'changed', refund: after, events: [draftEvent(CaseRated, { ...eventData(after), score, comment })] };
}

/** The fields that differ between a new and an amended request. */
type RequestVersion = {
  version: number;
  requestId: string;
  event: typeof RefundRequested | typeof RefundAmended;
  amendedBy?: string[];
};

function judged(asked: RefundRequest, snapshot: RequestSnapshot, requestVersion: RequestVersion): Outcome {
  const { order, policy, history } = snapshot;
  const { content, refundId, contentHash, by, now } = asked;
  const errors = invalidParts(snapshot, content);
  if (errors.length > 0) return { kind: 'invalid', errors };
  if (isDisputed(order)) return { kind: 'chargeback-open' };
  const requested = requestedParts(content);
  // An amendment replaces the units of the request.
  const ledger = withUnshipped(snapshot.ledger ?? emptyLedger(order.orderId), refundId, []);
  const allocated = allocateRefund(order, ledger, requested);
  if ('shortages' in allocated) return { kind: 'not-refundable', pots: allocated.shortages };
  if (allocated.amountMinor === 0) return nothingRequested;

  const refusal = refuseExchange(content, order, ledger, asked.offer ?? noOffer, now);
  if (refusal) return refusal;

  const returning = returningUnits(order, ledger, content);
  const unshipped = unshippedUnits(order, ledger, content);
  const orderAmountMinor = allocated.amountMinor + refundedAndPendingMinor(ledger);
  const facts = policyFacts(order, requested, orderAmountMinor, content.reason, history, now);
  const people = [by, asked.causedBy, ...(requestVersion.amendedBy ?? [])];
  const policies = policiesFor(policy, people, now);
  const judgement = judgeByAll(facts, policies);
  const verdict = { ...judgement, payAfterReturn: judgement.payAfterReturn && returning.length > 0 };
  const status = initialStatus(verdict);
  const returnTerms = returning.length > 0 ? strictestTerms(content.reason, policies) : undefined;
  const isApproved = status === 'approved' || status === 'awaiting-return';
  const returnBy = isApproved ? returnByOf(returnTerms, now) : undefined;
  const refund: RefundItem = {
    refundId,
    requestId: requestVersion.requestId,
    orderId: order.orderId,
    externalOrderId: order.externalOrderId,
    channel: order.channel,
    customerId: order.customer.id,
    status,
    reason: content.reason,
    note: content.note,
    currency: order.currency,
    ledgerCurrency: ledger.currency,
    amountMinor: allocated.amountMinor,
    policy: {
      rule: verdict.rule,
      version: policy.version,
      approvalsNeeded: verdict.approvalsNeeded,
      payAfterReturn: verdict.payAfterReturn,
      forAuthors: approvalsOfAuthors(facts, policy, verdict.approvalsNeeded, now),
    },
    payouts: allocated.legs.map((leg) => ({ ...leg, state: 'due', attempt: 0 })),
    returning,
    unshipped: unshipped.length > 0 ? unshipped : undefined,
    sale: saleOf(order, allocated.legs),
    returnTerms,
    returnBy,
    exchange: content.exchange,
    approvals: [],
    requestedBy: by,
    causedBy: asked.causedBy,
    amendedBy: requestVersion.amendedBy,
    requestedAt: new Date(now).toISOString(),
    deadlineAt: deadlineIn(status, asked.deadlineAt, returnBy),
    contentHash,
    version: requestVersion.version,
  };
  const events = [draftEvent(requestVersion.event, judgedEventData(refund))];
  if (status === 'rejected') {
    events.push(
      draftEvent(RefundRejected, { ...eventData(refund), by: 'policy', department: 'policy', comment: verdict.rule }),
    );
    // An amendment released its reserved amounts; a new request reserved none.
    const released = snapshot.ledger && { ...ledger, version: ledger.version + 1 };
    return { kind: 'changed', refund, ledger: released, events };
  }
  if (status !== 'pending-approval') events.push(draftEvent(RefundApproved, judgedEventData(refund)));
  return {
    kind: 'changed',
    refund,
    ledger: withUnshipped(reserved(ledger, allocated.legs), refundId, unshipped),
    events,
  };
}

/** What the authors of looser policies need if one of them approves, where it is more than others need. */
function approvalsOfAuthors(facts: PolicyFacts, policy: PolicyInForce, approvalsNeeded: number, now: number) {
  const ofAuthors = watchedPolicies(policy, now).map(({ by, until, content }) => {
    const earlier = judge(facts, content);
    return { by, until, approvalsNeeded: earlier.decision === 'refuse' ? 3 : earlier.approvalsNeeded };
  });
  const stricter = ofAuthors.filter((author) => author.approvalsNeeded > approvalsNeeded);
  return stricter.length > 0 ? stricter : undefined;
}

/** The highest fees and the shortest time of the policies. */
function strictestTerms(reason: string, policies: readonly RefundPolicy[]): ReturnTerms {
  const terms = policies.map((policy) => returnTermsFor(reason, policy));
  return {
    windowDays: Math.min(...terms.map(({ windowDays }) => windowDays)),
    restockingBasisPoints: Math.max(...terms.map(({ restockingBasisPoints }) => restockingBasisPoints)),
    returnShippingMinor: Math.max(...terms.map(({ returnShippingMinor }) => returnShippingMinor)),
  };
}

const noOffer: Offer = { skus: new Map(), stock: new Map() };

const reserved = (ledger: RefundLedger, legs: readonly Leg[]): RefundLedger => ({
  ...reserve(ledger, legs),
  version: ledger.version + 1,
});

function initialStatus({ decision, approvalsNeeded, payAfterReturn }: Verdict): RefundItem['status'] {
  if (decision === 'refuse') return 'rejected';
  if (approvalsNeeded > 0) return 'pending-approval';
  return payAfterReturn ? 'awaiting-return' : 'approved';
}

const nothingRequested: Outcome = {
  kind: 'invalid',
  errors: [{ pointer: '', detail: 'Request lines, charges, shipping, tax, an overpaid amount or goodwill' }],
};
