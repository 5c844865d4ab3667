import type { RefundPolicy, Rule } from '../../../shared/contracts/refunds/policy-routes.ts';
import type { RefundReason } from '../../../shared/contracts/refunds/refund-content.ts';

export type { RefundPolicy };

/** What the policy looks at. */
export type PolicyFacts = {
  amountMinor: number;
  currency: string;
  reason: RefundReason;
  channel: string;
  goods: 'not-shipped' | 'shipped' | 'delivered';
  daysSinceDelivery: number | undefined;
  isGoodwill: boolean;
  isOverpaid: boolean;
  /** The customer's; absent for a guest. */
  history: { orders: number; refundedOrders: number; accountAgeDays: number } | undefined;
};

/** The rule that applies, and what it asks for. */
export type Verdict = {
  rule: string;
  decision: Rule['decision'];
  approvalsNeeded: 0 | 1 | 2;
  payAfterReturn: boolean;
};

/** Decides by the first rule whose conditions all hold; the last one applies to everything. */
export function judge(facts: PolicyFacts, { rules }: Pick<RefundPolicy, 'rules'>): Verdict {
  const found = rules.find(({ when }) => applies(when, facts)) ?? rules.at(-1);
  if (!found) throw new RangeError('A refund policy has rules');
  const { rule, decision, payAfterReturn = false } = found;
  const approvalsNeeded = decision === 'two-approvers' ? 2 : decision === 'one-approver' ? 1 : 0;
  const isOut = facts.goods !== 'not-shipped';
  return { rule, decision, approvalsNeeded, payAfterReturn: payAfterReturn && isOut };
}

function applies(when: Rule['when'], facts: PolicyFacts): boolean {
  const { history } = facts;
  const isOneOf = <T>(values: readonly T[] | undefined, value: T) => values === undefined || values.includes(value);
  const isAtLeast = (least: number | undefined, value: number | undefined) =>
    least === undefined || (value !== undefined && value >= least);
  const rate =
    history && history.orders >= (when.ordersAtLeast ?? 1) ? history.refundedOrders / history.orders : undefined;
  return (
    isAtLeast(when.amountAtLeastMinor, facts.amountMinor) &&
    (when.amountAtMostMinor === undefined || facts.amountMinor <= when.amountAtMostMinor) &&
    isOneOf(when.currencies, facts.currency) &&
    isOneOf(when.reasons, facts.reason) &&
    isOneOf(when.channels, facts.channel) &&
    isOneOf(when.goods, facts.goods) &&
    isAtLeast(when.daysSinceDeliveryAtLeast, facts.daysSinceDelivery) &&
    isAtLeast(when.refundRateAtLeast, rate) &&
    // A guest has no account: it is as young as can be.
    (when.accountAgeDaysBelow === undefined || (history?.accountAgeDays ?? 0) < when.accountAgeDaysBelow) &&
    (when.isGoodwill === undefined || when.isGoodwill === facts.isGoodwill) &&
    (when.isOverpaid === undefined || when.isOverpaid === facts.isOverpaid)
  );
}
