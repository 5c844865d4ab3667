import { describe, expect, test } from 'vitest';
import { scheduleDeadlines } from '../../../functions/refund-approval/deadlines/schedule-deadlines.ts';
import { defaultPolicy } from '../../../functions/refund-approval/refund/refund-policy.ts';
import { emptyLedger } from '../../../functions/refund-approval/refund/refund-ledger.ts';
import type { RefundItem } from '../../../functions/refund-approval/refund/refund-item.ts';
import { endReturn } from '../../../functions/refund-approval/returns/decide.ts';
import { type Deadline, applyDeadline, deadlinesOf } from '../../../functions/refund-approval/deadlines/deadlines.ts';

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

describe('the deadlines of a refund', () => {
  test('are a reminder, an escalation and the expiry while it waits for a decision', () => {
    const deadline = { refundId, requestedAt: monday };
    expect(deadlinesOf(aRefund(), waiting, calendar)).toEqual([
      { ...deadline, kind: 'remind', dueAt: '2026-11-23T14:00:00.000Z' },
      { ...deadline, kind: 'escalate', dueAt: '2026-11-24T10:00:00.000Z' },
      { ...deadline, kind: 'expire', dueAt: friday },
    ]);
  });

  test.each<[string, Partial<RefundItem>, string[]]>([
    ['exclude those that were applied', { remindedAt: monday, escalated: { to: 'finance', at: monday } }, ['expire']],
    ['are the expiry only while it waits for returned goods', { status: 'awaiting-return' }, ['expire']],
    [
      'are none while it waits for returned goods without a deadline',
      { status: 'awaiting-return', deadlineAt: undefined },
      [],
    ],
    ['are none after the decision', { status: 'approved' }, []],
    ['are none after it expired', { status: 'expired', deadlineAt: undefined }, []],
  ])('%s', (_name, given, kinds) => expect(kindsOf(given)).toEqual(kinds));
});

describe('a due deadline', () => {
  const due = (kind: Deadline['kind'], given: Partial<Deadline> = {}): Deadline => ({
    refundId,
    kind,
    requestedAt: monday,
    dueAt: friday,
    ...given,
  });
  const ledger = emptyLedger('ord_0123456789abcdefghjkmnpqrs');
  const applied = (deadline: Deadline, given: Partial<RefundItem> = {}, now = friday) =>
    applyDeadline(aRefund(given), ledger, deadline, waiting, Date.parse(now), endReturn);

  test('reminds, escalates or expires the refund', () => {
    expect(applied(due('remind'))).toMatchObject({ kind: 'changed', refund: { remindedAt: friday, version: 2 } });
    expect(applied(due('escalate'))).toMatchObject({ kind: 'changed', refund: { escalated: { to: 'finance' } } });
    expect(applied(due('expire'))).toMatchObject({ kind: 'changed', refund: { status: 'expired' } });
    expect(applied(due('expire'), { status: 'awaiting-return' })).toMatchObject({ refund: { status: 'expired' } });
  });

  test('is applied when the schedule fires, although the clock of the function is behind', () => {
    expect(applied(due('expire'), {}, '2026-11-27T09:59:59.000Z')).toMatchObject({ refund: { status: 'expired' } });
  });

  test.each<[string, Deadline, Partial<RefundItem>]>([
    ['a second reminder', due('remind'), { remindedAt: monday }],
    ['a second escalation', due('escalate'), { escalated: { to: 'finance', at: monday } }],
    ['a reminder after the decision', due('remind'), { status: 'approved', deadlineAt: undefined }],
    ['a reminder of a request that was amended', due('remind', { requestedAt: friday }), {}],
    ['an expiry that was postponed', due('expire', { dueAt: monday }), {}],
    ['an expiry after the decision', due('expire'), { status: 'approved', deadlineAt: undefined }],
  ])('changes nothing if it is %s', (_name, deadline, given) => {
    expect(applied(deadline, given)).toMatchObject({ kind: 'already-done' });
  });
});

test('deletes the schedules again if the refund is decided while they are created', async () => {
  const schedules = new Set<string>();
  let refund = aRefund();
  const decideMeanwhile = () => {
    // The event of the decision is handled before the last schedule is created.
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
