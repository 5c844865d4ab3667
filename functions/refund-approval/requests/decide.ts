import type { Offer } from '../../../shared/catalog/offer-store.ts';
import {
  RefundAmended,
  RefundApproved,
  RefundRejected,
  RefundRequested,
} from '../../../shared/contracts/refunds/events.ts';
import type { FieldError } from '../../../shared/contracts/problem.ts';
import type { RefundContent } from '../../../shared/contracts/refunds/refund-content.ts';
import { type RefundLedger, release, type Leg, reserve, requestedMinorOf, emptyLedger } from '../refund/refund-ledger.ts';
import { eventData, illegal, judgedEventData, type Outcome, draftEvent } from '../refund/change.ts';
import { allocateRefund, type RequestedParts } from '../refund/allocation.ts';
import { refuseExchange } from '../exchanges/exchange.ts';
import type { History } from './history-store.ts';
import { next } from '../refund/life-cycle.ts';
import { isDisputed, type OrderSnapshot } from '../refund/order-snapshot.ts';
import { type PolicyFacts, judge, type RefundPolicy, type Verdict } from './judge.ts';
import type { RefundItem } from '../refund/refund-item.ts';
import { deadlineIn, returnByOf, returningOf, termsFor } from '../returns/returning.ts';

const msPerDay = 86_400_000;

/** An order, what was drawn from its pots, and one of its refunds, if there is one. */
export type RefundSnapshot = { order: OrderSnapshot; ledger: RefundLedger | undefined; refund: RefundItem | undefined };

/** What the tables say when a refund is asked for; `refund` is the one that has the request's id. */
export type RequestSnapshot = RefundSnapshot & {
  policy: { version: number; content: RefundPolicy };
  history: History | undefined;
};

export type RefundRequest = {
  refundId: string;
  content: Omit<RefundContent, 'requestId' | 'orderId'> & Pick<RefundContent, 'requestId'>;
  contentHash: string;
  /** A person or a client. */
  by: string;
  /** Milliseconds since the epoch. */
  now: number;
  /** When a request that is made now ends undecided. */
  deadlineAt: string;
  /** Of what is wanted instead, for an exchange. */
  offer?: Offer | undefined;
};

/** Sets the money aside and lets the policy decide, once under each request id. */
export function request(asked: RefundRequest, known: RequestSnapshot): Outcome {
  const { refund: earlier } = known;
  if (earlier?.contentHash === asked.contentHash) return { kind: 'already-done', refund: earlier };
  if (earlier) return { kind: 'refund-conflict', refundId: earlier.refundId };
  return judged(asked, known, { version: 1, requestId: asked.content.requestId, event: RefundRequested });
}

/** Changes a request that waits; what was approved before is void, as it was something else. */
export function amend(asked: RefundRequest, known: RequestSnapshot): Outcome {
  const { refund, ledger } = known;
  if (!refund) throw new RangeError('What is amended exists');
  if (refund.contentHash === asked.contentHash) return { kind: 'already-done', refund };
  if (!next(refund.status, 'amend')) return illegal(refund, 'amended');
  const released = refund.payouts.reduce(release, ledger ?? emptyLedger(refund.orderId));
  return judged(
    { ...asked, by: refund.requestedBy },
    { ...known, ledger: released },
    {
      version: refund.version + 1,
      requestId: refund.requestId,
      event: RefundAmended,
      amendedBy: [...(refund.amendedBy ?? []), asked.by],
    },
  );
}

type Making = {
  version: number;
  requestId: string;
  event: typeof RefundRequested | typeof RefundAmended;
  amendedBy?: string[];
};

