import type { RefundPolicy } from '../../../shared/contracts/refunds/policy-routes.ts';
import type { Disposition } from '../../../shared/contracts/refunds/events.ts';
import type { Dice } from './random.ts';
import type { Submission } from './life-cycle-plan.ts';

/** Refund policy of a run. It decides by the reason, so that the plan determines the number of approvals. */
export const simulatedPolicy: RefundPolicy = {
  rules: [
    { rule: 'cancelled', when: { isOverpaid: true }, decision: 'approve' },
    { rule: 'refused', when: { reasons: ['too-late'] }, decision: 'refuse' },
    { rule: 'one', when: { reasons: ['complaint'] }, decision: 'one-approver' },
    { rule: 'one-after-return', when: { reasons: ['changed-mind'] }, decision: 'one-approver', payAfterReturn: true },
    { rule: 'two-after-return', when: { reasons: ['valuable'] }, decision: 'two-approvers', payAfterReturn: true },
    { rule: 'approve-after-return', when: { reasons: ['wrong-size'] }, decision: 'approve', payAfterReturn: true },
    { rule: 'approve', when: {}, decision: 'approve' },
  ],
  limits: { 'service-lead': 1_000_000, finance: 100_000_000, admin: 100_000_000 },
  waiting: { remindAfterHours: 4, escalateAfterHours: 8, expireAfterHours: 80, escalateTo: 'finance' },
  returns: { restockingBasisPoints: 1000, returnShippingMinor: 295, freeFor: ['damaged'], windowDays: 30 },
};

const reasons = [
  'damaged',
  'late',
  'complaint',
  'changed-mind',
  'changed-mind',
  'valuable',
  'valuable',
  'wrong-size',
  'too-late',
] as const;
const scopes = ['a-unit', 'a-unit', 'a-line', 'all', 'a-part', 'shipping', 'goodwill', 'too-much'] as const;
const departments = ['service-lead', 'finance', 'admin'] as const;
type PlannedDecision = { by: (typeof departments)[number]; decision: 'approve' | 'reject' };

/** A refund request, and what happens to it. */
export type PlannedRefund = {
  requestId: string;
  by: 'service' | 'service-lead';
  reason: (typeof reasons)[number];
  scope: (typeof scopes)[number];
  restock: boolean;
  /** Concurrent with shipments and cancellations, or after them. */
  phase: 'shipment' | 'end';
  /** The request is repeated with the same id and other content. */
  hasChangedRepeat: boolean;
  isAmended: boolean;
  isWithdrawn: boolean;
  /** Decisions, concurrent if the submission is. The requester's own approval is among them. */
  decisions: PlannedDecision[];
  /** Disposition by parcel. Each has one unit; if `isReturnedWhole`, the last one has all remaining units. */
  parcels: Disposition[];
  isReturnedWhole: boolean;
  /** What finance does after a failed payout. */
  remedy: 'retry' | 'store-credit';
  score: number;
  submission: Submission;
};

/** Refund requests of a paid order; about three orders in ten have any. */
export function plannedRefunds(dice: Dice, name: string): PlannedRefund[] {
  const hasRefunds = dice.happens(0.3);
  // Concurrent refunds compete for the same units.
  const isConcurrent = dice.happens(0.5);
  const phase = dice.pick(['shipment', 'end', 'end'] as const);
  return Array.from({ length: hasRefunds ? dice.pick([1, 1, 2, 3]) : 0 }, (_, index): PlannedRefund => ({
    requestId: `${name}-refund-${index}`,
    by: dice.pick(['service', 'service-lead']),
    reason: dice.pick(reasons),
    scope: dice.pick(scopes),
    restock: dice.happens(0.85),
    phase,
    hasChangedRepeat: dice.happens(0.2),
    isAmended: dice.happens(0.15),
    isWithdrawn: dice.happens(0.12),
    decisions: plannedDecisions(dice),
    parcels: Array.from({ length: dice.pick([0, 1, 2, 3, 3]) }, () =>
      dice.pick(['restock', 'restock', 'damaged', 'missing']),
    ),
    isReturnedWhole: dice.happens(0.7),
    remedy: dice.pick(['retry', 'retry', 'store-credit']),
    score: dice.whole(1, 5),
    submission: { repeats: dice.pick([0, 0, 1, 2]), isConcurrent },
  }));
}

function plannedDecisions(dice: Dice): PlannedDecision[] {
  // Without a decision, the refund is reminded of, escalated and expired.
  if (dice.happens(0.2)) return [];
  const approvals = departments.slice(0, dice.whole(1, 3)).map((by) => ({ by, decision: 'approve' as const }));
  return dice.happens(0.2) ? [...approvals, { by: 'finance', decision: 'reject' }] : approvals;
}
