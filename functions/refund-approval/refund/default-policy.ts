import type { RefundPolicy } from '../../../shared/contracts/refunds/policy-routes.ts';

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