function judged(asked: RefundRequest, { order, ledger, policy, history }: RequestSnapshot, making: Making): Outcome {
  const { content, refundId, contentHash, by, now } = asked;
  const errors = unknownParts(order, content);
  if (errors.length > 0) return { kind: 'invalid', errors };
  if (isDisputed(order)) return { kind: 'chargeback-open' };
  const wanted = wantedOf(content);
  const pots = ledger ?? emptyLedger(order.orderId);
  const drawn = allocateRefund(order, pots, wanted);
  if ('short' in drawn) return { kind: 'not-refundable', pots: drawn.short };
  if (drawn.amountMinor === 0) return nothingWanted;

  const refusal = refuseExchange(content, order, pots, asked.offer ?? noOffer);
  if (refusal) return refusal;

  const returning = returningOf(order, pots, content);
  const judgement = judge(
    policyFacts(order, wanted, drawn.amountMinor + requestedMinorOf(pots), content.reason, history, now),
    policy.content,
  );
  // Where nothing is sent back, there is nothing to wait for.
  const verdict = { ...judgement, payAfterReturn: judgement.payAfterReturn && returning.length > 0 };
  const status = statusBy(verdict);
  const returnTerms = returning.length > 0 ? termsFor(content.reason, policy.content) : undefined;
  const isAgreed = status === 'approved' || status === 'awaiting-return';
  const returnBy = isAgreed ? returnByOf(returnTerms, now) : undefined;
  const refund: RefundItem = {
    refundId,
    requestId: making.requestId,
    orderId: order.orderId,
    externalOrderId: order.externalOrderId,
    channel: order.channel,
    customerId: order.customer.id,
    status,
    reason: content.reason,
    note: content.note,
    currency: order.currency,
    amountMinor: drawn.amountMinor,
    policy: {
      rule: verdict.rule,
      version: policy.version,
      approvalsNeeded: verdict.approvalsNeeded,
      payAfterReturn: verdict.payAfterReturn,
    },
    payouts: drawn.legs.map((leg) => ({ ...leg, state: 'due', attempt: 0 })),
    returning,
    returnTerms,
    returnBy,
    exchange: content.exchange,
    approvals: [],
    requestedBy: by,
    amendedBy: making.amendedBy,
    requestedAt: new Date(now).toISOString(),
    deadlineAt: deadlineIn(status, asked.deadlineAt, returnBy),
    contentHash,
    version: making.version,
  };
  const events = [draftEvent(making.event, judgedEventData(refund))];
  if (status === 'rejected') {
    events.push(
      draftEvent(RefundRejected, { ...eventData(refund), by: 'policy', department: 'policy', comment: verdict.rule }),
    );
    // An amended request gave its money back before; a new one never set any aside.
    return { kind: 'changed', refund, ledger: ledger && { ...ledger, version: pots.version + 1 }, events };
  }
  if (status !== 'pending-approval') events.push(draftEvent(RefundApproved, judgedEventData(refund)));
  return { kind: 'changed', refund, ledger: reserved(pots, drawn.legs), events };
}

const noOffer: Offer = { skus: new Map(), stock: new Map() };

const reserved = (account: RefundLedger, legs: readonly Leg[]): RefundLedger => ({
  ...reserve(account, legs),
  version: account.version + 1,
});

function statusBy({ decision, approvalsNeeded, payAfterReturn }: Verdict): RefundItem['status'] {
  if (decision === 'refuse') return 'rejected';
  if (approvalsNeeded > 0) return 'pending-approval';
  return payAfterReturn ? 'awaiting-return' : 'approved';
}

const wantedOf = ({
  lines,
  charges,
  shippingMinor,
  taxMinor,
  overpaidMinor,
  goodwillMinor,
}: RefundRequest['content']): RequestedParts => ({
  lines,
  charges,
  shippingMinor,
  taxMinor,
  overpaidMinor,
  goodwillMinor,
});

/** Lines and charges that are asked for and not the order's. */
function unknownParts(order: OrderSnapshot, { lines = [], charges = [] }: RefundRequest['content']): FieldError[] {
  const lineIds = new Set(order.lines.map(({ lineId }) => lineId));
  const chargeIds = new Set(order.charges.map(({ chargeId }) => chargeId));
  return [
    ...lines.flatMap(({ lineId }, index) =>
      lineIds.has(lineId) ? [] : [{ pointer: `/lines/${index}/lineId`, detail: `The order has no line ${lineId}` }],
    ),
    ...charges.flatMap(({ chargeId }, index) =>
      chargeIds.has(chargeId)
        ? []
        : [{ pointer: `/charges/${index}/chargeId`, detail: `The order has no charge ${chargeId}` }],
    ),
  ];
}

const nothingWanted: Outcome = {
  kind: 'invalid',
  errors: [{ pointer: '', detail: 'Ask for lines, charges, shipping, tax, an overpaid amount or goodwill' }],
};

/** Whether nothing is asked for but what was captured beyond what is due. */
const isOnlyOverpaid = ({ overpaidMinor = 0, ...others }: RequestedParts): boolean =>
  overpaidMinor > 0 && Object.values(others).every((other) => other === undefined || other === 0);

/** What the policy looks at; the amount is that of the request and of the order's refunds before it. */
export function policyFacts(
  order: OrderSnapshot,
  wanted: RequestedParts,
  amountMinor: number,
  reason: string,
  history: RequestSnapshot['history'],
  now: number,
): PolicyFacts {
  const delivered = order.shipments.flatMap(({ deliveredAt }) => (deliveredAt ? [Date.parse(deliveredAt)] : []));
  const isAllDelivered = order.shipments.length > 0 && delivered.length === order.shipments.length;
  return {
    amountMinor,
    currency: order.currency,
    reason,
    channel: order.channel,
    goods: order.shipments.length === 0 ? 'not-shipped' : isAllDelivered ? 'delivered' : 'shipped',
    daysSinceDelivery: isAllDelivered ? (now - Math.max(...delivered)) / msPerDay : undefined,
    isGoodwill: (wanted.goodwillMinor ?? 0) > 0,
    isOverpaid: isOnlyOverpaid(wanted),
    history: history && {
      orders: history.orders,
      refundedOrders: history.refundedOrders,
      accountAgeDays: (now - Date.parse(history.firstOrderAt)) / msPerDay,
    },
  };
}
