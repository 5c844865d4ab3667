import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../functions/refund-approval/refund/change.ts';
import {
  dropExchange,
  isExchangeOpen,
  settleExchange,
  startExchange,
} from '../../functions/refund-approval/exchanges/exchange.ts';
import { blockPayout, hear, startPayout } from '../../functions/refund-approval/payouts/paying.ts';
import { request } from '../../functions/refund-approval/requests/decide.ts';
import { refundableComponents } from '../../functions/refund-approval/refund/refundable-components.ts';
import { aCapture, aSku, aStock, noon } from '../support/builders.ts';
import { aDuty } from '../support/orders/placed-order.ts';
import { anOrderSnapshot, aRefundRequest, changeOf, known, typesOf } from '../support/refunds/refund-builders.ts';

const shirts = { lines: [{ sku: 'SHIRT', quantity: 2 }] };
const offer = {
  skus: new Map([['SHIRT', aSku({ sku: 'SHIRT' })]]),
  stock: new Map([['SHIRT', aStock('SHIRT', { main: 1, north: 1 })]]),
};
/** Three units for 10.00, shipped, which two payments paid. */
const order = anOrderSnapshot([{ quantity: 3, shippedQuantity: 3, totalMinor: 1000, taxMinor: 167 }], {
  payments: [
    aCapture(400, { paymentId: 'old', occurredAt: '2026-03-01T00:00:00Z' }),
    aCapture(600, { paymentId: 'new', occurredAt: '2026-03-02T00:00:00Z' }),
  ],
  shipments: [{ shippedAt: new Date(noon).toISOString() }],
});
const dutiable = {
  ...order,
  charges: [aDuty(5)],
  totalMinor: 1005,
  payments: [...order.payments, aCapture(5, { paymentId: 'duty' })],
};
const lines = [{ lineId: 'line-1', quantity: 3 }];
const ask = (content: Parameters<typeof aRefundRequest>[0] = {}, given: Partial<typeof offer> = {}, of = order): Outcome =>
  request(aRefundRequest({ lines, exchange: shirts, ...content }, { offer: { ...offer, ...given } }), known(of));

/** All of it is exchanged, the replacement asked for. */
function exchanging() {
  const { refund, ledger } = changeOf(ask());
  if (!ledger) throw new Error('Its money is set aside');
  return { account, refund: changeOf(startExchange({ ...refund, status: 'approved' })).refund };
}
const replaced = (...amounts: [fresh: number, old: number]) => ({
  orderId: 'ord_replacement',
  totalMinor: amounts[0] + amounts[1],
  payments: ['new', 'old']
    .map((paymentId, index) => ({ provider: 'acme', paymentId, amountMinor: amounts[index] ?? 0 }))
    .filter(({ amountMinor }) => amountMinor > 0),
});

