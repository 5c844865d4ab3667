import { describe, expect, test } from 'vitest';
import {
  approve,
  type Decider,
  expire,
  reject,
  withdraw,
} from '../../../functions/refund-approval/approvals/decide.ts';
import { amend, type RequestSnapshot, request } from '../../../functions/refund-approval/requests/decide.ts';
import { defaultPolicy } from '../../../functions/refund-approval/refund/default-policy.ts';
import { emptyLedger } from '../../../functions/refund-approval/refund/refund-ledger.ts';
import { aCapture, noon } from '../../support/builders.ts';
import { anOrderSnapshot, aRefundRequest, changeOf, known, requested, typesOf, waiting } from '../../support/refunds/refund-builders.ts';

const lea: Decider = { by: 'lea', department: 'service-lead', from: '192.0.2.7' };
const fin: Decider = { by: 'fin', department: 'finance', from: '192.0.2.8' };
const { limits } = defaultPolicy;
const approved = (refund: Parameters<typeof approve>[0], by: Decider) => approve(refund, by, 'fine', limits, noon);
const priced = (totalMinor: number) => anOrderSnapshot([{ totalMinor }]);
const pendingMinor = ({ account }: { account?: RequestSnapshot['ledger'] | undefined }) =>
  account?.pots['payment:acme/payment-1']?.pending.minor ?? 0;

describe('a request', () => {
  test.each<[string, number, string, string[], number]>([
    ['small', 10_000, 'approved', ['RefundRequested', 'RefundApproved'], 0],
    ['not small', 10_001, 'pending-approval', ['RefundRequested'], 1],
    ['large', 50_001, 'pending-approval', ['RefundRequested'], 2],
  ])('that is %s', (_name, totalMinor, status, events, approvalsNeeded) => {
    const change = changeOf(request(aRefundRequest(), known(priced(totalMinor))));
    expect(typesOf(change)).toEqual(events);
    expect(change.refund).toMatchObject({ status, amountMinor: totalMinor, policy: { approvalsNeeded, version: 3 } });
    expect(change.refund.deadlineAt).toBe(status === 'approved' ? undefined : aRefundRequest().deadlineAt);
    expect(change.ledger?.version).toBe(1);
    expect(pendingMinor(change)).toBe(totalMinor);
  });

  test('that the policy refuses is kept with its reason and sets nothing aside', () => {
    const content = { ...defaultPolicy, rules: [{ rule: 'never', when: {}, decision: 'refuse' as const }] };
    const change = changeOf(request(aRefundRequest(), known(anOrderSnapshot(), { policy: { version: 4, content } })));
    expect(typesOf(change)).toEqual(['RefundRequested', 'RefundRejected']);
    expect([change.refund.status, change.refund.policy.rule, pendingMinor(change)]).toEqual(['rejected', 'never', 0]);
  });

  test('for goods that are out waits for them where the policy says so', () => {
    const rules = [{ rule: 'back-first', when: {}, decision: 'approve' as const, payAfterReturn: true }];
    const out = anOrderSnapshot([{ quantity: 3, shippedQuantity: 2 }], {
      shipments: [{ shippedAt: '2026-03-01T00:00:00Z', deliveredAt: '2026-03-02T00:00:00Z' }],
    });
    const given = known(out, { policy: { version: 1, content: { ...defaultPolicy, rules } } });
    const lines = [{ lineId: 'line-1', quantity: 3 }];
    const { refund } = changeOf(request(aRefundRequest({ lines }), given));
    expect(refund.status).toBe('awaiting-return');
    expect(refund.returning).toMatchObject([{ lineId: 'line-1', sku: 'SKU-1', warehouse: 'main', quantity: 2 }]);
    expect(changeOf(request(aRefundRequest({ lines, restock: false }), given)).refund.returning).toEqual([]);
  });

  test('counts what was refunded of the order before: a large refund is not a small one in parts', () => {
    const order = anOrderSnapshot([{ quantity: 7, totalMinor: 70_000 }]);
    const lines = [{ lineId: 'line-1', quantity: 1 }];
    const rules: string[] = [];
    let account: RequestSnapshot['ledger'];
    for (let part = 1; part <= 6; part += 1) {
      const change = changeOf(request(aRefundRequest({ lines, requestId: `part-${part}` }), known(order, { ledger })));
      rules.push(change.refund.policy.rule);
      account = change.ledger;
    }
    expect(rules).toEqual(['small-amount', 'any', 'any', 'any', 'any', 'large-amount']);
  });

  test('with goodwill beside a line is judged as goodwill', () => {
    const content = { lines: [{ lineId: 'line-1', quantity: 1 }], goodwillMinor: 4000 };
    const order = anOrderSnapshot([
      { quantity: 1, totalMinor: 1000 },
      { quantity: 1, totalMinor: 9000 },
    ]);
    expect(changeOf(request(aRefundRequest(content), known(order))).refund.policy.rule).toBe('goodwill');
  });

  test('is the same once, and another one under its id is a conflict', () => {
    const { order, refund, account } = requested();
    const again = known(order, { refund, ledger });
    expect(request(aRefundRequest(), again)).toEqual({ kind: 'already-done', refund });
    expect(request(aRefundRequest({}, { contentHash: 'other' }), again)).toMatchObject({ kind: 'refund-conflict' });
  });

  test.each<[string, Parameters<typeof aRefundRequest>[0], RequestSnapshot, object]>([
    [
      'a line of another order',
      { lines: [{ lineId: 'line-9', quantity: 1 }] },
      known(),
      { kind: 'invalid', errors: [{ pointer: '/lines/0/lineId' }] },
    ],
    [
      'a charge that the order does not have',
      { charges: [{ chargeId: 'duty-9' }] },
      known(),
      { kind: 'invalid', errors: [{ pointer: '/charges/0/chargeId' }] },
    ],
    ['nothing', { lines: undefined }, known(), { kind: 'invalid' }],
    ['units for nothing', {}, known(anOrderSnapshot([{ totalMinor: 0 }, {}])), { kind: 'invalid' }],
    ['more than is left', { shippingMinor: 1 }, known(), { kind: 'not-refundable', pots: [{ pot: 'shipping' }] }],
    [
      'what nobody paid',
      {},
      known(anOrderSnapshot([{}], { payments: [] })),
      { kind: 'not-refundable', pots: [{ pot: 'payments' }] },
    ],
    [
      'money that the bank decides on',
      {},
      known(
        anOrderSnapshot([{}], { payments: [aCapture(1000), aCapture(1000, { type: 'chargeback.opened', eventId: 'c' })] }),
      ),
      { kind: 'chargeback-open' },
    ],
  ])('for %s is refused', (_name, content, given, expected) => {
    expect(request(aRefundRequest(content), given)).toMatchObject(expected);
  });
});

