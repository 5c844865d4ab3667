import { expect, test } from 'vitest';
import { defaultPolicy } from '../../../functions/refund-approval/refund/refund-policy.ts';
import { RefundPolicy } from '../../../shared/contracts/refunds/policy-routes.ts';

test.each<[string, object, string]>([
  ['no rules', { rules: [] }, '/rules'],
  ['two rules with the same name', { rules: [...defaultPolicy.rules, ...defaultPolicy.rules] }, '/rules'],
  ['no rule that applies to every request', { rules: defaultPolicy.rules.slice(0, -1) }, '/rules'],
  [
    'an unknown condition',
    { rules: [{ rule: 'any', when: { moon: 'full' }, decision: 'approve' }] },
    '/rules/0/when/moon',
  ],
  ['an unknown decision', { rules: [{ rule: 'any', when: {}, decision: 'maybe' }] }, '/rules/0/decision'],
  ['a reminder after the expiry', { waiting: { ...defaultPolicy.waiting, remindAfterHours: 900 } }, '/waiting'],
  ['a negative limit', { limits: { finance: -1 } }, '/limits/finance'],
  ['an expiry before the reminder', { waiting: { ...defaultPolicy.waiting, expireAfterHours: 1 } }, '/waiting'],
  [
    'an escalation to a department without a limit',
    { waiting: { ...defaultPolicy.waiting, escalateTo: 'nobody' } },
    '/waiting/escalateTo',
  ],
  ['an unknown field', { colour: 'red' }, '/colour'],
])('a policy with %s is invalid', (_case, part, pointer) => {
  const { error } = RefundPolicy.safeParse({ ...defaultPolicy, ...part });
  const pointers = (error?.issues ?? []).flatMap((issue) => {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : [undefined];
    return keys.map((key) => `/${[...issue.path, ...(key === undefined ? [] : [key])].join('/')}`);
  });
  expect(pointers).toContain(pointer);
});

test('the default policy is valid', () => {
  expect(RefundPolicy.parse(defaultPolicy)).toEqual(defaultPolicy);
});
