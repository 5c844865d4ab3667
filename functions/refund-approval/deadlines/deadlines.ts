import * as z from 'zod';
import { RefundEscalated, RefundReminded } from '../../../shared/contracts/refunds/events.ts';
import { Instant } from '../../../shared/names.ts';
import { type WorkingCalendar, workingTimeAfter } from './calendar.ts';
import { eventData, type Outcome, draftEvent } from '../refund/change.ts';
import { expire } from '../approvals/decide.ts';
import type { RefundPolicy } from '../requests/judge.ts';
import type { RefundLedger } from '../refund/refund-ledger.ts';
import type { RefundItem } from '../refund/refund-item.ts';

/** What a refund that waits meets in the end: a reminder, the lead, its own end. */
export const deadlineKinds = ['remind', 'escalate', 'expire'] as const;

/** What a schedule puts on the queue when it fires. */
export const Deadline = z.strictObject({
  refundId: z.string(),
  kind: z.enum(deadlineKinds),
  /** When that was asked for which waits: an amended request waits anew. */
  requestedAt: Instant,
  dueAt: Instant,
});
export type Deadline = z.infer<typeof Deadline>;

type Waiting = RefundPolicy['waiting'];

/** When a request that is made at `now` (ms since the epoch) ends undecided. */
export const expiryOf = ({ expireAfterHours }: Waiting, calendar: WorkingCalendar, now: number): string =>
  new Date(workingTimeAfter(calendar, now, expireAfterHours)).toISOString();

/** What lies before the refund as it is, by the policy that judged it. */
export function deadlinesOf(refund: RefundItem, waiting: Waiting, calendar: WorkingCalendar): Deadline[] {
  const { refundId, status, requestedAt, deadlineAt } = refund;
  const deadline = (kind: Deadline['kind'], dueAt: string) => ({ refundId, kind, requestedAt, dueAt });
  const after = (hours: number) => new Date(workingTimeAfter(calendar, Date.parse(requestedAt), hours)).toISOString();
  const isPending = status === 'pending-approval';
  const isOpen = isPending || status === 'awaiting-return';
  return [
    ...(isPending && !refund.remindedAt ? [deadline('remind', after(waiting.remindAfterHours))] : []),
    ...(isPending && !refund.escalated ? [deadline('escalate', after(waiting.escalateAfterHours))] : []),
    ...(isOpen && deadlineAt !== undefined ? [deadline('expire', deadlineAt)] : []),
  ];
}

/**
 * What becomes of the refund as a deadline of it is over. That it is, the schedule says, whose clock may be ahead of
 * ours. A deadline of what was decided or asked for otherwise since then, or that was met before, changes nothing.
 */
export function meetDeadline(
  refund: RefundItem,
  account: RefundLedger,
  { kind, requestedAt, dueAt }: Deadline,
  waiting: Waiting,
  now: number,
): Outcome {
  if (kind === 'expire') {
    if (refund.deadlineAt !== dueAt) return { kind: 'already-done', refund };
    return expire(refund, account, Math.max(now, Date.parse(dueAt)));
  }
  if (refund.status !== 'pending-approval' || refund.requestedAt !== requestedAt)
    return { kind: 'already-done', refund };
  return kind === 'remind' ? remind(refund, now) : escalate(refund, waiting.escalateTo, now);
}

function remind(refund: RefundItem, now: number): Outcome {
  if (refund.remindedAt) return { kind: 'already-done', refund };
  const after = { ...refund, remindedAt: new Date(now).toISOString(), version: refund.version + 1 };
  return { kind: 'changed', refund: after, events: [draftEvent(RefundReminded, waitingOf(after))] };
}

function escalate(refund: RefundItem, to: string, now: number): Outcome {
  if (refund.escalated) return { kind: 'already-done', refund };
  const after = { ...refund, escalated: { to, at: new Date(now).toISOString() }, version: refund.version + 1 };
  const event = draftEvent(RefundEscalated, { ...waitingOf(after), escalatedTo: to });
  return { kind: 'changed', refund: after, events: [event] };
}

const waitingOf = (refund: RefundItem) => ({
  ...eventData(refund),
  requestedAt: refund.requestedAt,
  deadlineAt: refund.deadlineAt,
});