describe('an approval', () => {
  test('of one is enough where one is needed; who, when, from where and why is kept', () => {
    const change = changeOf(approved(waiting(1).refund, lea));
    expect(typesOf(change)).toEqual(['RefundSupported', 'RefundApproved']);
    expect(change.refund).toMatchObject({ status: 'approved', version: 2 });
    expect(change.refund.deadlineAt).toBeUndefined();
    const at = new Date(noon).toISOString();
    expect(change.refund.approvals).toEqual([{ ...lea, decision: 'approve', at, comment: 'fine' }]);
  });

  test('of two departments is needed for large amounts', () => {
    const first = changeOf(approved(waiting(2).refund, lea));
    expect([first.refund.status, typesOf(first)]).toEqual(['pending-approval', ['RefundSupported']]);
    expect(first.refund.deadlineAt).toBe(aRefundRequest().deadlineAt);
    const second = changeOf(approved(first.refund, fin));
    expect([second.refund.status, typesOf(second)]).toEqual(['approved', ['RefundSupported', 'RefundApproved']]);
  });

  const supported = changeOf(approved(waiting(2).refund, lea)).refund;
  test.each<[string, Parameters<typeof approve>[0], Decider, string]>([
    ['one’s own request', waiting(1).refund, { ...lea, by: 'sam' }, 'own-request'],
    ['what one has amended', waiting(1, { amendedBy: ['lea'] }).refund, lea, 'own-request'],
    ['for the same department', supported, { ...lea, by: 'leo' }, 'same-department'],
    ['above the department’s limit', waiting(1, { amountMinor: 100_001 }).refund, lea, 'above-limit'],
    ['without a limit', waiting(1).refund, { ...lea, department: 'service' }, 'no-limit'],
  ])('is refused of %s', (_name, refund, by, reason) => {
    expect(approved(refund, by)).toMatchObject({ kind: 'not-yours', reason });
  });

  test('sent again is one, whatever became of the refund and from whichever department', () => {
    const decided = changeOf(approved(supported, fin)).refund;
    for (const refund of [supported, decided, { ...decided, status: 'paid' as const }]) {
      expect(approved(refund, { ...fin, by: 'lea' })).toEqual({ kind: 'already-done', refund });
    }
  });

  test('just at the limit counts', () => {
    expect(approved(waiting(1, { amountMinor: 100_000 }).refund, lea).kind).toBe('changed');
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
  ] as const)('of what is %s is illegal', (status) =>
    expect(approved(waiting(1, { status }).refund, lea)).toMatchObject({ kind: 'illegal', status }),
  );
});

