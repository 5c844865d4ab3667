import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../functions/refund-approval/refund/change.ts';
import {
  applyProviderResult,
  parsePayoutReference,
  retryPayout,
  startPayout,
  convertToStoreCredit,
} from '../../../functions/refund-approval/payouts/decide.ts';
import { payoutReference } from '../../../functions/refund-approval/refund/refund-item.ts';
import { refundResponse } from '../../../functions/refund-approval/refund/responses.ts';
import { refundableComponents } from '../../../functions/refund-approval/refund/refundable-components.ts';
import { request } from '../../../functions/refund-approval/requests/decide.ts';
import { aCapture } from '../../support/builders.ts';
import {
  anOrderSnapshot,
  aRefundRequest,
  changeOf,
  known,
  requested,
  typesOf,
} from '../../support/refunds/refund-builders.ts';

const success = { kind: 'succeeded', providerRefundId: 're_1' } as const;
const failure = { kind: 'failed', failure: 'declined' } as const;

/** A refund of 1000 that is being paid in two payouts of 600 and 400. */
function paying() {
  const payments = [
    aCapture(400, { paymentId: 'old', occurredAt: '2026-03-01T00:00:00Z' }),
    aCapture(600, { paymentId: 'new', occurredAt: '2026-03-02T00:00:00Z' }),
  ];
  const { refund, ledger, order } = requested(
    anOrderSnapshot([{ quantity: 2, totalMinor: 1000, taxMinor: 100 }], { payments }),
    {
      lines: [{ lineId: 'line-1', quantity: 2 }],
    },
  );
  return { order, ledger, refund: changeOf(startPayout(refund)).refund };
}
type State = ReturnType<typeof paying>;
const after = (state: State, outcome: Outcome): State => {
  const { refund, ledger = state.ledger } = changeOf(outcome);
  return { ...state, refund, ledger };
};
const withResult = (
  state: State,
  index: number,
  result: typeof success | typeof failure,
  attempt = state.refund.payouts[index]?.attempt ?? 0,
) => after(state, applyProviderResult(state.refund, state.ledger, index, attempt, result));
const moneyOf = ({ order, ledger }: State) => {
  const payments = refundableComponents(order, ledger).payments;
  const sum = (part: 'refunded' | 'pending') => payments.reduce((total, payment) => total + payment[part].minor, 0);
  return { refunded: sum('refunded'), pending: sum('pending') };
};

describe('a payout', () => {
  test('is recorded once before any provider is called', () => {
    const { refund } = requested();
    const change = changeOf(startPayout(refund));
    expect(typesOf(change)).toEqual(['RefundPayoutStarted']);
    expect(change.refund).toMatchObject({ status: 'paying', payouts: [{ state: 'sent', attempt: 1 }] });
    expect(startPayout(change.refund).kind).toBe('already-done');
    for (const status of ['pending-approval', 'payout-failed', 'paid', 'rejected'] as const) {
      expect(startPayout({ ...refund, status })).toMatchObject({ kind: 'illegal', status });
    }
  });

  test('completes the refund when all payouts succeed, and each payout publishes an event', () => {
    const first = withResult(paying(), 0, success);
    expect([first.refund.status, moneyOf(first)]).toEqual(['paying', { refunded: 600, pending: 400 }]);
    const second = changeOf(applyProviderResult(first.refund, first.ledger, 1, 1, success));
    expect([second.refund.status, typesOf(second)]).toEqual(['paid', ['RefundPaid']]);
    expect(moneyOf(after(first, second))).toEqual({ refunded: 1000, pending: 0 });
  });

  test('fails the refund when one of its payouts fails, and releases that amount', () => {
    const state = withResult(withResult(paying(), 1, failure), 0, success);
    expect([state.refund.status, moneyOf(state)]).toEqual(['payout-failed', { refunded: 600, pending: 0 }]);
    expect(state.refund.payouts[1]).toMatchObject({ state: 'failed', failure: 'declined' });
  });

  test('that is reversed after success releases its amount and publishes an event', () => {
    const state = withResult(withResult(paying(), 0, success), 1, success);
    const change = changeOf(applyProviderResult(state.refund, state.ledger, 0, 1, failure));
    expect([change.refund.status, typesOf(change)]).toEqual(['payout-failed', ['RefundPayoutFailed']]);
    expect(moneyOf(after(state, change))).toEqual({ refunded: 400, pending: 0 });
  });

  test('that succeeds after a failure counts as refunded', () => {
    const state = withResult(withResult(withResult(paying(), 0, success), 1, failure), 1, success);
    expect([state.refund.status, moneyOf(state)]).toEqual(['paid', { refunded: 1000, pending: 0 }]);
    expect(state.refund.payouts[1]?.failure).toBeUndefined();
  });

  test.each<[string, (state: State) => Outcome]>([
    ['known result', ({ refund, ledger }) => applyProviderResult(refund, ledger, 0, 1, success)],
    ['known failure', ({ refund, ledger }) => applyProviderResult(refund, ledger, 1, 1, failure)],
    ['result of another attempt', ({ refund, ledger }) => applyProviderResult(refund, ledger, 0, 2, failure)],
    ['result of an unknown payout', ({ refund, ledger }) => applyProviderResult(refund, ledger, 2, 1, success)],
  ])('ignores a %s', (_case, apply) => {
    expect(apply(withResult(withResult(paying(), 0, success), 1, failure)).kind).toBe('already-done');
  });
});