describe('an exchange', () => {
  test('is a request as any other, and knows what is wanted instead', () => {
    expect(changeOf(ask()).refund).toMatchObject({ amountMinor: 1000, exchange: shirts, returning: [{ quantity: 3 }] });
  });

  test.each<[string, Parameters<typeof ask>, object]>([
    ['goods that are not in the catalogue', [{}, { skus: new Map() }], { kind: 'invalid', type: 'unknown-sku' }],
    ['goods that are off sale', [{}, onSale({ active: false })], { kind: 'invalid', type: 'inactive-sku' }],
    ['goods sold in euros', [{}, onSale({ currency: 'EUR' })], { kind: 'invalid', type: 'wrong-currency' }],
    [
      'more than there are',
      [{ exchange: { lines: [...shirts.lines, { sku: 'SHIRT', quantity: 1 }] } }],
      { kind: 'out-of-stock', lines: [{ sku: 'SHIRT', requested: 3, available: 2 }] },
    ],
    [
      'money beside the goods',
      [{ goodwillMinor: 1, lines: [{ lineId: 'line-1', quantity: 2 }] }],
      { errors: [{ pointer: '/goodwillMinor' }] },
    ],
    [
      'a duty beside the goods',
      [{ charges: [{ chargeId: 'duty-1' }] }, {}, dutiable],
      { errors: [{ pointer: '/charges' }] },
    ],
    ['no goods', [{ lines: undefined, shippingMinor: 0 }], { kind: 'invalid' }],
    ['more than was shipped', [{}, {}, shipped(2)], { errors: [{ pointer: '/lines/0/quantity' }] }],
    [
      'money of a line without units',
      [{ lines: [{ lineId: 'line-1', quantity: 0, amountMinor: 5 }] }],
      { kind: 'invalid' },
    ],
  ])('of %s is refused', (_name, given, expected) => expect(ask(...given)).toMatchObject(expected));

  test('asks for the replacement once, with all the money of the return', () => {
    const { refund } = changeOf(ask());
    const started = changeOf(startExchange({ ...refund, status: 'approved' }));
    expect([started.refund.status, typesOf(started)]).toEqual(['exchanging', ['ExchangeApproved']]);
    expect(startExchange(started.refund).kind).toBe('illegal');
    expect(startPayout(started.refund).kind).toBe('illegal');
  });

  test.each<[string, [number, number], string, [string, number][]]>([
    [
      'takes all',
      [600, 400],
      'exchanged',
      [
        ['exchanged', 600],
        ['exchanged', 400],
      ],
    ],
    [
      'leaves a part of a payment',
      [600, 150],
      'approved',
      [
        ['exchanged', 600],
        ['exchanged', 150],
        ['due', 250],
      ],
    ],
    [
      'takes less than one payment',
      [100, 0],
      'approved',
      [
        ['exchanged', 100],
        ['due', 500],
        ['due', 400],
      ],
    ],
    [
      'costs nothing',
      [0, 0],
      'approved',
      [
        ['due', 600],
        ['due', 400],
      ],
    ],
  ])('whose replacement %s', (_name, amounts, status, legs) => {
    const before = exchanging();
    const settled = changeOf(settleExchange(before.refund, before.account, replaced(...amounts)));
    const { refund, ledger = before.account } = settled;
    expect([refund.status, typesOf(settled)]).toEqual([status, ['ExchangeSettled']]);
    expect(refund.payouts.map(({ state, amountMinor }) => [state, amountMinor])).toEqual(legs);
    const creditMinor = amounts[0] + amounts[1];
    expect(refund.exchange?.replacement).toEqual({ orderId: 'ord_replacement', totalMinor: creditMinor, creditMinor });
    const [line] = refundableComponents(order, ledger).goods;
    expect([line?.refunded.minor, line?.pending.minor]).toEqual([creditMinor, 1000 - creditMinor]);
    expect((line?.refunded.quantity ?? 0) + (line?.pending.quantity ?? 0)).toBe(3);
    expect(settleExchange(refund, ledger, replaced(...amounts)).kind).toBe('already-done');
  });

  test('pays out what the replacement left, and never what paid for it', () => {
    const before = exchanging();
    const settled = changeOf(settleExchange(before.refund, before.account, replaced(600, 150)));
    const { refund } = changeOf(startPayout(settled.refund));
    expect(refund.payouts.map(({ state, attempt }) => [state, attempt])).toEqual([
      ['exchanged', 0],
      ['exchanged', 0],
      ['sent', 1],
    ]);
    const account = settled.ledger ?? before.account;
    for (const kind of ['succeeded', 'failed'] as const) {
      expect(hear(refund, account, 0, 0, { kind, failure: 'x' }).kind).toBe('already-done');
    }
    expect(changeOf(hear(refund, account, 2, 1, { kind: 'succeeded' })).refund.status).toBe('paid');
  });

  test('becomes a refund of all its money where there is no replacement in the end, once', () => {
    const { refund } = exchanging();
    const dropped = changeOf(dropExchange(refund, 'out-of-stock'));
    expect([dropped.refund.status, typesOf(dropped)]).toEqual(['approved', ['ExchangeRefused']]);
    expect(isExchangeOpen(dropped.refund)).toBe(false);
    expect(dropExchange(dropped.refund, 'out-of-stock').kind).toBe('already-done');
    expect(changeOf(startPayout(dropped.refund)).refund.payouts).toMatchObject([{ state: 'sent' }, { state: 'sent' }]);
  });

  test('that a chargeback stops is money to be settled; of a settled one, only what was left', () => {
    const { refund, account } = exchanging();
    const open = changeOf(blockPayout({ ...refund, status: 'approved' }, account));
    expect(open.refund).toMatchObject({ status: 'payout-failed', exchange: { refusal: 'chargeback-open' } });
    const settled = changeOf(settleExchange(refund, account, replaced(600, 150)));
    const blocked = changeOf(blockPayout(settled.refund, settled.ledger ?? account));
    expect(blocked.refund.payouts.map(({ state }) => state)).toEqual(['exchanged', 'exchanged', 'failed']);
    expect(typesOf(blocked)).toEqual(['RefundPayoutFailed']);
  });
});

function onSale(given: Parameters<typeof aSku>[0]) {
  return { skus: new Map([['SHIRT', aSku({ sku: 'SHIRT', ...given })]]) };
}
function shipped(shippedQuantity: number) {
  return { ...order, lines: order.lines.map((line) => Object.assign({}, line, { shippedQuantity })) };
}
