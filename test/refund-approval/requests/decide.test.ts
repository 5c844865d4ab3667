import { describe, expect, test } from 'vitest';
import { approve, type Decider } from '../../../functions/refund-approval/approvals/decide.ts';
import { defaultPolicy } from '../../../functions/refund-approval/refund/refund-policy.ts';
import { emptyLedger } from '../../../functions/refund-approval/refund/refund-ledger.ts';
import { amend, request, type RequestSnapshot } from '../../../functions/refund-approval/requests/decide.ts';
import { aCapture, noon } from '../../support/builders.ts';
import {
  anOrderSnapshot,
  aRefundRequest,
  changeOf,
  known,
  requested,
  typesOf,
  waiting,
} from '../../support/refunds/refund-builders.ts';

const lea: Decider = { by: 'lea', department: 'service-lead', from: '192.0.2.7' };
const fin: Decider = { by: 'fin', department: 'finance', from: '192.0.2.8' };
const { limits } = defaultPolicy;
const approvedBy = (refund: Parameters<typeof approve>[0], by: Decider) => approve(refund, by, 'fine', limits, noon);
const priced = (totalMinor: number) => anOrderSnapshot([{ totalMinor }]);
const pendingMinor = ({ ledger }: { ledger?: RequestSnapshot['ledger'] | undefined }) =>
  ledger?.pots['payment:acme/payment-1']?.pending.minor ?? 0;

describe('a request', () => {
  test.each<[string, number, string, string[], number]>([
    ['a small amount is approved at once', 10_000, 'approved', ['RefundRequested', 'RefundApproved'], 0],
    ['a larger amount needs one approval', 10_001, 'pending-approval', ['RefundRequested'], 1],
    ['a large amount needs two approvals', 50_001, 'pending-approval', ['RefundRequested'], 2],
  ])('for %s', (_name, totalMinor, status, events, approvalsNeeded) => {
    const change = changeOf(request(aRefundRequest(), known(priced(totalMinor))));
    expect(typesOf(change)).toEqual(events);
    expect(change.refund).toMatchObject({ status, amountMinor: totalMinor, policy: { approvalsNeeded, version: 3 } });
    expect(change.refund.deadlineAt).toBe(status === 'approved' ? undefined : aRefundRequest().deadlineAt);
    expect(change.ledger?.version).toBe(1);
    expect(pendingMinor(change)).toBe(totalMinor);
  });

  test('that the policy refuses is stored with the rule and reserves nothing', () => {
    const content = { ...defaultPolicy, rules: [{ rule: 'never', when: {}, decision: 'refuse' as const }] };
    const change = changeOf(request(aRefundRequest(), known(anOrderSnapshot(), { policy: { version: 4, content } })));
    expect(typesOf(change)).toEqual(['RefundRequested', 'RefundRejected']);
    expect([change.refund.status, change.refund.policy.rule, pendingMinor(change)]).toEqual(['rejected', 'never', 0]);
  });

  test('for shipped units waits for the return if the policy requires it', () => {
    const rules = [{ rule: 'return-first', when: {}, decision: 'approve' as const, payAfterReturn: true }];
    const shipped = anOrderSnapshot([{ quantity: 3, shippedQuantity: 2 }], {
      shipments: [{ shippedAt: '2026-03-01T00:00:00Z', deliveredAt: '2026-03-02T00:00:00Z' }],
    });
    const given = known(shipped, { policy: { version: 1, content: { ...defaultPolicy, rules } } });
    const lines = [{ lineId: 'line-1', quantity: 3 }];
    const { refund } = changeOf(request(aRefundRequest({ lines }), given));
    expect(refund.status).toBe('awaiting-return');
    expect(refund.returning).toMatchObject([{ lineId: 'line-1', sku: 'SKU-1', warehouse: 'main', quantity: 2 }]);
    expect(changeOf(request(aRefundRequest({ lines, restock: false }), given)).refund.returning).toEqual([]);
  });

  test('is judged with the earlier refunds of the order, so that parts of a large refund need the same approvals', () => {
    const order = anOrderSnapshot([{ quantity: 7, totalMinor: 70_000 }]);
    const lines = [{ lineId: 'line-1', quantity: 1 }];
    const rules: string[] = [];
    let ledger: RequestSnapshot['ledger'];
    for (let part = 1; part <= 6; part += 1) {
      const change = changeOf(request(aRefundRequest({ lines, requestId: `part-${part}` }), known(order, { ledger })));
      rules.push(change.refund.policy.rule);
      ledger = change.ledger;
    }
    expect(rules).toEqual(['small-amount', 'any', 'any', 'any', 'any', 'large-amount']);
  });

  test('for a line and goodwill is judged as goodwill', () => {
    const content = { lines: [{ lineId: 'line-1', quantity: 1 }], goodwillMinor: 4000 };
    const order = anOrderSnapshot([
      { quantity: 1, totalMinor: 1000 },
      { quantity: 1, totalMinor: 9000 },
    ]);
    expect(changeOf(request(aRefundRequest(content), known(order))).refund.policy.rule).toBe('goodwill');
  });

  test('with the same id and content is the same refund; with other content it is a conflict', () => {
    const { order, refund, ledger } = requested();
    const snapshot = known(order, { refund, ledger });
    expect(request(aRefundRequest(), snapshot)).toEqual({ kind: 'already-done', refund });
    expect(request(aRefundRequest({}, { contentHash: 'other' }), snapshot)).toMatchObject({ kind: 'refund-conflict' });
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
    ['units with a price of 0', {}, known(anOrderSnapshot([{ totalMinor: 0 }, {}])), { kind: 'invalid' }],
    [
      'more than the refundable amount',
      { shippingMinor: 1 },
      known(),
      { kind: 'not-refundable', pots: [{ pot: 'shipping' }] },
    ],
    [
      'an order without a captured payment',
      {},
      known(anOrderSnapshot([{}], { payments: [] })),
      { kind: 'not-refundable', pots: [{ pot: 'payments' }] },
    ],
    [
      'an order with an open chargeback',
      {},
      known(
        anOrderSnapshot([{}], {
          payments: [aCapture(1000), aCapture(1000, { type: 'chargeback.opened', eventId: 'c' })],
        }),
      ),
      { kind: 'chargeback-open' },
    ],
  ])('for %s is refused', (_name, content, given, expected) => {
    expect(request(aRefundRequest(content), given)).toMatchObject(expected);
  });
});