describe('a failed payout', () => {
  const failed = () => withResult(withResult(paying(), 0, success), 1, failure);

  test('is retried with a new attempt, without the paid payout, and ignores results of the old attempt', () => {
    const { refund, ledger, order } = failed();
    const again = after(failed(), retryPayout(refund, order, ledger));
    expect(again.refund).toMatchObject({
      status: 'paying',
      payouts: [
        { state: 'succeeded', attempt: 1 },
        { state: 'sent', attempt: 2 },
      ],
    });
    expect(moneyOf(again)).toEqual({ refunded: 600, pending: 400 });
    expect(applyProviderResult(again.refund, again.ledger, 1, 1, failure).kind).toBe('already-done');
    expect(withResult(again, 1, success).refund.status).toBe('paid');
  });

  test('can become store credit, which counts as refunded and cannot be paid out later', () => {
    const { refund, ledger, order } = failed();
    const change = changeOf(convertToStoreCredit(refund, order, ledger));
    expect([change.refund.status, typesOf(change)]).toEqual(['store-credit', ['StoreCreditGranted']]);
    const credited = after(failed(), change);
    expect(moneyOf(credited)).toEqual({ refunded: 1000, pending: 0 });
    expect(convertToStoreCredit(credited.refund, order, credited.ledger).kind).toBe('already-done');
    expect(retryPayout(credited.refund, order, credited.ledger).kind).toBe('illegal');
  });

  test('that succeeds after store credit is reported once as paid twice, until it is reversed', () => {
    const { refund, ledger, order } = failed();
    const credited = after(failed(), convertToStoreCredit(refund, order, ledger));
    expect(refundResponse(credited.refund).payouts.map(({ status }) => status)).toEqual(['succeeded', 'store-credit']);
    const change = changeOf(applyProviderResult(credited.refund, credited.ledger, 1, 1, success));
    expect(typesOf(change)).toEqual(['RefundPaid', 'RefundPaidTwice']);
    const twice = after(credited, change);
    expect(refundResponse(twice.refund)).toMatchObject({ status: 'store-credit', paidTwiceMinor: 400 });
    expect(moneyOf(twice)).toEqual({ refunded: 1400, pending: 0 });
    expect(applyProviderResult(twice.refund, twice.ledger, 1, 1, success).kind).toBe('already-done');
    const back = withResult(twice, 1, failure);
    expect(refundResponse(back.refund).paidTwiceMinor).toBeUndefined();
    expect(moneyOf(back)).toEqual({ refunded: 1000, pending: 0 });
  });

  test('beside store credit is retried after a reversal, without the credited payout', () => {
    const { refund, ledger, order } = failed();
    const reversed = withResult(after(failed(), convertToStoreCredit(refund, order, ledger)), 0, failure);
    expect([reversed.refund.status, moneyOf(reversed)]).toEqual(['payout-failed', { refunded: 400, pending: 0 }]);
    const again = after(reversed, retryPayout(reversed.refund, order, reversed.ledger));
    expect(again.refund.payouts).toMatchObject([
      { state: 'sent', attempt: 2 },
      { state: 'failed', attempt: 1, isCredited: true },
    ]);
    const end = withResult(again, 0, success);
    expect([end.refund.status, moneyOf(end)]).toEqual(['paid', { refunded: 1000, pending: 0 }]);
  });

  test.each<[string, Parameters<typeof aRefundRequest>[0]]>([
    ['money', { goodwillMinor: 800 }],
    ['units', { lines: [{ lineId: 'line-1', quantity: 1, amountMinor: 1 }] }],
    ['tax', { taxMinor: 100 }],
  ])('is neither retried nor credited if another refund reserved its %s', (_case, content) => {
    const partial = { lines: [{ lineId: 'line-1', quantity: 2, amountMinor: 300 }] };
    const { refund, ledger: before, order } = requested(paying().order, partial);
    const first = withResult({ refund: changeOf(startPayout(refund)).refund, ledger: before, order }, 0, failure);
    const other = request(aRefundRequest(content, { refundId: 'ref_other' }), known(order, { ledger: first.ledger }));
    const ledger = changeOf(other).ledger ?? first.ledger;
    expect(retryPayout(first.refund, order, ledger).kind).toBe('not-refundable');
    expect(convertToStoreCredit(first.refund, order, ledger).kind).toBe('not-refundable');
  });

  test('is not retried while a chargeback is open', () => {
    const { refund, ledger, order } = failed();
    const disputed = {
      ...order,
      payments: [...order.payments, aCapture(1, { type: 'chargeback.opened', eventId: 'c' })],
    };
    expect(retryPayout(refund, disputed, ledger).kind).toBe('chargeback-open');
  });

  test('is neither retried nor credited while the refund is being paid', () => {
    const { refund, ledger, order } = paying();
    expect([retryPayout(refund, order, ledger).kind, convertToStoreCredit(refund, order, ledger).kind]).toEqual([
      'illegal',
      'illegal',
    ]);
  });
});

test('a payout reference contains refund, payout index and attempt', () => {
  expect(parsePayoutReference(payoutReference('ref_1', 2, 3))).toEqual({ refundId: 'ref_1', index: 2, attempt: 3 });
  expect(parsePayoutReference('ref_1')).toEqual({ refundId: 'ref_1' });
});
