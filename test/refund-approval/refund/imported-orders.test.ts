import { describe, expect, test } from 'vitest';
import { emptyLedger, sumOf } from '../../../functions/refund-approval/refund/refund-ledger.ts';
import { refundableComponents } from '../../../functions/refund-approval/refund/refundable-components.ts';
import type { OrderSnapshot } from '../../../functions/refund-approval/refund/order-snapshot.ts';
import { request } from '../../../functions/refund-approval/requests/decide.ts';
import { aCapture, noon } from '../../support/builders.ts';
import { anOrderSnapshot, aRefundRequest, known } from '../../support/refunds/refund-builders.ts';

const daysAgo = (days: number) => new Date(noon - days * 86_400_000).toISOString();
const anImportedOrder = (given: Partial<OrderSnapshot> = {}) =>
  anOrderSnapshot([{ quantity: 3, totalMinor: 3000, taxMinor: 500 }], {
    status: 'completed',
    imported: true,
    payments: [],
    placedAt: daysAgo(10),
    shippingMinor: 400,
    ...given,
  });

describe('an imported order', () => {
  const parcel = { shippedAt: daysAgo(9), deliveredAt: daysAgo(7) };
  test.each<
    [string, Partial<OrderSnapshot>, { minor: number; provider: string; deliveredAt: string; shipped: number }]
  >([
    [
      'counts as paid, shipped and delivered when it was placed',
      {},
      { minor: 3400, provider: 'imported', deliveredAt: daysAgo(10), shipped: 3 },
    ],
    [
      'has the money that a provider captured',
      { payments: [aCapture(1500)] },
      { minor: 1500, provider: 'acme', deliveredAt: daysAgo(10), shipped: 3 },
    ],
    [
      'has no money if a provider captured 0',
      { payments: [aCapture(0)] },
      { minor: 0, provider: 'acme', deliveredAt: daysAgo(10), shipped: 3 },
    ],
    [
      'counts as paid if a provider only authorized its payment',
      { payments: [aCapture(1, { type: 'payment.authorized' })] },
      { minor: 3400, provider: 'imported', deliveredAt: daysAgo(10), shipped: 3 },
    ],
    [
      'has the delivery that is recorded',
      { shipments: [parcel] },
      { minor: 3400, provider: 'imported', deliveredAt: daysAgo(7), shipped: 3 },
    ],
    [
      'assumes nothing if it was not imported',
      { imported: undefined },
      { minor: 0, provider: '', deliveredAt: '', shipped: 0 },
    ],
  ])('%s', (_name, given, expected) => {
    const order = anImportedOrder(given);
    const { payments } = refundableComponents(order, emptyLedger(order.orderId));
    expect({
      minor: sumOf(payments.map(({ refundable }) => refundable.minor)),
      provider: payments[0]?.pot.slice('payment:'.length).split('/')[0] ?? '',
      deliveredAt: order.shipments[0]?.deliveredAt ?? '',
      shipped: order.lines[0]?.shippedQuantity,
    }).toEqual(expected);
  });

  test.each<[string, Partial<OrderSnapshot>, string, string]>([
    ['is refunded within the return window', {}, 'approved', 'small-amount'],
    [
      'is not refunded after it, counted from the time it was placed',
      { placedAt: daysAgo(366) },
      'rejected',
      'return-window-over',
    ],
    [
      'is refunded if it was placed before it and delivered within it',
      { placedAt: daysAgo(400), shipments: [parcel] },
      'approved',
      'small-amount',
    ],
  ])('%s, by the policy', (_name, given, status, rule) => {
    const asked = aRefundRequest({ lines: [{ lineId: 'line-1', quantity: 2 }] });
    const outcome = request({ ...asked, now: noon }, known(anImportedOrder(given)));
    expect(outcome).toMatchObject({ kind: 'changed', refund: { status, amountMinor: 2000, policy: { rule } } });
    expect(outcome).toMatchObject({ refund: { returning: [{ lineId: 'line-1', quantity: 2, warehouse: 'main' }] } });
  });
});
