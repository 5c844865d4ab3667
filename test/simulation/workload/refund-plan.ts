import type { RefundPolicy } from '../../../shared/contracts/refunds/policy-routes.ts';
import type { Disposition } from '../../../shared/contracts/refunds/events.ts';
import type { Dice } from './random.ts';
import type { Sending } from './life-cycle-plan.ts';

/** How refunds are decided in a run: by the reason, so that the plan decides how many must agree. */
export const simulatedPolicy: RefundPolicy = {
  rules: [
    { rule: 'cancelled', when: { isOverpaid: true }, decision: 'approve' },
    { rule: 'nobody', when: { reasons: ['too-late'] }, decision: 'refuse' },
    { rule: 'one', when: { reasons: ['complaint'] }, decision: 'one-approver' },
    { rule: 'one-after-return', when: { reasons: ['changed-mind'] }, decision: 'one-approver', payAfterReturn: true },
    { rule: 'two-after-return', when: { reasons: ['valuable'] }, decision: 'two-approvers', payAfterReturn: true },
    { rule: 'at-once-after-return', when: { reasons: ['wrong-size'] }, decision: 'approve', payAfterReturn: true },
    { rule: 'at-once', when: {}, decision: 'approve' },
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
const wishes = ['a-unit', 'a-unit', 'a-line', 'all', 'a-part', 'shipping', 'goodwill', 'too-much'] as const;
const deciders = ['service-lead', 'finance', 'admin'] as const;
type PlannedDecision = { by: (typeof deciders)[number]; decision: 'approve' | 'reject' };

/** A request for money back, and what becomes of it. */
export type PlannedRefund = {
  requestId: string;
  by: 'service' | 'service-lead';
  reason: (typeof reasons)[number];
  wants: (typeof wishes)[number];
  restock: boolean;
  /** While the order is shipped and cancelled, or after that. */
  meets: 'shipment' | 'end';
  /** Asked for once more under the same id with other content. */
  isContradicted: boolean;
  isAmended: boolean;
  isWithdrawn: boolean;
  /** All at once if hasty. Whoever asked tries it as well, and so does who has decided. */
  decisions: PlannedDecision[];
  /** What becomes of the units of each parcel: one unit each, the last one brings all the others if `isReturnedWhole`. */
  parcels: Disposition[];
  isReturnedWhole: boolean;
  /** What is done about a payout that failed. */
  remedy: 'retry' | 'store-credit';
  score: number;
  sending: Sending;
};

/** The requests for refunds of an order, of about every fourth that somebody pays for. */
export function plannedRefunds(dice: Dice, name: string): PlannedRefund[] {
  const isAsked = dice.happens(0.3);
  // All at once they compete for the same units.
  const isHasty = dice.happens(0.5);
  const meets = dice.pick(['shipment', 'end', 'end'] as const);
  return Array.from({ length: isAsked ? dice.pick([1, 1, 2, 3]) : 0 }, (_, index): PlannedRefund => ({
    requestId: `${name}-refund-${index}`,
    by: dice.pick(['service', 'service-lead']),
    reason: dice.pick(reasons),
    wants: dice.pick(wishes),
    restock: dice.happens(0.85),
    meets,
    isContradicted: dice.happens(0.2),
    isAmended: dice.happens(0.15),
    isWithdrawn: dice.happens(0.12),
    decisions: plannedDecisions(dice),
    parcels: Array.from({ length: dice.pick([0, 1, 2, 3, 3]) }, () =>
      dice.pick(['restock', 'restock', 'damaged', 'missing']),
    ),
    isReturnedWhole: dice.happens(0.7),
    remedy: dice.pick(['retry', 'retry', 'store-credit']),
    score: dice.whole(1, 5),
    sending: { repeats: dice.pick([0, 0, 1, 2]), isHasty },
  }));
}

function plannedDecisions(dice: Dice): PlannedDecision[] {
  // Nobody decides: it is called to mind, escalated and ends.
  if (dice.happens(0.2)) return [];
  const approvals = deciders.slice(0, dice.whole(1, 3)).map((by) => ({ by, decision: 'approve' as const }));
  return dice.happens(0.2) ? [...approvals, { by: 'finance', decision: 'reject' }] : approvals;
}
