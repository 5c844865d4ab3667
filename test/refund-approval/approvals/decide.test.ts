import { describe, expect, test } from 'vitest';
import { approve, type Decider, reject } from '../../../functions/refund-approval/approvals/decide.ts';
import { expire } from '../../../functions/refund-approval/deadlines/deadlines.ts';
import { defaultPolicy } from '../../../functions/refund-approval/refund/refund-policy.ts';
import { type RequestSnapshot, withdraw } from '../../../functions/refund-approval/requests/decide.ts';
import { endReturn } from '../../../functions/refund-approval/returns/decide.ts';
import { noon } from '../../support/builders.ts';
import { aRefundRequest, changeOf, typesOf, waiting } from '../../support/refunds/refund-builders.ts';

const lea: Decider = { by: 'lea', department: 'service-lead', from: '192.0.2.7' };
const fin: Decider = { by: 'fin', department: 'finance', from: '192.0.2.8' };
const { limits } = defaultPolicy;
const approvedBy = (refund: Parameters<typeof approve>[0], by: Decider) => approve(refund, by, 'fine', limits, noon);
const pendingMinor = ({ ledger }: { ledger?: RequestSnapshot['ledger'] | undefined }) =>
  ledger?.pots['payment:acme/payment-1']?.pending.minor ?? 0;

describe('an approval', () => {
  test('of one person is enough if the policy needs one; person, time, address and comment are stored', () => {
    const change = changeOf(approvedBy(waiting(1).refund, lea));
    expect(typesOf(change)).toEqual(['RefundSupported', 'RefundApproved']);
    expect(change.refund).toMatchObject({ status: 'approved', version: 2 });
    expect(change.refund.deadlineAt).toBeUndefined();
    const at = new Date(noon).toISOString();
    expect(change.refund.approvals).toEqual([{ ...lea, decision: 'approve', at, comment: 'fine' }]);
  });

  test('of two departments is needed for a large amount', () => {
    const first = changeOf(approvedBy(waiting(2).refund, lea));
    expect([first.refund.status, typesOf(first)]).toEqual(['pending-approval', ['RefundSupported']]);
    expect(first.refund.deadlineAt).toBe(aRefundRequest().deadlineAt);
    const second = changeOf(approvedBy(first.refund, fin));
    expect([second.refund.status, typesOf(second)]).toEqual(['approved', ['RefundSupported', 'RefundApproved']]);
  });

  const supported = changeOf(approvedBy(waiting(2).refund, lea)).refund;
  test.each<[string, Parameters<typeof approve>[0], Decider, string]>([
    ['a person’s own request', waiting(1).refund, { ...lea, by: 'sam' }, 'own-request'],
    ['a request that the person amended', waiting(1, { amendedBy: ['lea'] }).refund, lea, 'own-request'],
    ['a request that the same department approved', supported, { ...lea, by: 'leo' }, 'same-department'],
    ['an amount above the limit of the department', waiting(1, { amountMinor: 100_001 }).refund, lea, 'above-limit'],
    ['any amount by a department without a limit', waiting(1).refund, { ...lea, department: 'service' }, 'no-limit'],
  ])('is refused for %s', (_name, refund, by, reason) => {
    expect(approvedBy(refund, by)).toMatchObject({ kind: 'not-allowed', reason });
  });

  test('that is repeated counts once, in any status and from any department', () => {
    const decided = changeOf(approvedBy(supported, fin)).refund;
    for (const refund of [supported, decided, { ...decided, status: 'paid' as const }]) {
      expect(approvedBy(refund, { ...fin, by: 'lea' })).toEqual({ kind: 'already-done', refund });
    }
  });

  const ann: Decider = { by: '1c2f3a4b-0000-4000-8000-000000000001', department: 'service-lead', from: '192.0.2.9' };
  const bob: Decider = { by: '1c2f3a4b-0000-4000-8000-000000000002', department: 'finance', from: '192.0.2.9' };
  const console: Decider = { by: 'aws:ann@example.com', department: 'finance', from: 'aws-console' };
  test.each([
    ['a person and a machine', ann, fin],
    ['a machine and a person', lea, bob],
    ['a person and the AWS console', ann, console],
    ['a machine and the AWS console', lea, console],
  ])('of %s does not count as two people', (_who, one, other) => {
    const first = changeOf(approvedBy(waiting(2).refund, one)).refund;
    const second = changeOf(approvedBy(first, other));
    expect([second.refund.status, typesOf(second)]).toEqual(['pending-approval', ['RefundSupported']]);
    const third = changeOf(
      approvedBy(second.refund, { ...other, by: other.by.replace(/.$/, '9'), department: 'service-lead' }),
    );
    expect(third.refund.status).toBe('approved');
  });

  test('is possible for an amount at the limit', () => {
    expect(approvedBy(waiting(1, { amountMinor: 100_000 }).refund, lea).kind).toBe('changed');
  });

  test.each([
    'awaiting-return',
    'approved',
    'paying',
    'paid',
    'payout-failed',
    'store-credit',
    'rejected',
    'withdrawn',
    'expired',
  ] as const)('is illegal for a refund that is %s', (status) =>
    expect(approvedBy(waiting(1, { status }).refund, lea)).toMatchObject({ kind: 'illegal', status }),
  );
});

