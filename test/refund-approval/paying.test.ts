import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../functions/refund-approval/refund/change.ts';
import {
  hear,
  parseReference,
  payoutReference,
  retry,
  startPayout,
  toStoreCredit,
} from '../../functions/refund-approval/payouts/paying.ts';
import { refundResponse } from '../../functions/refund-approval/refund/responses.ts';
import { refundableComponents } from '../../functions/refund-approval/refund/refundable-components.ts';
import { request } from '../../functions/refund-approval/requests/decide.ts';
import { aCapture } from '../support/builders.ts';
import { anOrderSnapshot, aRefundRequest, changeOf, known, requested, typesOf } from '../support/refunds/refund-builders.ts';

const good = { kind: 'succeeded', providerRefundId: 're_1' } as const;
const bad = { kind: 'failed', failure: 'declined' } as const;

/** A refund of 1000 in two legs of 600 and 400, on its way. */
function paying() {
  const payments = [
    aCapture(400, { paymentId: 'old', occurredAt: '2026-03-01T00:00:00Z' }),
    aCapture(600, { paymentId: 'new', occurredAt: '2026-03-02T00:00:00Z' }),
  ];
  const { refund, account, order } = requested(
    anOrderSnapshot([{ quantity: 2, totalMinor: 1000, taxMinor: 100 }], { payments }),
    {
      lines: [{ lineId: 'line-1', quantity: 2 }],
    },
  );
  return { order, account, refund: changeOf(startPayout(refund)).refund };
}
type State = ReturnType<typeof paying>;
const following = (state: State, outcome: Outcome): State => {
  const { refund, ledger = state.account } = changeOf(outcome);
  return { ...state, refund, account };
};
const told = (
  state: State,
  leg: number,
  word: typeof good | typeof bad,
  attempt = state.refund.payouts[leg]?.attempt ?? 0,
) => following(state, hear(state.refund, state.account, leg, attempt, word));
const moneyOf = ({ order, account }: State) => {
  const pots = refundableComponents(order, account).payments;
  const sum = (part: 'refunded' | 'pending') => pots.reduce((total, pot) => total + pot[part].minor, 0);
  return { refunded: sum('refunded'), pending: sum('pending') };
};

describe('a payout', () => {
  test('is recorded before any provider is called, once', () => {
    const { refund } = requested();
    const change = changeOf(startPayout(refund));
    expect(typesOf(change)).toEqual(['RefundPayoutStarted']);
    expect(change.refund).toMatchObject({ status: 'paying', payouts: [{ state: 'sent', attempt: 1 }] });
    expect(startPayout(change.refund).kind).toBe('already-done');
    for (const status of ['pending-approval', 'payout-failed', 'paid', 'rejected'] as const) {
      expect(startPayout({ ...refund, status })).toMatchObject({ kind: 'illegal', status });
    }
  });

  test('is paid when all legs are; each is an event with its own money', () => {
    const first = told(paying(), 0, good);
    expect([first.refund.status, moneyOf(first)]).toEqual(['paying', { refunded: 600, pending: 400 }]);
    const second = changeOf(hear(first.refund, first.account, 1, 1, good));
    expect([second.refund.status, typesOf(second)]).toEqual(['paid', ['RefundPaid']]);
    expect(moneyOf(following(first, second))).toEqual({ refunded: 1000, pending: 0 });
  });

  test('fails when all legs have their word and one failed; its money is free again', () => {
    const state = told(told(paying(), 1, bad), 0, good);
    expect([state.refund.status, moneyOf(state)]).toEqual(['payout-failed', { refunded: 600, pending: 0 }]);
    expect(state.refund.payouts[1]).toMatchObject({ state: 'failed', failure: 'declined' });
  });

  test('that was paid and taken back days later is free again, and the books are told', () => {
    const state = told(told(paying(), 0, good), 1, good);
    const change = changeOf(hear(state.refund, state.account, 0, 1, bad));
    expect([change.refund.status, typesOf(change)]).toEqual(['payout-failed', ['RefundPayoutFailed']]);
    expect(moneyOf(following(state, change))).toEqual({ refunded: 400, pending: 0 });
  });

  test('that failed and succeeds after all is in the books', () => {
    const state = told(told(told(paying(), 0, good), 1, bad), 1, good);
    expect([state.refund.status, moneyOf(state)]).toEqual(['paid', { refunded: 1000, pending: 0 }]);
    expect(state.refund.payouts[1]?.failure).toBeUndefined();
  });

  test.each<[string, (state: State) => Outcome]>([
    ['said before', ({ refund, account }) => hear(refund, account, 0, 1, good)],
    ['said of a failure before', ({ refund, account }) => hear(refund, account, 1, 1, bad)],
    ['about another attempt', ({ refund, account }) => hear(refund, account, 0, 2, bad)],
    ['about no leg', ({ refund, account }) => hear(refund, account, 2, 1, good)],
  ])('hears nothing new in what was %s', (_name, hears) => {
    expect(hears(told(told(paying(), 0, good), 1, bad)).kind).toBe('already-done');
  });
});

