import { type RefundPolicy, type Rule, ruleDecisions } from '../../../shared/contracts/refunds/policy-routes.ts';
import type { RefundReason } from '../../../shared/contracts/refunds/refund-content.ts';
import type { RequestedParts } from '../refund/allocation.ts';
import type { OrderSnapshot } from '../refund/order-snapshot.ts';

const msPerDay = 86_400_000;

/** A customer's orders and refunded orders; `firstOrderAt` is the time of the earliest order. */
export type CustomerHistory = { orders: number; refundedOrders: number; firstOrderAt: string };

/** The input of the policy's conditions. */
export type PolicyFacts = {
  amountMinor: number;
  currency: string;
  reason: RefundReason;
  channel: string;
  goods: 'not-shipped' | 'shipped' | 'delivered';
  daysSinceDelivery: number | undefined;
  isGoodwill: boolean;
  isOverpaid: boolean;
  /** Undefined for a guest. */
  history: { orders: number; refundedOrders: number; accountAgeDays: number } | undefined;
};

/** The rule that applies, and its decision. */
export type Verdict = {
  rule: string;
  decision: Rule['decision'];
  approvalsNeeded: 0 | 1 | 2;
  payAfterReturn: boolean;
};

/** The first rule whose conditions all hold decides; the last rule applies to everything. */
export function judge(facts: PolicyFacts, { rules }: Pick<RefundPolicy, 'rules'>): Verdict {
  const found = rules.find(({ when }) => applies(when, facts)) ?? rules.at(-1);
  if (!found) throw new RangeError('A refund policy has at least one rule');
  const { rule, decision, payAfterReturn = false } = found;
  const approvalsNeeded = decision === 'two-approvers' ? 2 : decision === 'one-approver' ? 1 : 0;
  const isShipped = facts.goods !== 'not-shipped';
  return { rule, decision, approvalsNeeded, payAfterReturn: payAfterReturn && isShipped };
}

/** The strictest of the policies' decisions: the most approvals or a refusal, and the payout after the return. */
export function judgeByAll(facts: PolicyFacts, policies: readonly Pick<RefundPolicy, 'rules'>[]): Verdict {
  const verdicts = policies.map((policy) => judge(facts, policy));
  const rankOf = ({ decision }: Verdict) => ruleDecisions.indexOf(decision);
  const strictest = verdicts.reduce((a, b) => (rankOf(b) > rankOf(a) ? b : a));
  return { ...strictest, payAfterReturn: verdicts.some(({ payAfterReturn }) => payAfterReturn) };
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
    // A guest counts as a new account.
    (when.accountAgeDaysBelow === undefined || (history?.accountAgeDays ?? 0) < when.accountAgeDaysBelow) &&
    (when.isGoodwill === undefined || when.isGoodwill === facts.isGoodwill) &&
    (when.isOverpaid === undefined || when.isOverpaid === facts.isOverpaid)
  );
}

/**
 * The facts of a request. `amountMinor` includes the order's earlier refunds, so that parts of a large refund are judged
 * as a large one. `now` in ms since the epoch.
 */
export function policyFacts(
  order: OrderSnapshot,
  requested: RequestedParts,
  amountMinor: number,
  reason: string,
  history: CustomerHistory | undefined,
  now: number,
): PolicyFacts {
  const deliveries = order.shipments.flatMap(({ deliveredAt }) => (deliveredAt ? [Date.parse(deliveredAt)] : []));
  const isAllDelivered = order.shipments.length > 0 && deliveries.length === order.shipments.length;
  return {
    amountMinor,
    currency: order.currency,
    reason,
    channel: order.channel,
    goods: order.shipments.length === 0 ? 'not-shipped' : isAllDelivered ? 'delivered' : 'shipped',
    daysSinceDelivery: isAllDelivered ? (now - Math.max(...deliveries)) / msPerDay : undefined,
    isGoodwill: (requested.goodwillMinor ?? 0) > 0,
    isOverpaid: isOnlyOverpaid(requested),
    history: history && {
      orders: history.orders,
      refundedOrders: history.refundedOrders,
      accountAgeDays: (now - Date.parse(history.firstOrderAt)) / msPerDay,
    },
  };
}

const isOnlyOverpaid = ({ overpaidMinor = 0, ...others }: RequestedParts): boolean =>
  overpaidMinor > 0 && Object.values(others).every((other) => other === undefined || other === 0);
