import * as z from 'zod';
import { cancel } from '../../../functions/order-intake/cancellation/cancel.ts';
import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import type { Change, Outcome } from '../../../functions/refund-approval/refund/change.ts';
import { approve, reject } from '../../../functions/refund-approval/approvals/decide.ts';
import { expire } from '../../../functions/refund-approval/deadlines/deadlines.ts';
import {
  amend,
  type RequestSnapshot,
  request,
  type RefundRequest,
  withdraw,
} from '../../../functions/refund-approval/requests/decide.ts';
import { defaultPolicy } from '../../../functions/refund-approval/refund/refund-policy.ts';
import { OrderSnapshot } from '../../../functions/refund-approval/refund/order-snapshot.ts';
import { convertToRefund, settleExchange } from '../../../functions/refund-approval/exchanges/decide.ts';
import {
  blockPayout,
  applyProviderResult,
  retryPayout,
  startExchange,
  startPayout,
  convertToStoreCredit,
} from '../../../functions/refund-approval/payouts/decide.ts';
import { endReturn } from '../../../functions/refund-approval/returns/decide.ts';
import { type RefundLedger, emptyLedger } from '../../../functions/refund-approval/refund/refund-ledger.ts';
import { refundableComponents } from '../../../functions/refund-approval/refund/refundable-components.ts';
import type { RefundItem } from '../../../functions/refund-approval/refund/refund-item.ts';
import { RefundPayoutFailed } from '../../../shared/contracts/refunds/events.ts';
import type { RefundPolicy } from '../../../shared/contracts/refunds/policy-routes.ts';
import { aCapture, aCause, noon } from '../builders.ts';
import { aRefundRequest } from './refund-builders.ts';
import type { RequestedShares, Step } from './refund-steps.ts';

/** Every decision applies to some small amount. */
const policy: RefundPolicy = {
  ...defaultPolicy,
  rules: [
    { rule: 'refused', when: { amountAtLeastMinor: 4000 }, decision: 'refuse' },
    { rule: 'two', when: { amountAtLeastMinor: 1200 }, decision: 'two-approvers' },
    { rule: 'one', when: { amountAtLeastMinor: 400 }, decision: 'one-approver' },
    { rule: 'immediately', when: {}, decision: 'approve' },
  ],
};

/** An order, its ledger and its refunds after some steps. */
export type SequenceState = {
  order: OrderItem;
  orderSnapshot: OrderSnapshot;
  ledger: RefundLedger;
  refunds: RefundItem[];
  /** The refunded amount according to the events of all steps. */
  postedMinor: number;
  /** Units of the last request or amendment, and its refund. */
  requestedUnits: { refundId: string; units: number } | undefined;
  /** Whether the provider reported success of an attempt after its failure. */
  hasRevertedFailure: boolean;
};

export const initialState = (order: OrderItem): SequenceState => ({
  order,
  orderSnapshot: OrderSnapshot.parse(order),
  ledger: emptyLedger(order.orderId),
  refunds: [],
  postedMinor: 0,
  requestedUnits: undefined,
  hasRevertedFailure: false,
});

const withOrder = (state: SequenceState, order: OrderItem): SequenceState => ({
  ...state,
  order,
  orderSnapshot: OrderSnapshot.parse(order),
});

