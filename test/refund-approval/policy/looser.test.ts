import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { looserParts } from '../../../functions/refund-approval/policy/looser.ts';
import { defaultPolicy } from '../../../functions/refund-approval/refund/refund-policy.ts';
import { judge, type PolicyFacts } from '../../../functions/refund-approval/requests/judge.ts';
import { type RefundPolicy, type Rule, ruleDecisions } from '../../../shared/contracts/refunds/policy-routes.ts';
import '../../support/properties/seed.ts';

const last = (decision: Rule['decision']): Rule => ({ rule: 'last', when: {}, decision });
const withRules = (...rules: Rule[]): RefundPolicy => ({ ...defaultPolicy, rules });
const withReturns = (part: Partial<RefundPolicy['returns']>): RefundPolicy => ({
  ...defaultPolicy,
  returns: { ...defaultPolicy.returns, ...part },
});
const withLimits = (part: RefundPolicy['limits']): RefundPolicy => ({
  ...defaultPolicy,
  limits: { ...defaultPolicy.limits, ...part },
});
const large = (amountAtLeastMinor: number, decision: Rule['decision'] = 'two-approvers'): Rule => ({
  rule: 'large',
  when: { amountAtLeastMinor },
  decision,
});

describe('a change of the policy is looser', () => {
  test.each<[string, RefundPolicy, RefundPolicy, string[]]>([
    ['everything is approved', defaultPolicy, withRules(last('approve')), ['rules']],
    [
      'a large amount begins later',
      withRules(large(100), last('approve')),
      withRules(large(101), last('approve')),
      ['rules'],
    ],
    [
      'an earlier rule approves a part',
      withRules(last('one-approver')),
      withRules({ rule: 'eur', when: { currencies: ['EUR'] }, decision: 'approve' }, last('one-approver')),
      ['rules'],
    ],
    [
      'the order of rules changes',
      withRules(large(100), { rule: 'late', when: { reasons: ['late'] }, decision: 'approve' }, last('refuse')),
      withRules({ rule: 'late', when: { reasons: ['late'] }, decision: 'approve' }, large(100), last('refuse')),
      ['rules'],
    ],
    [
      'shipped goods need not come back',
      withRules({ ...last('one-approver'), payAfterReturn: true }),
      withRules(last('one-approver')),
      ['rules'],
    ],
    ['a refusal becomes an approval', withRules(last('refuse')), withRules(last('two-approvers')), ['rules']],
    ['a limit is higher', defaultPolicy, withLimits({ 'service-lead': 100_001 }), ['limits']],
    ['another department gets a limit', defaultPolicy, withLimits({ service: 1 }), ['limits']],
    ['a fee is lower', withReturns({ returnShippingMinor: 250 }), defaultPolicy, ['returns']],
    [
      'a reason is free',
      defaultPolicy,
      withReturns({ freeFor: [...defaultPolicy.returns.freeFor, 'late'] }),
      ['returns'],
    ],
    ['goods may come back later', defaultPolicy, withReturns({ windowDays: 31 }), ['returns']],
  ])('if %s', (_case, current, next, parts) => expect(looserParts(current, next)).toEqual(parts));
});

const small: Rule = { rule: 'small', when: { amountAtMostMinor: 99 }, decision: 'approve' };
const old: Rule = { rule: 'old', when: { daysSinceDeliveryAtLeast: 365 }, decision: 'refuse' };