describe('an amendment', () => {
  const less = aRefundRequest({ lines: [{ lineId: 'line-1', quantity: 0, amountMinor: 20_000 }] }, { by: 'lea' });
  const { refund, ledger, order } = waiting(2);

  test('is judged again without its own earlier reservation, and voids approvals', () => {
    const supported = changeOf(approvedBy(refund, fin)).refund;
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

  test('to a small amount is approved at once; a person who amended a request cannot approve it', () => {
    const small = aRefundRequest({ lines: [{ lineId: 'line-1', quantity: 0, amountMinor: 10_000 }] });
    expect(changeOf(amend(small, known(order, { refund, ledger }))).refund.status).toBe('approved');
    const amended = changeOf(amend(less, known(order, { refund, ledger }))).refund;
    expect(approvedBy(amended, lea)).toMatchObject({ reason: 'own-request' });
    expect(approvedBy(amended, { ...lea, by: 'sam' })).toMatchObject({ reason: 'own-request' });
    expect(approvedBy(amended, fin).kind).toBe('changed');
  });

  test.each<[string, Partial<RequestSnapshot>, ReturnType<typeof aRefundRequest>, object]>([
    [
      'with the same content is no change',
      {},
      aRefundRequest({}, { contentHash: refund.contentHash }),
      { kind: 'already-done' },
    ],
    ['after the decision is illegal', { refund: { ...refund, status: 'approved' } }, less, { kind: 'illegal' }],
    [
      'to more than the refundable amount is refused',
      {},
      aRefundRequest({ goodwillMinor: 60_001 }),
      { kind: 'not-refundable' },
    ],
  ])('%s', (_name, given, asked, expected) => {
    expect(amend(asked, known(order, { refund, ledger, ...given }))).toMatchObject(expected);
  });
});

test('the first request of an order writes version 1 of its ledger', () => {
  expect(requested().ledger).toMatchObject({
    ...emptyLedger(requested().order.orderId),
    version: 1,
    pots: expect.anything(),
  });
});
