import type { RefundResponse } from '../../../shared/contracts/refunds/refund-response.ts';
import { type HttpResponse, problem } from '../../../shared/contracts/problem.ts';
import { componentTotals, type Outcome } from './change.ts';
import { returnStatusOf, rmaIdOf } from './expected-return.ts';
import { paidTwiceMinor, payoutReference, type RefundItem } from './refund-item.ts';

const policyResponse = ({ rule, version, approvalsNeeded, payAfterReturn }: RefundItem['policy']) => ({
  rule,
  version,
  approvalsNeeded,
  payAfterReturn,
});

/** The note and who wrote it: an amendment replaces the note. */
export const noteOf = ({ note, requestedBy, amendedBy = [] }: RefundItem) =>
  note === undefined ? {} : { note, noteBy: amendedBy.at(-1) ?? requestedBy };

/** The response body of a refund. */
export const refundResponse = (refund: RefundItem): RefundResponse => ({
  refundId: refund.refundId,
  requestId: refund.requestId,
  orderId: refund.orderId,
  externalOrderId: refund.externalOrderId,
  channel: refund.channel,
  status: refund.status,
  reason: refund.reason,
  ...noteOf(refund),
  currency: refund.currency,
  amountMinor: refund.amountMinor,
  policy: policyResponse(refund.policy),
  pots: componentTotals(refund.payouts),
  payouts: refund.payouts.map((leg, index) => ({
    reference: payoutReference(refund.refundId, index, leg.attempt),
    provider: leg.provider,
    paymentId: leg.paymentId,
    amountMinor: leg.amountMinor,
    status: leg.state === 'failed' && leg.isCredited ? 'store-credit' : leg.state,
    providerRefundId: leg.providerRefundId,
    failure: leg.failure,
  })),
  paidTwiceMinor: paidTwiceMinor(refund) || undefined,
  exchange: refund.exchange,
  approvals: refund.approvals.map(({ decision, by, department, at, comment }) => ({
    decision,
    by,
    department,
    at,
    comment,
  })),
  ...(refund.returning.length > 0 && {
    return: { rmaId: rmaIdOf(refund.refundId), status: returnStatusOf(refund), returnBy: refund.returnBy },
  }),
  requestedBy: refund.requestedBy,
  requestedAt: refund.requestedAt,
  deadlineAt: refund.deadlineAt,
  escalatedTo: refund.escalated?.to,
  satisfaction: refund.rating && { score: refund.rating.score, comment: refund.rating.comment },
});

export const unknownRefund = problem(404, 'not-found', 'There is no such refund.');
export const unknownOrder = problem(404, 'not-found', 'There is no such order.');

/** The response to a command; `firstStatus` is the status of a change. */
export function outcomeResponse(outcome: Outcome | undefined, firstStatus: 200 | 201 = 200): HttpResponse {
  if (!outcome) return unknownRefund;
  switch (outcome.kind) {
    case 'changed': {
      const body = refundResponse(outcome.refund);
      const headers = firstStatus === 201 ? { location: `/refunds/${body.refundId}` } : {};
      return { status: firstStatus, headers, body };
    }
    case 'already-done':
      return { status: 200, headers: { 'idempotent-replayed': 'true' }, body: refundResponse(outcome.refund) };
    case 'illegal':
      return problem(409, 'illegal-transition', `A refund that is ${outcome.status} cannot be ${outcome.wanted}.`, {
        currentStatus: outcome.status,
      });
    case 'refund-conflict':
      return problem(409, 'refund-conflict', 'The request id was used with other content.', {
        refundId: outcome.refundId,
      });
    case 'receipt-conflict':
      return problem(409, 'receipt-conflict', 'The receipt id was used with other content.', {
        receiptId: outcome.receiptId,
      });
    case 'not-expected':
      return problem(409, 'not-expected', 'The receipt has more units than are expected back.', {
        lines: outcome.lines,
      });
    case 'not-refundable':
      return problem(409, 'not-refundable', 'The request is above the refundable amount or quantity.', {
        pots: outcome.pots,
      });
    case 'out-of-stock':
      return problem(409, 'out-of-stock', 'The replacement is out of stock.', { lines: outcome.lines });
    case 'chargeback-open':
      return problem(409, 'chargeback-open', 'A chargeback of the order is open.');
    case 'already-rated':
      return problem(409, outcome.kind, 'The customer gave another rating before.');
    case 'not-allowed':
      return problem(403, outcome.reason, outcome.detail);
    case 'invalid':
      return problem(422, outcome.type ?? 'invalid-content', 'The request does not fit the order.', {
        errors: outcome.errors,
      });
    default:
      return outcome satisfies never;
  }
}