describe('a refund that ends unpaid', () => {
  test.each(['reject', 'withdraw', 'expire'] as const)('releases its reserved amounts after %s', (end) => {
    const { refund, ledger } = waiting();
    const outcome = {
      reject: () => reject(refund, ledger, lea, 'no', noon),
      withdraw: () => withdraw(refund, ledger, 'sam'),
      expire: () => expire(refund, ledger, Date.parse(refund.deadlineAt ?? ''), endReturn),
    }[end]();
    const change = changeOf(outcome);
    const [status, type] = {
      reject: ['rejected', 'RefundRejected'],
      withdraw: ['withdrawn', 'RefundWithdrawn'],
      expire: ['expired', 'RefundExpired'],
    }[end];
    expect([change.refund.status, typesOf(change)]).toEqual([status, [type]]);
    expect([pendingMinor({ ledger }), pendingMinor(change)]).toEqual([60_000, 0]);
    expect(change.ledger?.version).toBe(ledger.version + 1);
  });

  test('is rejected once when the rejection is repeated; the opposite decision of the same person is illegal', () => {
    const { refund, ledger } = waiting();
    const rejected = changeOf(reject(refund, ledger, lea, 'no', noon)).refund;
    expect(reject(rejected, ledger, lea, 'no', noon)).toEqual({ kind: 'already-done', refund: rejected });
    expect(approvedBy(rejected, lea)).toMatchObject({ kind: 'illegal', status: 'rejected' });
    const agreed = changeOf(approvedBy(refund, lea)).refund;
    expect(reject(agreed, ledger, lea, 'no', noon)).toMatchObject({ kind: 'illegal', status: 'approved' });
  });

  test('cannot be rejected by the person who requested it', () => {
    const { refund, ledger } = waiting();
    expect(reject(refund, ledger, { ...lea, by: 'sam' }, undefined, noon)).toMatchObject({ reason: 'own-request' });
  });

  test('is withdrawn once, and does not expire before its deadline', () => {
    const { refund, ledger } = waiting();
    expect(withdraw({ ...refund, status: 'withdrawn' }, ledger, 'sam').kind).toBe('already-done');
    expect(expire(refund, ledger, Date.parse(refund.deadlineAt ?? '') - 1, endReturn).kind).toBe('already-done');
  });

  test('cannot end unpaid once its payout started', () => {
    const { refund, ledger } = waiting(1, { status: 'paying' });
    for (const outcome of [
      reject(refund, ledger, lea, undefined, noon),
      withdraw(refund, ledger, 'sam'),
      expire(refund, ledger, noon, endReturn),
    ]) {
      expect(outcome).toMatchObject({ kind: 'illegal', status: 'paying' });
    }
  });
});
