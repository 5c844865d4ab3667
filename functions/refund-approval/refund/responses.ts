import type { RefundResponse, Refundable } from '../../../shared/contracts/refunds/refund-content.ts';
import { problem, type HttpResponse } from '../../../shared/contracts/problem.ts';
import { type Outcome, componentTotals } from './change.ts';
import type { RequestSnapshot } from '../requests/decide.ts';
import { policyFacts } from '../requests/decide.ts';
import { isDisputed } from './order-snapshot.ts';
import { paidTwice, payoutReference } from '../payouts/paying.ts';
import { judge } from '../requests/judge.ts';
import { emptyLedger, requestedMinorOf } from './refund-ledger.ts';
import { chargeComponent, type RefundableComponent, refundableComponents } from './refundable-components.ts';
import type { RefundItem } from './refund-item.ts';
import { returnStatusOf, rmaIdOf } from '../returns/returning.ts';
import type * as z from 'zod';

/** A refund as callers see it. */
export const refundResponse = (refund: RefundItem): RefundResponse => ({
  refundId: refund.refundId,
  requestId: refund.requestId,
  orderId: refund.orderId,
  externalOrderId: refund.externalOrderId,
  channel: refund.channel,
  status: refund.status,
  reason: refund.reason,
  note: refund.note,
  currency: refund.currency,
  amountMinor: refund.amountMinor,
  policy: refund.policy,
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
  paidTwiceMinor: paidTwice(refund) || undefined,
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

/** The pots of an order, and the rule that would decide on a request for all that is in them. */
export function refundableResponse(
  { order, ledger = emptyLedger(order.orderId), policy, history }: Omit<RequestSnapshot, 'refund'>,
  now: number,
): z.infer<typeof Refundable> {
  const { goods, payments } = refundableComponents(order, ledger);
  const sumOf = (pots: readonly RefundableComponent[], part: 'captured' | 'refunded' | 'pending' | 'refundable') =>
    pots.reduce((sum, pot) => sum + pot[part].minor, 0);
  const taxOf = (part: 'captured' | 'refunded' | 'pending' | 'refundable') =>
    goods.reduce((sum, pot) => sum + pot[part].taxMinor, 0);
  const named = (name: string) => withoutName(goods.find(({ pot }) => pot === name));
  const isBlocked = isDisputed(order);
  const refundableMinor = isBlocked ? 0 : sumOf(payments, 'refundable');
  const facts = policyFacts(order, { lines: [] }, refundableMinor + requestedMinorOf(ledger), '', history, now);
  const { rule, decision, approvalsNeeded } = judge(facts, policy.content);
  return {
    orderId: order.orderId,
    currency: order.currency,
    capturedMinor: sumOf(payments, 'captured'),
    refundedMinor: sumOf(payments, 'refunded'),
    pendingMinor: sumOf(payments, 'pending'),
    refundableMinor,
    ...(isBlocked && { blockedBy: 'chargeback-open' }),
    lines: order.lines.map(({ lineId, sku }) => ({ lineId, sku, ...named(`line:${lineId}`) })),
    ...(order.charges.length > 0 && {
      charges: order.charges.map(({ chargeId, kind, name }) => ({
        chargeId,
        kind,
        name,
        ...named(chargeComponent(chargeId)),
      })),
    }),
    shipping: named('shipping'),
    overpaid: named('overpaid'),
    tax: {
      capturedMinor: taxOf('captured'),
      refundedMinor: taxOf('refunded'),
      pendingMinor: taxOf('pending'),
      refundableMinor: taxOf('refundable'),
    },
    payments: payments.map(({ pot, captured, refunded, pending, refundable }) => {
      const [provider = '', paymentId = ''] = splitOnce(pot.slice('payment:'.length));
      return { provider, paymentId, captured, refunded, pending, refundable };
    }),
    policy: { rule, decision, approvalsNeeded, version: policy.version },
  };
}

const splitOnce = (text: string) => [text.slice(0, text.indexOf('/')), text.slice(text.indexOf('/') + 1)];

const none = { minor: 0, taxMinor: 0, quantity: 0 };
const withoutName = (pot: RefundableComponent | undefined) => ({
  captured: pot?.captured ?? none,
  refunded: pot?.refunded ?? none,
  pending: pot?.pending ?? none,
  refundable: pot?.refundable ?? none,
});

export const unknownRefund = problem(404, 'not-found', 'There is no such refund.');
export const unknownOrder = problem(404, 'not-found', 'There is no such order.');
export const invalidCursor = problem(400, 'invalid-parameter', 'The cursor is not one of this query.');

/** The answer to a command; `firstStatus` where it did something. */
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
      return problem(409, 'refund-conflict', 'This request id asked for something else.', {
        refundId: outcome.refundId,
      });
    case 'receipt-conflict':
      return problem(409, 'receipt-conflict', 'This receipt id brought something else.', {
        receiptId: outcome.receiptId,
      });
    case 'not-expected':
      return problem(409, 'not-expected', 'Less than that is expected back.', { lines: outcome.lines });
    case 'not-refundable':
      return problem(409, 'not-refundable', 'The order has less than that to refund.', { pots: outcome.pots });
    case 'out-of-stock':
      return problem(409, 'out-of-stock', 'There is less than that of the replacement.', { lines: outcome.lines });
    case 'chargeback-open':
      return problem(409, 'chargeback-open', 'The bank decides on this order’s money now.');
    case 'already-rated':
      return problem(409, outcome.kind, 'The customer answered otherwise before.');
    case 'not-yours':
      return problem(403, outcome.reason, outcome.detail);
    case 'invalid':
      return problem(422, outcome.type ?? 'invalid-content', 'The request does not fit the order.', {
        errors: outcome.errors,
      });
    default:
      return outcome satisfies never;
  }
}
