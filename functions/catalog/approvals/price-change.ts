import { areTwoPeople } from '../../../shared/access/four-eyes.ts';
import * as z from 'zod';
import {
  type PriceChange as PriceChangeResponse,
  PriceChangeTarget,
} from '../../../shared/contracts/catalog/price-change-routes.ts';
import { resourceServer } from '../../../shared/access/scopes.ts';

/** A requested price below the margin, beside its key. `base` is the entity tag of what it changes. */
export const PriceChange = PriceChangeTarget.extend({
  changeId: z.string(),
  status: z.enum(['pending-approval', 'approved', 'rejected']),
  base: z.string(),
  minPriceMinor: z.int(),
  requestedBy: z.string(),
  requestedAt: z.string(),
  expiresAt: z.string(),
  decidedBy: z.string().optional(),
  decidedAt: z.string().optional(),
  comment: z.string().optional(),
  version: z.int().positive(),
});
export type PriceChange = z.infer<typeof PriceChange>;

type ChangeStatus = PriceChangeResponse['status'];
export type ChangeDecision =
  | { kind: 'approve' | 'reject'; change: PriceChange }
  | { kind: 'already-done' }
  | { kind: 'own-change' }
  | { kind: 'illegal'; status: ChangeStatus };

/** The status at `now` (milliseconds), while what it changes has this entity tag. */
function statusOf({ status, base, expiresAt }: PriceChange, tag: string, now: number): ChangeStatus {
  if (status !== 'pending-approval') return status;
  if (base !== tag) return 'superseded';
  return now < Date.parse(expiresAt) ? status : 'expired';
}

type Wanted = { decision: 'approve' | 'reject'; comment?: string | undefined; by: string };

/** Decides on a person's decision. Who requested the price cannot approve it, but can reject it. */
export function decideOnChange(change: PriceChange, wanted: Wanted, tag: string, now: number): ChangeDecision {
  const { decision, comment, by } = wanted;
  const decided = decision === 'approve' ? 'approved' : 'rejected';
  if (change.status === decided && change.decidedBy === by) return { kind: 'already-done' };
  const status = statusOf(change, tag, now);
  if (status !== 'pending-approval') return { kind: 'illegal', status };
  if (decision === 'approve' && !areTwoPeople(change.requestedBy, by)) return { kind: 'own-change' };
  const decidedAt = new Date(now).toISOString();
  const next = { ...change, status: decided, decidedBy: by, decidedAt, comment, version: change.version + 1 } as const;
  return { kind: decision, change: next };
}

export const changeBody = (change: PriceChange, tag: string, now: number): PriceChangeResponse => {
  const { base: _base, version: _version, ...shown } = change;
  const mayApprove = { scope: `${resourceServer}/policies.write`, except: [change.requestedBy] };
  return { ...shown, status: statusOf(change, tag, now), mayApprove };
};
