import * as z from 'zod';
import { RefundEscalated, RefundExpired, RefundReminded } from '../../../shared/contracts/refunds/events.ts';
import type { RefundPolicy } from '../../../shared/contracts/refunds/policy-routes.ts';
import { Instant } from '../../../shared/names.ts';
import { type Change, draftEvent, endUnpaid, eventData, illegal, type Outcome } from '../refund/change.ts';
import { hasReturnedUnits } from '../refund/expected-return.ts';
import { next } from '../refund/life-cycle.ts';
import type { RefundItem } from '../refund/refund-item.ts';
import type { RefundLedger } from '../refund/refund-ledger.ts';
import type { WorkingCalendar } from '../../../shared/settings/calendars.ts';
import { workingTimeAfter } from './calendar.ts';

/** A reminder, the escalation to a lead, and the expiry. */
export const deadlineKinds = ['remind', 'escalate', 'expire'] as const;

/** The message that a schedule sends to the deadline queue. */
export const Deadline = z.strictObject({
  refundId: z.string(),
  kind: z.enum(deadlineKinds),
  /** The time of the request that the deadline belongs to; an amendment is a new request. */
  requestedAt: Instant,
  dueAt: Instant,
});
export type Deadline = z.infer<typeof Deadline>;

type WaitingPolicy = RefundPolicy['waiting'];

/** When a request that is made at `now` (ms since the epoch) expires without a decision. */
export const expiryOf = ({ expireAfterHours }: WaitingPolicy, calendar: WorkingCalendar, now: number): string =>
  new Date(workingTimeAfter(calendar, now, expireAfterHours)).toISOString();

/** The open deadlines of a refund, by the policy version that judged it. */
export function deadlinesOf(refund: RefundItem, waiting: WaitingPolicy, calendar: WorkingCalendar): Deadline[] {
  const { refundId, status, requestedAt, deadlineAt } = refund;
  const deadline = (kind: Deadline['kind'], dueAt: string) => ({ refundId, kind, requestedAt, dueAt });
  const after = (hours: number) => new Date(workingTimeAfter(calendar, Date.parse(requestedAt), hours)).toISOString();
  const isPending = status === 'pending-approval';
  const canExpire = isPending || status === 'awaiting-return';
  return [
    ...(isPending && !refund.remindedAt ? [deadline('remind', after(waiting.remindAfterHours))] : []),
    ...(isPending && !refund.escalated ? [deadline('escalate', after(waiting.escalateAfterHours))] : []),
    ...(canExpire && deadlineAt !== undefined ? [deadline('expire', deadlineAt)] : []),
  ];
}

/** Pays a refund for the units that came back when its return deadline passes. */
export type EndReturn = (refund: RefundItem, ledger: RefundLedger) => Change;

/**
 * Applies a deadline. The schedule decides that it is due: its clock may be ahead of the function's. A deadline of an
 * earlier request, of a decided refund or one that was applied before changes nothing.
 */
export function applyDeadline(
  refund: RefundItem,
  ledger: RefundLedger,
  { kind, requestedAt, dueAt }: Deadline,
  waiting: WaitingPolicy,
  now: number,
  endReturn: EndReturn,
): Outcome {
  if (kind === 'expire') {
    if (refund.deadlineAt !== dueAt) return { kind: 'already-done', refund };
    return expire(refund, ledger, Math.max(now, Date.parse(dueAt)), endReturn);
  }
  if (refund.status !== 'pending-approval' || refund.requestedAt !== requestedAt)
    return { kind: 'already-done', refund };
  return kind === 'remind' ? remind(refund, now) : escalate(refund, waiting.escalateTo, now);
}

/** Ends a request without a decision, or a return: units that came back are refunded. Does nothing before the deadline. */
export function expire(refund: RefundItem, ledger: RefundLedger, now: number, endReturn: EndReturn): Outcome {
  const status = next(refund.status, 'expire');
  if (!status) return illegal(refund, 'expired');
  if (refund.deadlineAt === undefined || Date.parse(refund.deadlineAt) > now) return { kind: 'already-done', refund };
  if (hasReturnedUnits(refund)) return endReturn(refund, ledger);
  return endUnpaid(refund, ledger, status, (after) => draftEvent(RefundExpired, eventData(after)));
}

function remind(refund: RefundItem, now: number): Outcome {
  if (refund.remindedAt) return { kind: 'already-done', refund };
  const after = { ...refund, remindedAt: new Date(now).toISOString(), version: refund.version + 1 };
  return { kind: 'changed', refund: after, events: [draftEvent(RefundReminded, waitingEventData(after))] };
}

function escalate(refund: RefundItem, to: string, now: number): Outcome {
  if (refund.escalated) return { kind: 'already-done', refund };
  const after = { ...refund, escalated: { to, at: new Date(now).toISOString() }, version: refund.version + 1 };
  const event = draftEvent(RefundEscalated, { ...waitingEventData(after), escalatedTo: to });
  return { kind: 'changed', refund: after, events: [event] };
}

const waitingEventData = (refund: RefundItem) => ({
  ...eventData(refund),
  requestedAt: refund.requestedAt,
  deadlineAt: refund.deadlineAt,
});
