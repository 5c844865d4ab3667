import { describe, expect, test } from 'vitest';
import { defaultPolicy } from '../../../functions/refund-approval/refund/refund-policy.ts';
import { type PolicyFacts, judge } from '../../../functions/refund-approval/requests/judge.ts';
import type { Rule } from '../../../shared/contracts/refunds/policy-routes.ts';

const facts = (given: Partial<PolicyFacts> = {}): PolicyFacts => ({
  amountMinor: 5000,
  currency: 'GBP',
  reason: 'changed-mind',
  channel: 'storefront',
  goods: 'not-shipped',
  daysSinceDelivery: undefined,
  isGoodwill: false,
  isOverpaid: false,
  history: { orders: 4, refundedOrders: 2, accountAgeDays: 30 },
  ...given,
});
/** Whether a rule with this condition decides. */
const holds = (when: Rule['when'], given: Partial<PolicyFacts> = {}) =>
  judge(facts(given), { rules: [{ rule: 'tested', when, decision: 'refuse' }, ...defaultPolicy.rules.slice(-1)] })
    .rule === 'tested';

describe('a condition of the policy', () => {
  test.each<[Rule['when'], Partial<PolicyFacts>, Partial<PolicyFacts>]>([
    [{ amountAtLeastMinor: 100 }, { amountMinor: 100 }, { amountMinor: 99 }],
    [{ amountAtMostMinor: 100 }, { amountMinor: 100 }, { amountMinor: 101 }],
    [{ currencies: ['EUR', 'GBP'] }, {}, { currency: 'USD' }],
    [{ reasons: ['late'] }, { reason: 'late' }, { reason: 'damaged' }],
    [{ channels: ['marketplace'] }, { channel: 'marketplace' }, {}],
    [{ goods: ['shipped', 'delivered'] }, { goods: 'delivered' }, {}],
    [{ daysSinceDeliveryAtLeast: 30 }, { daysSinceDelivery: 30 }, { daysSinceDelivery: 29.9 }],
    [{ daysSinceDeliveryAtLeast: 0 }, { daysSinceDelivery: 0 }, {}],
    [{ refundRateAtLeast: 0.5 }, {}, { history: { orders: 4, refundedOrders: 1, accountAgeDays: 30 } }],
    [
      { refundRateAtLeast: 0.5, ordersAtLeast: 4 },
      {},
      { history: { orders: 3, refundedOrders: 3, accountAgeDays: 30 } },
    ],
    [{ refundRateAtLeast: 0 }, {}, { history: undefined }],
    [{ accountAgeDaysBelow: 31 }, {}, { history: { orders: 9, refundedOrders: 0, accountAgeDays: 31 } }],
    [{ accountAgeDaysBelow: 1 }, { history: undefined }, {}],
    [{ isGoodwill: true }, { isGoodwill: true }, {}],
    [{ isOverpaid: true }, { isOverpaid: true }, {}],
    [{ amountAtLeastMinor: 1, reasons: ['late'] }, { reason: 'late' }, { reason: 'late', amountMinor: 0 }],
  ])('%j holds for %j and not for %j', (when, yes, no) => {
    expect([holds(when, yes), holds(when, no)]).toEqual([true, false]);
  });
});

describe('the default policy', () => {
  test.each<[string, Partial<PolicyFacts>, string, number]>([
    ['overpaid money after a cancellation', { isOverpaid: true, amountMinor: 90_000 }, 'cancelled', 0],
    [
      'a large amount with the reason cancelled',
      { reason: 'cancelled', history: undefined, amountMinor: 90_000 },
      'large-amount',
      2,
    ],
    ['a request a year after delivery', { goods: 'delivered', daysSinceDelivery: 365 }, 'return-window-over', 0],
    ['a customer with frequent refunds', {}, 'frequent-refunds', 1],
    ['a large amount', { history: undefined, amountMinor: 50_001 }, 'large-amount', 2],
    ['large goodwill', { history: undefined, isGoodwill: true, amountMinor: 2001 }, 'goodwill', 1],
    ['a small amount', { history: undefined, amountMinor: 10_000 }, 'small-amount', 0],
    ['any other amount', { history: undefined, amountMinor: 10_001 }, 'any', 1],
  ])('applies to %s', (_name, given, rule, approvalsNeeded) => {
    expect(judge(facts(given), defaultPolicy)).toMatchObject({ rule, approvalsNeeded });
  });

  test('requires the return only if goods were shipped', () => {
    const large = { history: undefined, amountMinor: 60_000 };
    expect(judge(facts(large), defaultPolicy).payAfterReturn).toBe(false);
    expect(judge(facts({ ...large, goods: 'shipped' }), defaultPolicy).payAfterReturn).toBe(true);
  });
});
