import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../functions/refund-approval/refund/change.ts';
import { convertToRefund, settleExchange } from '../../../functions/refund-approval/exchanges/decide.ts';
import {
  blockPayout,
  applyProviderResult,
  startExchange,
  startPayout,
} from '../../../functions/refund-approval/payouts/decide.ts';
import { isExchangeOpen } from '../../../functions/refund-approval/refund/refund-item.ts';
import { request } from '../../../functions/refund-approval/requests/decide.ts';
import { refundableComponents } from '../../../functions/refund-approval/refund/refundable-components.ts';
import { aCapture, aSku, aStock, noon } from '../../support/builders.ts';
import { aDuty } from '../../support/orders/placed-order.ts';
import { anOrderSnapshot, aRefundRequest, changeOf, known, typesOf } from '../../support/refunds/refund-builders.ts';

const shirts = { lines: [{ sku: 'SHIRT', quantity: 2 }] };
const offer = {
  skus: new Map([['SHIRT', aSku({ sku: 'SHIRT' })]]),
  stock: new Map([['SHIRT', aStock('SHIRT', { main: 1, north: 1 })]]),
};
/** Three shipped units for 10.00, paid with two payments. */
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
const ask = (
  content: Parameters<typeof aRefundRequest>[0] = {},
  given: Partial<typeof offer> = {},
  of = order,
): Outcome =>
  request(aRefundRequest({ lines, exchange: shirts, ...content }, { offer: { ...offer, ...given } }), known(of));

/** An exchange of all units that waits for its replacement. */
function exchanging() {
  const { refund, ledger } = changeOf(ask());
  if (!ledger) throw new Error('The request reserves the amount');
  return { ledger, refund: changeOf(startExchange({ ...refund, status: 'approved' })).refund };
}
const aReplacement = (...amounts: [fresh: number, old: number]) => ({
  orderId: 'ord_replacement',
  totalMinor: amounts[0] + amounts[1],
  payments: ['new', 'old']
    .map((paymentId, index) => ({ provider: 'acme', paymentId, amountMinor: amounts[index] ?? 0 }))
    .filter(({ amountMinor }) => amountMinor > 0),
});