export function applyStep(state: SequenceState, step: Step): SequenceState {
  if (step.step === 'capture') {
    const eventId = `late-${state.order.version}`;
    const payments = [...(state.order.payments ?? []), aCapture(step.amountMinor, { eventId, paymentId: 'late' })];
    return withOrder(state, { ...state.order, payments, version: state.order.version + 1 });
  }
  if (step.step === 'cancel') {
    const lines = [{ lineId: `line-${step.line + 1}`, quantity: step.quantity }];
    const outcome = cancel(state.order, { requestId: `c-${state.order.version}`, reason: 'x', lines }, '');
    return outcome.kind === 'changed' ? withOrder(state, outcome.order) : state;
  }
  const index = step.step === 'request' ? state.refunds.length : pick(state, step);
  const before = state.refunds[index];
  const outcome = outcomeOf(state, before, step);
  if (outcome?.kind !== 'changed') return state;
  const hasRevertedFailure = before?.payouts.some(
    (payout, at) =>
      step.step === 'result' && payout.state === 'failed' && outcome.refund.payouts[at]?.state === 'succeeded',
  );
  return {
    ...state,
    ledger: outcome.ledger ?? state.ledger,
    refunds: state.refunds.toSpliced(index, 1, outcome.refund),
    postedMinor: state.postedMinor + outcome.events.reduce((sum, event) => sum + postedBy(event), 0),
    requestedUnits:
      step.step === 'request' || step.step === 'amend' ? unitsOf(state, outcome.refund, step.wanted) : undefined,
    hasRevertedFailure: state.hasRevertedFailure || hasRevertedFailure === true,
  };
}

/** The content of a request for shares of the order's components. */
function contentOf(state: SequenceState, requested: RequestedShares): Partial<RefundRequest['content']> {
  const { goods } = refundableComponents(state.orderSnapshot, state.ledger);
  const leftOf = (name: string) =>
    goods.find(({ pot }) => pot === name)?.refundable ?? { minor: 0, taxMinor: 0, quantity: 0 };
  const part = (whole: number, percent: number | undefined) =>
    percent === undefined ? undefined : Math.ceil((whole * percent) / 100);
  const lines = requested.lines
    .filter(({ line }) => line < state.order.lines.length)
    .map(({ line, quantity, share: percent }) => {
      const left = leftOf(`line:line-${line + 1}`);
      const units = quantity === 8 ? left.quantity + 1 : quantity % (left.quantity + 1);
      const amountMinor = part(left.minor, percent ?? (units === 0 ? 30 : undefined));
      return { lineId: `line-${line + 1}`, quantity: units, amountMinor: amountMinor && Math.max(1, amountMinor) };
    });
  const charges = requested.charges
    .filter(({ charge }) => charge < state.orderSnapshot.charges.length)
    .map(({ charge, share: percent }) => {
      const amountMinor = part(leftOf(`charge:duty-${charge + 1}`).minor, percent);
      return { chargeId: `duty-${charge + 1}`, amountMinor: amountMinor && Math.max(1, amountMinor) };
    });
  return {
    lines: lines.length > 0 ? lines : undefined,
    charges: charges.length > 0 ? charges : undefined,
    shippingMinor: part(leftOf('shipping').minor, requested.shipping),
    taxMinor: part(
      goods.reduce((sum, { refundable }) => sum + refundable.taxMinor, 0),
      requested.tax,
    ),
    overpaidMinor: part(leftOf('overpaid').minor, requested.overpaid),
    goodwillMinor: requested.goodwillMinor,
  };
}

/** The refunded amount that the books post for an event. */
function postedBy(event: Change['events'][number]): number {
  const { 'detail-type': type, detail } = event(aCause());
  const { paidMinor = 0, creditMinor = 0, wasPaid = false } = Posted.parse(detail.data);
  if (type === RefundPayoutFailed.detailType) return wasPaid ? -paidMinor : 0;
  return paidMinor + creditMinor;
}
const Posted = z.object({
  paidMinor: z.number().optional(),
  creditMinor: z.number().optional(),
  wasPaid: z.boolean().optional(),
});

const unitsOf = (state: SequenceState, { refundId }: RefundItem, requested: RequestedShares) => ({
  refundId,
  units: contentOf(state, requested).lines?.reduce((sum, { quantity }) => sum + quantity, 0) ?? 0,
});

type RefundStep = Exclude<Step, { step: 'capture' | 'cancel' }>;

