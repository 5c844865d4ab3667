import {
  RefundAmended,
  RefundApproved,
  RefundExpired,
  RefundRejected,
  RefundRequested,
  RefundSupported,
  RefundWithdrawn,
} from '../../shared/events/refund.ts';
import type { Offer } from '../../shared/catalog/offer.ts';
import type { RefundContent } from '../../shared/http/refunds.ts';
import type { FieldError } from '../../shared/http/problem.ts';
import { type Change, factsOf, illegal, judgedOf, type NotYours, type Outcome, telling } from './change.ts';
import { refuseExchange } from './exchange.ts';
import type { History } from './history-store.ts';
import { next } from './life-cycle.ts';
import { isDisputed, type Ordered } from './ordered.ts';
import { type Facts, judge, type RefundPolicy, type Verdict } from './policy.ts';
import { type Account, draw, giveBack, type Leg, reserve, untouched, type Wanted, takenFrom } from './pots.ts';
import type { RefundItem } from './refund-item.ts';
import { hasArrived, returnByOf, returningOf, stopWaiting, termsFor } from './returning.ts';

const msPerDay = 86_400_000;

/** An order, what was drawn from its pots, and one of its refunds, if there is one. */
export type Books = { order: Ordered; account: Account | undefined; refund: RefundItem | undefined };

/** What the tables say when a refund is asked for; `refund` is the one that has the request's id. */
export type Known = Books & {
  policy: { version: number; content: RefundPolicy };
  history: History | undefined;
};

