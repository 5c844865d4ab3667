import { CaseRated, RefundCaseClosed } from '../../../shared/contracts/refunds/events.ts';
import type { RefundStatus } from '../../../shared/contracts/refunds/status.ts';
import { type Change, eventData, illegal, type Outcome, draftEvent } from './change.ts';
import type { RefundItem } from './refund-item.ts';

/** Where the customer waits for nothing more. */
const ends: ReadonlySet<RefundStatus> = new Set([
  'paid',
  'exchanged',
  'store-credit',
  'rejected',
  'withdrawn',
  'expired',
]);

/** The change and, if it brings the refund to its first end, that its case is closed. */
export function closingCase(change: Change, now: number): Change {
  const { refund, events } = change;
  if (!ends.has(refund.status) || refund.closedAt !== undefined) return change;
  const closed = { ...refund, closedAt: new Date(now).toISOString() };
  return { ...change, refund: closed, events: [...events, draftEvent(RefundCaseClosed, eventData(closed))] };
}

/** Takes the customer's answer to how it was, once, after the case was closed. */
export function rate(
  refund: RefundItem,
  answer: { score: number; comment?: string | undefined },
  now: number,
): Outcome {
  const { score, comment } = answer;
  const { rating, closedAt } = refund;
  if (rating?.score === score && rating.comment === comment) return { kind: 'already-done', refund };
  if (rating) return { kind: 'already-rated' };
  if (closedAt === undefined) return illegal(refund, 'rated');
  const at = new Date(now).toISOString();
  const after: RefundItem = { ...refund, rating: { score, comment, at }, version: refund.version + 1 };
  return { kind: 'changed', refund: after, events: [draftEvent(CaseRated, { ...eventData(after), score, comment })] };
}