describe('what ends undone', () => {
  test.each(['reject', 'withdraw', 'expire'] as const)('%s gives the money back to the pots', (end) => {
    const { refund, account } = waiting();
    const outcome = {
      reject: () => reject(refund, account, lea, 'no', noon),
      withdraw: () => withdraw(refund, account, 'sam'),
      expire: () => expire(refund, account, Date.parse(refund.deadlineAt ?? '')),
    }[end]();
    const change = changeOf(outcome);
    const [status, type] = {
      reject: ['rejected', 'RefundRejected'],
      withdraw: ['withdrawn', 'RefundWithdrawn'],
      expire: ['expired', 'RefundExpired'],
    }[end];
    expect([change.refund.status, typesOf(change)]).toEqual([status, [type]]);
    expect([pendingMinor({ account }), pendingMinor(change)]).toEqual([60_000, 0]);
    expect(change.ledger?.version).toBe(account.version + 1);
  });

  test('a rejection sent again is one; who approves what they rejected, or rejects what they approved, is refused', () => {
    const { refund, account } = waiting();
    const rejected = changeOf(reject(refund, account, lea, 'no', noon)).refund;
    expect(reject(rejected, account, lea, 'no', noon)).toEqual({ kind: 'already-done', refund: rejected });
    expect(approved(rejected, lea)).toMatchObject({ kind: 'illegal', status: 'rejected' });
    const agreed = changeOf(approved(refund, lea)).refund;
    expect(reject(agreed, account, lea, 'no', noon)).toMatchObject({ kind: 'illegal', status: 'approved' });
  });

  test('nobody rejects their own request, which they can withdraw', () => {
    const { refund, account } = waiting();
    expect(reject(refund, account, { ...lea, by: 'sam' }, undefined, noon)).toMatchObject({ reason: 'own-request' });
  });

  test('is withdrawn once, and does not expire before its time', () => {
    const { refund, account } = waiting();
    expect(withdraw({ ...refund, status: 'withdrawn' }, account, 'sam').kind).toBe('already-done');
    expect(expire(refund, account, Date.parse(refund.deadlineAt ?? '') - 1).kind).toBe('already-done');
  });

  test('is illegal once the money is on its way', () => {
    const { refund, account } = waiting(1, { status: 'paying' });
    for (const outcome of [
      reject(refund, account, lea, undefined, noon),
      withdraw(refund, account, 'sam'),
      expire(refund, account, noon),
    ]) {
      expect(outcome).toMatchObject({ kind: 'illegal', status: 'paying' });
    }
  });
});

describe('an amendment', () => {
  const less = aRefundRequest({ lines: [{ lineId: 'line-1', quantity: 0, amountMinor: 20_000 }] }, { by: 'lea' });
  const { refund, account, order } = waiting(2);

  test('is judged anew on what its own money leaves, and voids approvals', () => {
    const supported = changeOf(approved(refund, fin)).refund;
    const change = changeOf(amend(less, known(order, { refund: supported, ledger })));
    expect(typesOf(change)).toEqual(['RefundAmended']);
    expect(change.refund).toMatchObject({
      approvals: [],
      requestedBy: 'sam',
      amendedBy: ['lea'],
      version: 3,
      amountMinor: 20_000,
    });
    expect(pendingMinor(change)).toBe(20_000);
    const whole = aRefundRequest({ lines: [{ lineId: 'line-1', quantity: 1, amountMinor: 60_000 }] });
    expect(pendingMinor(changeOf(amend(whole, known(order, { refund, ledger }))))).toBe(60_000);
  });

  test('to something small is approved at once; nobody who amended it approves it else', () => {
    const small = aRefundRequest({ lines: [{ lineId: 'line-1', quantity: 0, amountMinor: 10_000 }] });
    expect(changeOf(amend(small, known(order, { refund, ledger }))).refund.status).toBe('approved');
    const amended = changeOf(amend(less, known(order, { refund, ledger }))).refund;
    expect(approved(amended, lea)).toMatchObject({ reason: 'own-request' });
    expect(approved(amended, { ...lea, by: 'sam' })).toMatchObject({ reason: 'own-request' });
    expect(approved(amended, fin).kind).toBe('changed');
  });

  test.each<[string, Partial<RequestSnapshot>, ReturnType<typeof aRefundRequest>, object]>([
    ['to the same', {}, aRefundRequest({}, { contentHash: refund.contentHash }), { kind: 'already-done' }],
    ['of what was decided', { refund: { ...refund, status: 'approved' } }, less, { kind: 'illegal' }],
    ['to more than there is', {}, aRefundRequest({ goodwillMinor: 60_001 }), { kind: 'not-refundable' }],
  ])('%s', (_name, given, asked, expected) => {
    expect(amend(asked, known(order, { refund, ledger, ...given }))).toMatchObject(expected);
  });
});

test('a request on an untouched account starts its count', () => {
  expect(requested().account).toMatchObject({
    ...emptyLedger(requested().order.orderId),
    version: 1,
    pots: expect.anything(),
  });
});