export type Request = {
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

/** Who decides, in which department, and from which address. */
export type Decider = { by: string; department: string; from: string };

/** Sets the money aside and lets the policy decide, once under each request id. */
export function request(asked: Request, known: Known): Outcome {
  const { refund: earlier } = known;
  if (earlier?.contentHash === asked.contentHash) return { kind: 'already-done', refund: earlier };
  if (earlier) return { kind: 'refund-conflict', refundId: earlier.refundId };
  return judged(asked, known, { version: 1, requestId: asked.content.requestId, event: RefundRequested });
}

/** Changes a request that waits; what was approved before is void, as it was something else. */
export function amend(asked: Request, known: Known): Outcome {
  const { refund, account } = known;
  if (!refund) throw new RangeError('What is amended exists');
  if (refund.contentHash === asked.contentHash) return { kind: 'already-done', refund };
  if (!next(refund.status, 'amend')) return illegal(refund, 'amended');
  const released = refund.payouts.reduce(giveBack, account ?? untouched(refund.orderId));
  return judged(
    { ...asked, by: refund.requestedBy },
    { ...known, account: released },
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

function judged(asked: Request, { order, account, policy, history }: Known, making: Making): Outcome {
  const { content, refundId, contentHash, by, now } = asked;
  const errors = unknownLines(order, content);
  if (errors.length > 0) return { kind: 'invalid', errors };
  if (isDisputed(order)) return { kind: 'chargeback-open' };
  const wanted = wantedOf(content);
  const pots = account ?? untouched(order.orderId);
  const drawn = draw(order, pots, wanted);
  if ('short' in drawn) return { kind: 'not-refundable', pots: drawn.short };
  if (drawn.amountMinor === 0) return nothingWanted;

  const refusal = refuseExchange(content, order, pots, asked.offer ?? noOffer);
  if (refusal) return refusal;

  const returning = returningOf(order, pots, content);
  const judgement = judge(
    factsFor(order, wanted, drawn.amountMinor + takenFrom(pots), content.reason, history, now),
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
  const events = [telling(making.event, judgedOf(refund))];
  if (status === 'rejected') {
    events.push(
      telling(RefundRejected, { ...factsOf(refund), by: 'policy', department: 'policy', comment: verdict.rule }),
    );
    // An amended request gave its money back before; a new one never set any aside.
    return { kind: 'changed', refund, account: account && { ...account, version: pots.version + 1 }, events };
  }
  if (status !== 'pending-approval') events.push(telling(RefundApproved, judgedOf(refund)));
  return { kind: 'changed', refund, account: reserved(pots, drawn.legs), events };
}

const noOffer: Offer = { skus: new Map(), stock: new Map() };

const reserved = (account: Account, legs: readonly Leg[]): Account => ({
  ...reserve(account, legs),
  version: account.version + 1,
});

function statusBy({ decision, approvalsNeeded, payAfterReturn }: Verdict): RefundItem['status'] {
  if (decision === 'refuse') return 'rejected';
  if (approvalsNeeded > 0) return 'pending-approval';
  return payAfterReturn ? 'awaiting-return' : 'approved';
}

/** Until when somebody must decide, or the goods must be back. */
function deadlineIn(status: RefundItem['status'], decideBy: string | undefined, returnBy: string | undefined) {
  if (status === 'pending-approval') return decideBy;
  return status === 'awaiting-return' ? returnBy : undefined;
}

const wantedOf = ({ lines, shippingMinor, taxMinor, overpaidMinor, goodwillMinor }: Request['content']): Wanted => ({
  lines,
  shippingMinor,
  taxMinor,
  overpaidMinor,
  goodwillMinor,
});

function unknownLines({ lines }: Ordered, content: Request['content']): FieldError[] {
  const known = new Set(lines.map(({ lineId }) => lineId));
  return (content.lines ?? []).flatMap(({ lineId }, index) =>
    known.has(lineId) ? [] : [{ pointer: `/lines/${index}/lineId`, detail: `The order has no line ${lineId}` }],
  );
}

const nothingWanted: Outcome = {
  kind: 'invalid',
  errors: [{ pointer: '', detail: 'Ask for lines, shipping, tax, an overpaid amount or goodwill' }],
};

/** Whether nothing is asked for but what was captured beyond what is due. */
const isOnlyOverpaid = ({ overpaidMinor = 0, ...others }: Wanted): boolean =>
  overpaidMinor > 0 && Object.values(others).every((other) => other === undefined || other === 0);

/** What the policy looks at; the amount is that of the request and of the order's refunds before it. */
export function factsFor(
  order: Ordered,
  wanted: Wanted,
  amountMinor: number,
  reason: string,
  history: Known['history'],
  now: number,
): Facts {
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

/** Adds a person's approval; with the last that is needed, the refund is approved. */
export function approve(
  refund: RefundItem,
  decider: Decider,
  comment: string | undefined,
  limits: RefundPolicy['limits'],
  now: number,
): Outcome {
  const command = refund.policy.payAfterReturn ? 'approve-on-return' : 'approve';
  const status = next(refund.status, command);
  const reason = notYours(refund, decider, limits);
  if (!status) return illegal(refund, 'approved');
  if (reason) return { kind: 'not-yours', reason, detail: whyNot[reason] };
  const approvals = [
    ...refund.approvals,
    { ...decider, decision: 'approve' as const, at: new Date(now).toISOString(), comment },
  ];
  const isLast = approvals.length >= refund.policy.approvalsNeeded;
  const returnBy = isLast ? returnByOf(refund.returnTerms, now) : undefined;
  const reached = isLast ? status : refund.status;
  const after: RefundItem = {
    ...refund,
    approvals,
    status: reached,
    returnBy,
    deadlineAt: deadlineIn(reached, refund.deadlineAt, returnBy),
    version: refund.version + 1,
  };
  const { by, department } = decider;
  const support = telling(RefundSupported, { ...factsOf(after), by, department, comment });
  return {
    kind: 'changed',
    refund: after,
    events: isLast ? [support, telling(RefundApproved, judgedOf(after))] : [support],
  };
}

function notYours(
  refund: RefundItem,
  { by, department }: Decider,
  limits: RefundPolicy['limits'],
): NotYours | undefined {
  if (refund.requestedBy === by || refund.amendedBy?.includes(by)) return 'own-request';
  if (refund.approvals.some((approval) => approval.by === by)) return 'decided-before';
  if (refund.approvals.some((approval) => approval.department === department)) return 'same-department';
  const limit = limits[department];
  if (limit === undefined) return 'no-limit';
  return refund.amountMinor > limit ? 'above-limit' : undefined;
}

const whyNot: Record<NotYours, string> = {
  'own-request': 'Nobody decides on their own request.',
  'decided-before': 'Nobody approves twice.',
  'same-department': 'The second approval is another department’s.',
  'above-limit': 'The amount is above what this department may approve.',
  'no-limit': 'This department may not approve refunds.',
};

/** Rejects what waits, or goods that came back in a state that earns nothing; the money is refundable again. */
export function reject(
  refund: RefundItem,
  account: Account,
  decider: Decider,
  comment: string | undefined,
  now: number,
): Outcome {
  const status = next(refund.status, 'reject');
  if (!status) return illegal(refund, 'rejected');
  if (refund.requestedBy === decider.by) {
    return { kind: 'not-yours', reason: 'own-request', detail: `${whyNot['own-request']} It can be withdrawn.` };
  }
  const approvals = [
    ...refund.approvals,
    { ...decider, decision: 'reject' as const, at: new Date(now).toISOString(), comment },
  ];
  const { by, department } = decider;
  return ended({ ...refund, approvals }, account, status, (after) =>
    telling(RefundRejected, { ...factsOf(after), by, department, comment }),
  );
}

export function withdraw(refund: RefundItem, account: Account, by: string): Outcome {
  if (refund.status === 'withdrawn') return { kind: 'already-done', refund };
  const status = next(refund.status, 'withdraw');
  // The store has goods of the customer's: it owes them an answer.
  if (!status || hasArrived(refund)) return illegal(refund, 'withdrawn');
  return ended(refund, account, status, (after) => telling(RefundWithdrawn, { ...factsOf(after), by }));
}

/**
 * Ends a request that nobody decided in time, or whose goods did not come; those that came are refunded. Earlier than
 * its deadline it does nothing.
 */
export function expire(refund: RefundItem, account: Account, now: number): Outcome {
  const status = next(refund.status, 'expire');
  if (!status) return illegal(refund, 'expired');
  if (refund.deadlineAt === undefined || Date.parse(refund.deadlineAt) > now) return { kind: 'already-done', refund };
  if (hasArrived(refund)) return stopWaiting(refund, account);
  return ended(refund, account, status, (after) => telling(RefundExpired, factsOf(after)));
}

function ended(
  refund: RefundItem,
  account: Account,
  status: RefundItem['status'],
  tell: (after: RefundItem) => Change['events'][number],
): Change {
  const after: RefundItem = { ...refund, status, deadlineAt: undefined, version: refund.version + 1 };
  const freed = refund.payouts.reduce(giveBack, account);
  return { kind: 'changed', refund: after, account: { ...freed, version: account.version + 1 }, events: [tell(after)] };
}
