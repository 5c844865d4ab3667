import { describe, expect, test } from 'vitest';
import { scheduleDeadlines } from '../../../functions/refund-approval/deadlines/schedule-deadlines.ts';
import { defaultPolicy } from '../../../functions/refund-approval/refund/default-policy.ts';
import { emptyLedger } from '../../../functions/refund-approval/refund/refund-ledger.ts';
import type { RefundItem } from '../../../functions/refund-approval/refund/refund-item.ts';
import { type Deadline, deadlinesOf, meetDeadline } from '../../../functions/refund-approval/deadlines/deadlines.ts';

const { waiting } = defaultPolicy;
const nineToFive = [{ from: '09:00', to: '17:00' }];
const calendar = {
  timeZone: 'UTC',
  workingHours: { '1': nineToFive, '2': nineToFive, '3': nineToFive, '4': nineToFive, '5': nineToFive },
  holidays: [],
};
const monday = '2026-11-23T10:00:00.000Z';
const friday = '2026-11-27T10:00:00.000Z';
const refundId = 'ref_0123456789abcdefghjkmnpqrs';

const aRefund = (given: Partial<RefundItem> = {}): RefundItem => ({
  refundId,
  requestId: 'request-1',
  orderId: 'ord_0123456789abcdefghjkmnpqrs',
  externalOrderId: 'order-1',
  channel: 'storefront',
  status: 'pending-approval',
  reason: 'changed-mind',
  currency: 'GBP',
  amountMinor: 1000,
  policy: { rule: 'any', version: 0, approvalsNeeded: 1, payAfterReturn: false },
  payouts: [],
  returning: [],
  approvals: [],
  requestedBy: 'service',
  requestedAt: monday,
  deadlineAt: friday,
  contentHash: '',
  version: 1,
  ...given,
});
const kindsOf = (given: Partial<RefundItem>) => deadlinesOf(aRefund(given), waiting, calendar).map(({ kind }) => kind);

describe('deadlines', () => {
  test('of a request are a reminder, the lead and the end', () => {
    const deadline = { refundId, requestedAt: monday };
    expect(deadlinesOf(aRefund(), waiting, calendar)).toEqual([
      { ...deadline, kind: 'remind', dueAt: '2026-11-23T14:00:00.000Z' },
      { ...deadline, kind: 'escalate', dueAt: '2026-11-24T10:00:00.000Z' },
      { ...deadline, kind: 'expire', dueAt: friday },
    ]);
  });

  test.each<[string, Partial<RefundItem>, string[]]>([
    ['that were met are over', { remindedAt: monday, escalated: { to: 'finance', at: monday } }, ['expire']],
    ['of goods that are to come back are the end alone', { status: 'awaiting-return' }, ['expire']],
    ['of goods without a day to be back are none', { status: 'awaiting-return', deadlineAt: undefined }, []],
    ['of what is decided are none', { status: 'approved' }, []],
    ['of what has ended are none', { status: 'expired', deadlineAt: undefined }, []],
  ])('%s', (_name, given, kinds) => expect(kindsOf(given)).toEqual(kinds));
});

describe('a deadline that is over', () => {
  const due = (kind: Deadline['kind'], given: Partial<Deadline> = {}): Deadline => ({
    refundId,
    kind,
    requestedAt: monday,
    dueAt: friday,
    ...given,
  });
  const account = emptyLedger('ord_0123456789abcdefghjkmnpqrs');
  const meet = (deadline: Deadline, given: Partial<RefundItem> = {}, now = friday) =>
    meetDeadline(aRefund(given), account, deadline, waiting, Date.parse(now));

  test('changes the refund by its kind', () => {
    expect(meet(due('remind'))).toMatchObject({ kind: 'changed', refund: { remindedAt: friday, version: 2 } });
    expect(meet(due('escalate'))).toMatchObject({ kind: 'changed', refund: { escalated: { to: 'finance' } } });
    expect(meet(due('expire'))).toMatchObject({ kind: 'changed', refund: { status: 'expired' } });
    expect(meet(due('expire'), { status: 'awaiting-return' })).toMatchObject({ refund: { status: 'expired' } });
  });

  test('is over because the schedule says so, also by a clock that is behind', () => {
    expect(meet(due('expire'), {}, '2026-11-27T09:59:59.000Z')).toMatchObject({ refund: { status: 'expired' } });
  });

  test.each<[string, Deadline, Partial<RefundItem>]>([
    ['a second reminder', due('remind'), { remindedAt: monday }],
    ['a second escalation', due('escalate'), { escalated: { to: 'finance', at: monday } }],
    ['a reminder of what is decided', due('remind'), { status: 'approved', deadlineAt: undefined }],
    ['a reminder of what was asked for otherwise', due('remind', { requestedAt: friday }), {}],
    ['an end that was put off', due('expire', { dueAt: monday }), {}],
    ['an end of what is decided', due('expire'), { status: 'approved', deadlineAt: undefined }],
  ])('changes nothing as %s', (_name, deadline, given) => {
    expect(meet(deadline, given)).toMatchObject({ kind: 'already-done' });
  });
});

test('a decision while the schedules are made takes them away again', async () => {
  const schedules = new Set<string>();
  let refund = aRefund();
  const decideMeanwhile = () => {
    // What the decision's own event does, before the last schedule is made.
    refund = aRefund({ status: 'rejected', deadlineAt: undefined, version: 2 });
    schedules.clear();
  };
  await scheduleDeadlines({
    store: { refund: async () => refund },
    policies: { version: async () => defaultPolicy },
    schedules: {
      put: async ({ kind }) => {
        if (kind === 'escalate') decideMeanwhile();
        schedules.add(kind);
      },
      remove: async ({ kind }) => void schedules.delete(kind),
    },
    calendar,
  })(refundId, () => Date.parse(monday));
  expect(refund.status).toBe('rejected');
  expect([...schedules]).toEqual([]);
});
