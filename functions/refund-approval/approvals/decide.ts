import { callerKindOf } from '../../../shared/access/four-eyes.ts';
import { RefundApproved, RefundRejected, RefundSupported } from '../../../shared/contracts/refunds/events.ts';
import type { RefundPolicy } from '../../../shared/contracts/refunds/policy-routes.ts';
import {
  departmentRefusal,
  type DecisionRefusal,
  draftEvent,
  endUnpaid,
  eventData,
  illegal,
  judgedEventData,
  type Outcome,
} from '../refund/change.ts';
import { deadlineIn, returnByOf } from '../refund/expected-return.ts';
import { next } from '../refund/life-cycle.ts';
import type { RefundItem } from '../refund/refund-item.ts';
import type { RefundLedger } from '../refund/refund-ledger.ts';
import { ownValue } from '../../../shared/input/own-value.ts';

/** A person or a client, the department they decide for, and the source address. */
export type Decider = { by: string; department: string; from: string };

type Caller = { clientId: string; subject: string; address: string };

/** The department of the caller: by their client id, which for a person is that of the department that they act for. */
export function deciderOf(caller: Caller, departments: Record<string, string>): Decider {
  const { clientId, subject, address } = caller;
  return { by: subject || clientId, department: ownValue(departments, clientId) ?? 'none', from: address };
}

/** Adds an approval. The last approval that the policy requires approves the refund. */
export function approve(
  refund: RefundItem,
  decider: Decider,
  comment: string | undefined,
  limits: RefundPolicy['limits'],
  now: number,
): Outcome {
  if (hasDecided(refund, decider, 'approve')) return { kind: 'already-done', refund };
  const command = refund.policy.payAfterReturn ? 'approve-on-return' : 'approve';
  const approvedStatus = next(refund.status, command);
  const reason = refusalOf(refund, decider, limits);
  if (!approvedStatus) return illegal(refund, 'approved');
  if (reason) return { kind: 'not-allowed', reason, detail: refusalDetail[reason] };
  const approvals = [
    ...refund.approvals,
    { ...decider, decision: 'approve' as const, at: new Date(now).toISOString(), comment },
  ];
  const isLast = hasEnoughApprovals(refund.policy, approvals, decider, now);
  const returnBy = isLast ? returnByOf(refund.returnTerms, now) : undefined;
  const status = isLast ? approvedStatus : refund.status;
  const after: RefundItem = {
    ...refund,
    approvals,
    status,
    returnBy,
    deadlineAt: deadlineIn(status, refund.deadlineAt, returnBy),
    version: refund.version + 1,
  };
  const { by, department } = decider;
  const supported = draftEvent(RefundSupported, { ...eventData(after), by, department, comment });
  return {
    kind: 'changed',
    refund: after,
    events: isLast ? [supported, draftEvent(RefundApproved, judgedEventData(after))] : [supported],
  };
}

/** Approvals count together if they are certainly of different people: those of machines do not count beside people's. */
function hasEnoughApprovals(
  policy: RefundItem['policy'],
  approvals: RefundItem['approvals'],
  { by }: Decider,
  now: number,
): boolean {
  return isEnough(policy, approvals.filter(sameKindAs(by)), now);
}

const sameKindAs = (by: string) => (approval: { by: string }) => callerKindOf(approval.by) === callerKindOf(by);

/** The approval of a looser policy's author does not count alone for what the earlier policy gave more people. */
function isEnough(
  { approvalsNeeded, forAuthors = [] }: RefundItem['policy'],
  approvals: RefundItem['approvals'],
  now: number,
): boolean {
  const authors = forAuthors.filter(({ by, until }) => now < Date.parse(until) && approvals.some((a) => a.by === by));
  const others = approvals.filter((approval) => !authors.some(({ by }) => by === approval.by));
  const needed = Math.max(approvalsNeeded, ...authors.map((author) => author.approvalsNeeded));
  return others.length >= approvalsNeeded || approvals.length >= needed;
}

/** A repeated decision of the same person counts once. */
const hasDecided = ({ approvals }: RefundItem, { by }: Decider, decision: 'approve' | 'reject'): boolean =>
  approvals.some((earlier) => earlier.by === by && earlier.decision === decision);

function refusalOf(
  refund: RefundItem,
  { by, department }: Decider,
  limits: RefundPolicy['limits'],
): DecisionRefusal | undefined {
  if ([refund.requestedBy, refund.causedBy, ...(refund.amendedBy ?? [])].includes(by)) return 'own-request';
  return departmentRefusal({ ...refund, approvals: refund.approvals.filter(sameKindAs(by)) }, department, limits);
}

const refusalDetail: Record<DecisionRefusal, string> = {
  'own-request': 'A person cannot decide on their own request.',
  'same-department': 'The second approval must come from another department.',
  'above-limit': 'The amount is above the limit of this department.',
  'no-limit': 'This department has no limit in the policy, so it cannot approve refunds.',
};

/** Rejects a request, or a refund whose goods are awaited. Its reserved amounts are refundable again. */
export function reject(
  refund: RefundItem,
  ledger: RefundLedger,
  decider: Decider,
  comment: string | undefined,
  now: number,
): Outcome {
  if (hasDecided(refund, decider, 'reject')) return { kind: 'already-done', refund };
  const status = next(refund.status, 'reject');
  if (!status) return illegal(refund, 'rejected');
  if (refund.requestedBy === decider.by) {
    return {
      kind: 'not-allowed',
      reason: 'own-request',
      detail: `${refusalDetail['own-request']} They can withdraw it.`,
    };
  }
  const approvals = [
    ...refund.approvals,
    { ...decider, decision: 'reject' as const, at: new Date(now).toISOString(), comment },
  ];
  const { by, department } = decider;
  return endUnpaid({ ...refund, approvals }, ledger, status, (after) =>
    draftEvent(RefundRejected, { ...eventData(after), by, department, comment }),
  );
}