const legalStatuses: Record<Exclude<RefundStep['step'], 'request'>, RefundItem['status'][]> = {
  amend: ['pending-approval'],
  approve: ['pending-approval'],
  reject: ['pending-approval'],
  withdraw: ['pending-approval'],
  expire: ['pending-approval'],
  pay: ['approved'],
  block: ['approved'],
  exchange: ['approved'],
  result: ['paying', 'paid', 'payout-failed', 'store-credit'],
  retry: ['payout-failed'],
  credit: ['payout-failed'],
};

/** Selects a refund, mostly one for which the step is legal, so that sequences progress. */
function pick({ refunds }: SequenceState, { step, which: number }: Exclude<RefundStep, { step: 'request' }>): number {
  const indexes = [...refunds.keys()];
  const fit = indexes.filter((index) =>
    refunds.some(({ status }, at) => at === index && legalStatuses[step].includes(status)),
  );
  const among = number === 9 || fit.length === 0 ? indexes : fit;
  return among[number % Math.max(1, among.length)] ?? 0;
}

function outcomeOf(state: SequenceState, refund: RefundItem | undefined, step: RefundStep): Outcome | undefined {
  const { orderSnapshot: order } = state;
  const snapshot: RequestSnapshot = {
    order,
    ledger: state.ledger,
    refund,
    policy: { version: 1, content: policy },
    history: undefined,
  };
  if (step.step === 'request') {
    const refundId = `ref_${state.refunds.length}`;
    return request(aRefundRequest(contentOf(state, step.wanted), { refundId, by: step.by }), {
      ...snapshot,
      refund: undefined,
    });
  }
  if (!refund) return undefined;
  switch (step.step) {
    case 'amend':
      return amend(aRefundRequest(contentOf(state, step.wanted), { refundId: refund.refundId, by: step.by }), snapshot);
    case 'approve':
      return approve(refund, { ...step.approver, from: '' }, undefined, policy.limits, noon);
    case 'reject':
      return reject(refund, state.ledger, { ...step.approver, from: '' }, undefined, noon);
    case 'withdraw':
      return withdraw(refund, state.ledger, 'sam');
    case 'expire':
      return expire(refund, state.ledger, noon + (step.isDue ? 100 : 0) * 3_600_000, endReturn);
    case 'pay':
      return startPayout(refund);
    case 'block':
      return blockPayout(refund, state.ledger, 'chargeback-open');
    case 'exchange':
      return exchanged(refund, state.ledger, step.share);
    case 'result': {
      const index = step.payout % refund.payouts.length;
      const attempt = (refund.payouts[index]?.attempt ?? 0) - step.attemptsAgo;
      const reportedAt = step.minute === undefined ? undefined : new Date(noon + step.minute * 60_000).toISOString();
      const result = step.isSuccess
        ? { kind: 'succeeded' as const, reportedAt }
        : { kind: 'failed' as const, failure: 'declined', reportedAt };
      return attempt < 1 ? undefined : applyProviderResult(refund, state.ledger, index, attempt, result);
    }
    case 'retry':
      return retryPayout(refund, order, state.ledger);
    case 'credit':
      return convertToStoreCredit(refund, order, state.ledger);
    default:
      return step satisfies never;
  }
}

/** Exchanges the goods of an approved refund. The replacement uses the payments in order. */
function exchanged(refund: RefundItem, ledger: RefundLedger, share: number | null): Outcome | undefined {
  if (refund.exchange) return undefined;
  const started = startExchange({ ...refund, exchange: { lines: [{ sku: 'SKU-1', quantity: 1 }] } });
  if (started.kind !== 'changed') return started;
  if (share === null) return convertToRefund(started.refund, 'out-of-stock');
  const totalMinor = Math.floor((refund.amountMinor * share) / 100);
  let dueMinor = totalMinor;
  const payments = refund.payouts.map(({ provider, paymentId, amountMinor: leftMinor }) => {
    const amountMinor = Math.min(leftMinor, dueMinor);
    dueMinor -= amountMinor;
    return { provider, paymentId, amountMinor };
  });
  return settleExchange(started.refund, ledger, { orderId: 'ord_replacement', totalMinor, payments });
}
