import {
  RefundApproved,
  RefundExpired,
  RefundRejected,
  RefundSupported,
  RefundWithdrawn,
} from '../../../shared/contracts/refunds/events.ts';
import { type RefundLedger, release } from '../refund/refund-ledger.ts';
import { type Change, eventData, illegal, judgedEventData, type DecisionRefusal, type Outcome, draftEvent } from '../refund/change.ts';
import { next } from '../refund/life-cycle.ts';
import type { RefundPolicy } from '../requests/judge.ts';
import type { RefundItem } from '../refund/refund-item.ts';
import { deadlineIn, hasArrived, returnByOf, stopWaiting } from '../returns/returning.ts';

/** Who decides, in which department, and from which address. */
export type Decider = { by: string; department: string; from: string };

/** Adds a person's approval; with the last that is needed, the refund is approved. */
export function approve(
  refund: RefundItem,
  decider: Decider,
  comment: string | undefined,
  limits: RefundPolicy['limits'],
  now: number,
): Outcome {
  if (hasDecided(refund, decider, 'approve')) return { kind: 'already-done', refund };
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
  const support = draftEvent(RefundSupported, { ...eventData(after), by, department, comment });
  return {
    kind: 'changed',
    refund: after,
    events: isLast ? [support, draftEvent(RefundApproved, judgedEventData(after))] : [support],
  };
}

/** Whoever sends a decision again, as its answer was lost, is told of the refund as it is; it counts once. */
const hasDecided = ({ approvals }: RefundItem, { by }: Decider, decision: 'approve' | 'reject'): boolean =>
  approvals.some((earlier) => earlier.by === by && earlier.decision === decision);

function notYours(
  refund: RefundItem,
  { by, department }: Decider,
  limits: RefundPolicy['limits'],
): DecisionRefusal | undefined {
  if (refund.requestedBy === by || refund.amendedBy?.includes(by)) return 'own-request';
  if (refund.approvals.some((approval) => approval.department === department)) return 'same-department';
  const limit = limits[department];
  if (limit === undefined) return 'no-limit';
  return refund.amountMinor > limit ? 'above-limit' : undefined;
}

const whyNot: Record<DecisionRefusal, string> = {
  'own-request': 'Nobody decides on their own request.',
  'same-department': 'The second approval is another department’s.',
  'above-limit': 'The amount is above what this department may approve.',
  'no-limit': 'This department may not approve refunds.',
};

/** Rejects what waits, or goods that came back in a state that earns nothing; the money is refundable again. */
export function reject(
  refund: RefundItem,
  account: RefundLedger,
  decider: Decider,
  comment: string | undefined,
  now: number,
): Outcome {
  if (hasDecided(refund, decider, 'reject')) return { kind: 'already-done', refund };
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
    draftEvent(RefundRejected, { ...eventData(after), by, department, comment }),
  );
}

export function withdraw(refund: RefundItem, account: RefundLedger, by: string): Outcome {
  if (refund.status === 'withdrawn') return { kind: 'already-done', refund };
  const status = next(refund.status, 'withdraw');
  // The store has goods of the customer's: it owes them an answer.
  if (!status || hasArrived(refund)) return illegal(refund, 'withdrawn');
  return ended(refund, account, status, (after) => draftEvent(RefundWithdrawn, { ...eventData(after), by }));
}

/**
 * Ends a request that nobody decided in time, or whose goods did not come; those that came are refunded. Earlier than
 * its deadline it does nothing.
 */
export function expire(refund: RefundItem, account: RefundLedger, now: number): Outcome {
  const status = next(refund.status, 'expire');
  if (!status) return illegal(refund, 'expired');
  if (refund.deadlineAt === undefined || Date.parse(refund.deadlineAt) > now) return { kind: 'already-done', refund };
  if (hasArrived(refund)) return stopWaiting(refund, account);
  return ended(refund, account, status, (after) => draftEvent(RefundExpired, eventData(after)));
}

function ended(
  refund: RefundItem,
  account: RefundLedger,
  status: RefundItem['status'],
  tell: (after: RefundItem) => Change['events'][number],
): Change {
  const after: RefundItem = { ...refund, status, deadlineAt: undefined, version: refund.version + 1 };
  const freed = refund.payouts.reduce(release, account);
  return { kind: 'changed', refund: after, ledger: { ...freed, version: account.version + 1 }, events: [tell(after)] };
}