describe('a failed payout', () => {
  const failed = () => told(told(paying(), 0, good), 1, bad);

  test('is paid again under a new attempt, the paid leg is not; a word on the old attempt is not heard', () => {
    const { refund, account, order } = failed();
    const again = following(failed(), retry(refund, order, account));
    expect(again.refund).toMatchObject({
      status: 'paying',
      payouts: [
        { state: 'succeeded', attempt: 1 },
        { state: 'sent', attempt: 2 },
      ],
    });
    expect(moneyOf(again)).toEqual({ refunded: 600, pending: 400 });
    expect(hear(again.refund, again.account, 1, 1, bad).kind).toBe('already-done');
    expect(told(again, 1, good).refund.status).toBe('paid');
  });

  test('becomes credit with the store: that much is refunded and cannot be paid out any more', () => {
    const { refund, account, order } = failed();
    const change = changeOf(toStoreCredit(refund, order, account));
    expect([change.refund.status, typesOf(change)]).toEqual(['store-credit', ['StoreCreditGranted']]);
    const credited = following(failed(), change);
    expect(moneyOf(credited)).toEqual({ refunded: 1000, pending: 0 });
    expect(toStoreCredit(credited.refund, order, credited.account).kind).toBe('already-done');
    expect(retry(credited.refund, order, credited.account).kind).toBe('illegal');
  });

  test('that arrives although it was credited is told of as paid twice, once, until it is taken back', () => {
    const { refund, account, order } = failed();
    const credited = following(failed(), toStoreCredit(refund, order, account));
    expect(refundResponse(credited.refund).payouts.map(({ status }) => status)).toEqual(['succeeded', 'store-credit']);
    const change = changeOf(hear(credited.refund, credited.account, 1, 1, good));
    expect(typesOf(change)).toEqual(['RefundPaid', 'RefundPaidTwice']);
    const twice = following(credited, change);
    expect(refundResponse(twice.refund)).toMatchObject({ status: 'store-credit', paidTwiceMinor: 400 });
    expect(moneyOf(twice)).toEqual({ refunded: 1400, pending: 0 });
    expect(hear(twice.refund, twice.account, 1, 1, good).kind).toBe('already-done');
    const back = told(twice, 1, bad);
    expect(refundResponse(back.refund).paidTwiceMinor).toBeUndefined();
    expect(moneyOf(back)).toEqual({ refunded: 1000, pending: 0 });
  });

  test('beside credit: a leg that is taken back later is paid again, what was credited is not', () => {
    const { refund, account, order } = failed();
    const lost = told(following(failed(), toStoreCredit(refund, order, account)), 0, bad);
    expect([lost.refund.status, moneyOf(lost)]).toEqual(['payout-failed', { refunded: 400, pending: 0 }]);
    const again = following(lost, retry(lost.refund, order, lost.account));
    expect(again.refund.payouts).toMatchObject([
      { state: 'sent', attempt: 2 },
      { state: 'failed', attempt: 1, isCredited: true },
    ]);
    const end = told(again, 0, good);
    expect([end.refund.status, moneyOf(end)]).toEqual(['paid', { refunded: 1000, pending: 0 }]);
  });

  test.each<[string, Parameters<typeof aRefundRequest>[0]]>([
    ['money', { goodwillMinor: 800 }],
    ['units', { lines: [{ lineId: 'line-1', quantity: 1, amountMinor: 1 }] }],
    ['tax', { taxMinor: 100 }],
  ])('is not paid again, nor credited, if another refund took its %s', (_name, content) => {
    const asked = { lines: [{ lineId: 'line-1', quantity: 2, amountMinor: 300 }] };
    const { refund, account: before, order } = requested(paying().order, asked);
    const first = told({ refund: changeOf(startPayout(refund)).refund, account: before, order }, 0, bad);
    const other = request(aRefundRequest(content, { refundId: 'ref_other' }), known(order, { ledger: first.account }));
    const account = changeOf(other).ledger ?? first.account;
    expect(retry(first.refund, order, account).kind).toBe('not-refundable');
    expect(toStoreCredit(first.refund, order, account).kind).toBe('not-refundable');
  });

  test('is not paid again while the bank decides', () => {
    const { refund, account, order } = failed();
    const disputed = {
      ...order,
      payments: [...order.payments, aCapture(1, { type: 'chargeback.opened', eventId: 'c' })],
    };
    expect(retry(refund, disputed, account).kind).toBe('chargeback-open');
  });

  test('is neither retried nor credited in another state', () => {
    const { refund, account, order } = paying();
    expect([retry(refund, order, account).kind, toStoreCredit(refund, order, account).kind]).toEqual([
      'illegal',
      'illegal',
    ]);
  });
});

test('a reference names refund, leg and attempt', () => {
  expect(parseReference(payoutReference('ref_1', 2, 3))).toEqual({ refundId: 'ref_1', index: 2, attempt: 3 });
  expect(parseReference('ref_1')).toEqual({ refundId: 'ref_1' });
});
