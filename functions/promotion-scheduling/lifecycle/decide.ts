import { areTwoPeople } from '../../../shared/access/four-eyes.ts';
import type { PromotionAction } from '../../../shared/contracts/promotions/promotion.ts';
import type { PromotionState } from '../../../shared/contracts/promotions/promotion.ts';
import { isMatch, type PromotionRecord } from '../promotion/promotion-record.ts';
import { stateAt } from '../promotion/promotion-timing.ts';
import {
  withApproval,
  withEnd,
  withoutPause,
  withPause,
  withRejection,
  withSubmission,
} from '../promotion/transitions.ts';

export type LifecycleAction = 'submit' | 'approve' | 'reject' | 'pause' | 'resume' | 'end';

export type ActionDecision =
  | { kind: 'change'; next: PromotionRecord; action: PromotionAction }
  | { kind: 'already-done' | 'precondition-required' | 'precondition-failed' | 'own-change' }
  | { kind: 'illegal'; state: PromotionState };

export type Wanted = {
  action: LifecycleAction;
  ifMatch: string | undefined;
  comment: string | undefined;
  by: string;
  /** Milliseconds. */
  now: number;
  thresholds: Readonly<Partial<Record<string, number>>> | undefined;
  storeZone: string;
};

/** Decides on an action. Done before is no error: the caller may repeat a request whose response was lost. */
export function decideAction(current: PromotionRecord, wanted: Wanted): ActionDecision {
  const { action, ifMatch, comment, by, now, storeZone } = wanted;
  const state = stateAt(current, storeZone, now);
  const illegal = { kind: 'illegal', state } as const;
  if (isDone(current, wanted)) return { kind: 'already-done' };
  if (ifMatch !== undefined && !isMatch(ifMatch, current)) return { kind: 'precondition-failed' };
  if (current.endedAt !== undefined) return illegal;
  switch (action) {
    case 'submit':
      if (current.status !== 'draft') return illegal;
      return { kind: 'change', next: withSubmission(current, wanted), action: 'submitted' };
    case 'approve':
      if (current.status !== 'pending-approval') return illegal;
      if (!current.authors.every((author) => areTwoPeople(author, by))) return { kind: 'own-change' };
      // What was read is what is approved.
      if (ifMatch === undefined) return { kind: 'precondition-required' };
      return { kind: 'change', next: withApproval(current, wanted, comment), action: 'approved' };
    case 'reject':
      if (current.status !== 'pending-approval') return illegal;
      return { kind: 'change', next: withRejection(current, wanted, comment), action: 'rejected' };
    case 'pause':
      if (!current.inForce || state === 'ended') return illegal;
      return { kind: 'change', next: withPause(current, wanted), action: 'paused' };
    case 'resume':
      if (!current.paused) return illegal;
      return { kind: 'change', next: withoutPause(current, wanted), action: 'resumed' };
    case 'end':
      if (state === 'ended') return illegal;
      return { kind: 'change', next: withEnd(current, wanted), action: 'ended' };
    default:
      return action satisfies never;
  }
}

/** Whether the promotion is as the action would leave it. */
function isDone({ status, approval, paused, endedAt, inForce }: PromotionRecord, { action, by }: Wanted): boolean {
  switch (action) {
    case 'submit':
      return status !== 'draft';
    case 'approve':
      return status === 'approved' && approval?.status === 'approved' && approval.decidedBy === by;
    case 'reject':
      return status === 'draft' && approval?.status === 'rejected' && approval.decidedBy === by;
    case 'pause':
      return paused === true;
    case 'resume':
      return inForce !== undefined && !paused;
    case 'end':
      return endedAt !== undefined;
    default:
      return action satisfies never;
  }
}