describe('an exchange', () => {
  test('is a refund request with the wanted replacement', () => {
    expect(changeOf(ask()).refund).toMatchObject({ amountMinor: 1000, exchange: shirts, returning: [{ quantity: 3 }] });
  });

  test.each<[string, Parameters<typeof ask>, object]>([
    ['goods outside the catalogue', [{}, { skus: new Map() }], { kind: 'invalid', type: 'unknown-sku' }],
    ['goods that are off sale', [{}, onSale({ active: false })], { kind: 'invalid', type: 'inactive-sku' }],
    [
      'goods of an archived product',
      [{}, onSale({ product: { productId: 'shirts', status: 'archived' } })],
      { kind: 'invalid', type: 'inactive-sku' },
    ],
    ['goods sold in euros', [{}, onSale({ currency: 'EUR' })], { kind: 'invalid', type: 'wrong-currency' }],
    [
      'more units than the stock',
      [{ exchange: { lines: [...shirts.lines, { sku: 'SHIRT', quantity: 1 }] } }],
      { kind: 'out-of-stock', lines: [{ sku: 'SHIRT', requested: 3, available: 2 }] },
    ],
    [
      'goodwill beside the goods',
      [{ goodwillMinor: 1, lines: [{ lineId: 'line-1', quantity: 2 }] }],
      { errors: [{ pointer: '/goodwillMinor' }] },
    ],
    [
      'a duty beside the goods',
      [{ charges: [{ chargeId: 'duty-1' }] }, {}, dutiable],
      { errors: [{ pointer: '/charges' }] },
    ],
    ['no goods', [{ lines: undefined, shippingMinor: 0 }], { kind: 'invalid' }],
    ['more units than were shipped', [{}, {}, shipped(2)], { errors: [{ pointer: '/lines/0/quantity' }] }],
    [
      'an amount of a line without units',
      [{ lines: [{ lineId: 'line-1', quantity: 0, amountMinor: 5 }] }],
      { kind: 'invalid' },
    ],
  ])('of %s is refused', (_case, given, expected) => expect(ask(...given)).toMatchObject(expected));

  test('requests its replacement once with the whole refund amount', () => {
    const { refund } = changeOf(ask());
    const started = changeOf(startExchange({ ...refund, status: 'approved' }));
    expect([started.refund.status, typesOf(started)]).toEqual(['exchanging', ['ExchangeApproved']]);
    expect(startExchange(started.refund).kind).toBe('illegal');
    expect(startPayout(started.refund).kind).toBe('illegal');
  });

  test.each<[string, [number, number], string, [string, number][]]>([
    [
      'uses the whole amount',
      [600, 400],
      'exchanged',
      [
        ['exchanged', 600],
        ['exchanged', 400],
      ],
    ],
    [
      'uses part of a payment',
      [600, 150],
      'approved',
      [
        ['exchanged', 600],
        ['exchanged', 150],
        ['due', 250],
      ],
    ],
    [
      'uses less than one payment',
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
  ])('whose replacement %s', (_case, amounts, status, payouts) => {
    const before = exchanging();
    const settled = changeOf(settleExchange(before.refund, before.ledger, aReplacement(...amounts)));
    const { refund, ledger = before.ledger } = settled;
    expect([refund.status, typesOf(settled)]).toEqual([status, ['ExchangeSettled']]);
    expect(refund.payouts.map(({ state, amountMinor }) => [state, amountMinor])).toEqual(payouts);
    const creditMinor = amounts[0] + amounts[1];
    expect(refund.exchange?.replacement).toEqual({ orderId: 'ord_replacement', totalMinor: creditMinor, creditMinor });
    const [line] = refundableComponents(order, ledger).goods;
    expect([line?.refunded.minor, line?.pending.minor]).toEqual([creditMinor, 1000 - creditMinor]);
    expect((line?.refunded.quantity ?? 0) + (line?.pending.quantity ?? 0)).toBe(3);
    expect(settleExchange(refund, ledger, aReplacement(...amounts)).kind).toBe('already-done');
  });

  test('pays out only the amount that the replacement did not use', () => {
    const before = exchanging();
    const settled = changeOf(settleExchange(before.refund, before.ledger, aReplacement(600, 150)));
    const { refund } = changeOf(startPayout(settled.refund));
    expect(refund.payouts.map(({ state, attempt }) => [state, attempt])).toEqual([
      ['exchanged', 0],
      ['exchanged', 0],
      ['sent', 1],
    ]);
    const ledger = settled.ledger ?? before.ledger;
    for (const kind of ['succeeded', 'failed'] as const) {
      expect(applyProviderResult(refund, ledger, 0, 0, { kind, failure: 'x' }).kind).toBe('already-done');
    }
    expect(changeOf(applyProviderResult(refund, ledger, 2, 1, { kind: 'succeeded' })).refund.status).toBe('paid');
  });

  test('becomes a refund of the whole amount once when the replacement is refused', () => {
    const { refund } = exchanging();
    const converted = changeOf(convertToRefund(refund, 'out-of-stock'));
    expect([converted.refund.status, typesOf(converted)]).toEqual(['approved', ['ExchangeRefused']]);
    expect(isExchangeOpen(converted.refund)).toBe(false);
    expect(convertToRefund(converted.refund, 'out-of-stock').kind).toBe('already-done');
    expect(changeOf(startPayout(converted.refund)).refund.payouts).toMatchObject([
      { state: 'sent' },
      { state: 'sent' },
    ]);
  });

  test('blocked by a chargeback keeps its amount as a failed payout, without the part used for a replacement', () => {
    const { refund, ledger } = exchanging();
    const open = changeOf(blockPayout({ ...refund, status: 'approved' }, ledger, 'chargeback-open'));
    expect(open.refund).toMatchObject({ status: 'payout-failed', exchange: { refusal: 'chargeback-open' } });
    const settled = changeOf(settleExchange(refund, ledger, aReplacement(600, 150)));
    const blocked = changeOf(blockPayout(settled.refund, settled.ledger ?? ledger, 'chargeback-open'));
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