describe('a change of the policy is not looser', () => {
  test.each<[string, RefundPolicy, RefundPolicy]>([
    ['nothing changes', defaultPolicy, defaultPolicy],
    ['all need two', defaultPolicy, withRules(old, { ...last('two-approvers'), payAfterReturn: true })],
    ['everything is refused', defaultPolicy, withRules(last('refuse'))],
    ['a large amount begins earlier', withRules(large(100), last('approve')), withRules(large(99), last('approve'))],
    [
      'rules without common requests change places',
      withRules(large(100), small, last('refuse')),
      withRules(small, large(100), last('refuse')),
    ],
    ['a rule is split', withRules(last('refuse')), withRules(large(5, 'refuse'), last('refuse'))],
    ['a limit is lower or removed', defaultPolicy, { ...defaultPolicy, limits: { finance: 1 } }],
    [
      'waiting times change',
      defaultPolicy,
      { ...defaultPolicy, waiting: { ...defaultPolicy.waiting, expireAfterHours: 900 } },
    ],
  ])('if %s', (_case, current, next) => expect(looserParts(current, next)).toEqual([]));
});

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const someOf = (...values: string[]) => optional(fc.subarray(values, { minLength: 1 }));
const when: fc.Arbitrary<Rule['when']> = fc
  .record({
    amountAtLeastMinor: optional(fc.integer({ min: 0, max: 4 })),
    amountAtMostMinor: optional(fc.integer({ min: 0, max: 4 })),
    currencies: someOf('GBP', 'EUR'),
    goods: someOf('not-shipped', 'shipped', 'delivered') as fc.Arbitrary<Rule['when']['goods']>,
    daysSinceDeliveryAtLeast: optional(fc.integer({ min: 0, max: 2 })),
    refundRateAtLeast: optional(fc.constantFrom(0, 0.5, 1)),
    ordersAtLeast: optional(fc.integer({ min: 1, max: 3 })),
    accountAgeDaysBelow: optional(fc.integer({ min: 1, max: 3 })),
    isGoodwill: optional(fc.boolean()),
  })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));
const rule = (condition: fc.Arbitrary<Rule['when']>): fc.Arbitrary<Rule> =>
  fc.record({
    rule: fc.constant('rule'),
    when: condition,
    decision: fc.constantFrom(...ruleDecisions),
    payAfterReturn: fc.boolean(),
  });
const policy = fc
  .tuple(fc.array(rule(when), { maxLength: 4 }), rule(fc.constant({})))
  .map(([rules, rest]) => withRules(...rules, rest));
const goods = fc.constantFrom('not-shipped' as const, 'shipped' as const, 'delivered' as const);
const facts: fc.Arbitrary<PolicyFacts> = fc.record({
  amountMinor: fc.integer({ min: 0, max: 5 }),
  currency: fc.constantFrom('GBP', 'EUR', 'USD'),
  reason: fc.constant('late'),
  channel: fc.constant('storefront'),
  goods,
  daysSinceDelivery: optional(fc.integer({ min: 0, max: 3 })),
  isGoodwill: fc.boolean(),
  isOverpaid: fc.boolean(),
  history: optional(
    fc.record({
      orders: fc.integer({ min: 1, max: 4 }),
      refundedOrders: fc.integer({ min: 0, max: 4 }),
      accountAgeDays: fc.integer({ min: 0, max: 4 }),
    }),
  ),
});

test('no request is decided more leniently by a policy that is not looser', () => {
  const rank = (request: PolicyFacts, rules: RefundPolicy) => {
    const { decision, payAfterReturn } = judge(request, rules);
    return { decision: ruleDecisions.indexOf(decision), isPaidLater: payAfterReturn || decision === 'refuse' };
  };
  let compared = 0;
  fc.assert(
    fc.property(policy, policy, fc.array(facts, { minLength: 30, maxLength: 30 }), (current, next, requests) => {
      const isLooser = looserParts(current, next).includes('rules');
      const lenient = requests.filter((each) => {
        const [before, after] = [rank(each, current), rank(each, next)];
        return after.decision < before.decision || (before.isPaidLater && !after.isPaidLater);
      });
      expect(isLooser ? [] : lenient).toEqual([]);
      if (!isLooser) compared += 1;
    }),
    { numRuns: 400 },
  );
  expect(compared).toBeGreaterThan(5);
});

test('policies of more parts than are compared count as looser', () => {
  const manyRules = Array.from({ length: 90 }, (_, index): Rule => {
    const when = {
      amountAtLeastMinor: index * 7,
      daysSinceDeliveryAtLeast: 90 - index,
      accountAgeDaysBelow: ((index * 37) % 90) + 1,
      refundRateAtLeast: ((index * 53) % 90) / 90,
      reasons: [`reason-${index % 7}`, `reason-${index % 5}`],
      channels: [`channel-${index % 3}`, `channel-${index % 11}`],
    };
    return { rule: `rule-${index}`, when, decision: 'refuse' };
  });
  const policy = withRules(...manyRules, last('one-approver'));
  expect(looserParts(policy, withRules(...manyRules.toReversed(), last('one-approver')))).toEqual(['rules']);
  expect(looserParts(policy, { ...policy, limits: {} })).toEqual([]);
});
