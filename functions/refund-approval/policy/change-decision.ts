import { areTwoPeople } from '../../../shared/access/four-eyes.ts';
import type { PolicyChange } from './change-store.ts';

export type ChangeDecision =
  | { kind: 'approve'; change: PolicyChange }
  | { kind: 'reject'; change: PolicyChange }
  | { kind: 'already-done' }
  | { kind: 'illegal'; status: ChangeStatus }
  | { kind: 'own-change' };

type ChangeStatus = PolicyChange['status'] | 'expired' | 'superseded';

/** The status at `now` (ms since the epoch), while this version is in force. */
export function statusOf(change: PolicyChange, versionInForce: number, now: number): ChangeStatus {
  if (change.status !== 'pending-approval') return change.status;
  if (change.baseVersion !== versionInForce) return 'superseded';
  return now < Date.parse(change.expiresAt) ? 'pending-approval' : 'expired';
}

/** Decides on a person's decision. The author cannot approve the change, but can reject it. */
export function decideOnChange(
  change: PolicyChange,
  { decision, by, comment }: { decision: 'approve' | 'reject'; by: string; comment: string | undefined },
  versionInForce: number,
  now: number,
): ChangeDecision {
  const decided = decision === 'approve' ? 'approved' : 'rejected';
  if (change.status === decided && change.decidedBy === by) return { kind: 'already-done' };
  const status = statusOf(change, versionInForce, now);
  if (status !== 'pending-approval') return { kind: 'illegal', status };
  if (decision === 'approve' && !areTwoPeople(change.requestedBy, by)) return { kind: 'own-change' };
  const decidedAt = new Date(now).toISOString();
  return {
    kind: decision,
    change: { ...change, status: decided, decidedBy: by, decidedAt, comment, version: change.version + 1 },
  };
}
