import type { RefundPolicy } from '../../../shared/contracts/refunds/policy-routes.ts';
import { ownValue } from '../../../shared/input/own-value.ts';

/** In force until staff set a policy. The amounts are meant for currencies with two decimals, such as GBP and EUR. */
export const defaultPolicy: RefundPolicy = {
  rules: [
    { rule: 'cancelled', when: { isOverpaid: true }, decision: 'approve' },
    { rule: 'return-window-over', when: { daysSinceDeliveryAtLeast: 365 }, decision: 'refuse' },
    { rule: 'frequent-refunds', when: { refundRateAtLeast: 0.5, ordersAtLeast: 4 }, decision: 'one-approver' },
    { rule: 'large-amount', when: { amountAtLeastMinor: 50_001 }, decision: 'two-approvers', payAfterReturn: true },
    { rule: 'goodwill', when: { isGoodwill: true, amountAtLeastMinor: 2001 }, decision: 'one-approver' },
    { rule: 'small-amount', when: { amountAtMostMinor: 10_000 }, decision: 'approve' },
    { rule: 'any', when: {}, decision: 'one-approver' },
  ],
  limits: { 'service-lead': 100_000, finance: 10_000_000, admin: 10_000_000 },
  waiting: { remindAfterHours: 4, escalateAfterHours: 8, expireAfterHours: 80, escalateTo: 'finance' },
  returns: {
    restockingBasisPoints: 0,
    returnShippingMinor: 0,
    freeFor: ['damaged', 'defective', 'wrong-item', 'not-as-described'],
    windowDays: 30,
  },
};

/** A policy in force before a looser one. Until `until`, it also judges what `by`, the author of the change, does. */
export type EarlierPolicy = { by: string; until: string; version: number; content: RefundPolicy };

/** Version 0 is the default policy, in force until staff write the first version. */
export type PolicyInForce = { version: number; content: RefundPolicy; earlier?: EarlierPolicy[] };

/** The earlier policies that still judge their authors at `now` (ms since the epoch). */
export const watchedPolicies = <E extends Pick<EarlierPolicy, 'until'>>(
  { earlier = [] }: { earlier?: E[] | undefined },
  now: number,
): E[] => earlier.filter(({ until }) => now < Date.parse(until));

/**
 * The policies that judge what these people do: the one in force, and those that each of them made looser. The strictest
 * of them decides.
 */
export const policiesFor = (policy: PolicyInForce, people: readonly (string | undefined)[], now: number) => [
  policy.content,
  ...watchedPolicies(policy, now).flatMap(({ by, content }) => (people.includes(by) ? [content] : [])),
];

/** The smallest limit of each department. A department without a limit in one of the policies has none. */
export const strictestLimits = (policies: readonly RefundPolicy[]): RefundPolicy['limits'] =>
  policies
    .map(({ limits }) => limits)
    .reduce((a, b) =>
      Object.fromEntries(
        Object.entries(a).flatMap(([department, limit]) => {
          const other = ownValue(b, department);
          return other === undefined ? [] : [[department, Math.min(limit, other)]];
        }),
      ),
    );
