import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import { balanceOf } from '../../../functions/order-intake/order/payment.ts';
import { recordRefunded } from '../../../functions/order-intake/payments/record-refunded.ts';
import { OrderSnapshot } from '../../../functions/refund-approval/refund/order-snapshot.ts';
import { emptyLedger, zeroAmount } from '../../../functions/refund-approval/refund/refund-ledger.ts';
import { refundableComponents } from '../../../functions/refund-approval/refund/refundable-components.ts';
import { aCapture, aCause } from '../../support/builders.ts';
import { aDuty, aPlacedOrder } from '../../support/orders/placed-order.ts';

type Pots = Record<string, number>;
const refundedOf = (pots: Pots, version = 1) => ({
  version,
  amounts: Object.entries(pots).map(([pot, minor]) => ({ pot, minor })),
});
const afterRefund = (order: OrderItem, pots: Pots, version?: number) => {
  const outcome = recordRefunded(order, refundedOf(pots, version));
  return outcome.kind === 'changed' ? outcome : { order, events: [] };
};

/** Two units at 1000 and shipping of 495, paid, as after these changes. */
const paid = (given: Partial<OrderItem> = {}, line: Partial<OrderItem['lines'][number]> = {}): OrderItem => {
  const order = aPlacedOrder([{ quantity: 2, totalMinor: 2000 }], {
    status: 'paid',
    payments: [aCapture(2495)],
    ...given,
  });
  return { ...order, lines: order.lines.map((each) => Object.assign(each, line)) };
};
/** One of the units was removed by an edit. */
const editedDown = (given: Partial<OrderItem> = {}) =>
  paid(
    { totalMinor: 1495, subtotalMinor: 1000, status: 'on-hold', holdReasons: ['overpaid'], ...given },
    { quantity: 1, totalMinor: 1000 },
  );
const oneCancelled = (line: object = {}) => paid({ cancelledMinor: 1000 }, { cancelledQuantity: 1, ...line });
const allCancelled = paid({ status: 'cancelled', cancelledMinor: 2495 }, { cancelledQuantity: 2 });
const withDuty = { charges: [aDuty(300)], totalMinor: 2795, payments: [aCapture(2795)] };

describe('the balance of an order', () => {
  test.each<[string, OrderItem, Pots, string, string]>([
    ['edited down and refunded is settled', editedDown(), { overpaid: 1000 }, 'overpaid', 'settled'],
    ['edited down and refunded in part is overpaid', editedDown(), { overpaid: 400 }, 'overpaid', 'overpaid'],
    ['edited up again after the refund is underpaid', paid(), { overpaid: 1000 }, 'settled', 'underpaid'],
    ['of a removed line that was refunded is settled', editedDown(), { 'line:line-9': 1000 }, 'overpaid', 'settled'],
    ['whose delivered units were refunded is settled', paid(), { 'line:line-1': 2000 }, 'settled', 'settled'],
    ['with refunded shipping is settled', paid(), { shipping: 495 }, 'settled', 'settled'],
    ['with goodwill is settled', paid(), { goodwill: 500 }, 'settled', 'settled'],
    ['with a cancelled unit that was refunded is settled', oneCancelled(), { overpaid: 1000 }, 'overpaid', 'settled'],
    [
      'with a unit cancelled because of its refund is settled',
      oneCancelled({ refundedQuantity: 1 }),
      { 'line:line-1': 1000 },
      'settled',
      'settled',
    ],
    [
      'with a unit that was refunded before its cancellation is settled',
      oneCancelled(),
      { 'line:line-1': 2000 },
      'overpaid',
      'settled',
    ],
    ['cancelled and refunded is settled', allCancelled, { overpaid: 2495 }, 'overpaid', 'settled'],
    [
      'cancelled after its shipping was refunded is settled',
      allCancelled,
      { shipping: 495, overpaid: 2000 },
      'overpaid',
      'settled',
    ],
    [
      'cancelled after its lines were refunded is settled',
      allCancelled,
      { 'line:line-1': 2000, shipping: 495 },
      'overpaid',
      'settled',
    ],
    ['expired and refunded is settled', paid({ status: 'expired' }), { overpaid: 2495 }, 'overpaid', 'settled'],
    ['with a refunded duty is settled', paid(withDuty), { 'charge:duty-1': 300 }, 'settled', 'settled'],
    [
      'paid twice and refunded once is settled',
      paid({ payments: [aCapture(2495), aCapture(2495, { eventId: 'again' })] }),
      { overpaid: 2495 },
      'overpaid',
      'settled',
    ],
  ])('%s', (_name, order, pots, before, after) => {
    expect(balanceOf(order)).toMatchObject({ balance: before });
    expect(balanceOf(order).refundedMinor).toBeUndefined();
    const refundedMinor = Object.values(pots).reduce((sum, minor) => sum + minor, 0);
    const { capturedMinor, dueMinor } = balanceOf(order);
    const { order: recorded } = afterRefund(order, pots);
    expect(balanceOf(recorded)).toMatchObject({ balance: after, refundedMinor, capturedMinor, dueMinor });
    // What the balance shows is what refund-approval would refund.
    const ledger = {
      ...emptyLedger(order.orderId),
      pots: Object.fromEntries(
        Object.entries(pots).map(([pot, minor]) => [pot, { refunded: { ...zeroAmount, minor }, pending: zeroAmount }]),
      ),
    };
    const { goods } = refundableComponents(OrderSnapshot.parse(recorded), ledger);
    const overpaidMinor = goods.find(({ pot }) => pot === 'overpaid')?.refundable.minor;
    expect(after === 'overpaid').toBe(overpaidMinor !== 0);
  });

  test('is that of the newest ledger, for events in any order and more than once', () => {
    const versions: Pots[] = [{ overpaid: 400 }, { overpaid: 1000 }, {}, { overpaid: 1000, shipping: 95 }];
    const reads = versions.map((pots, index) => refundedOf(pots, index + 1));
    fc.assert(
      fc.property(fc.shuffledSubarray([...reads, ...reads], { minLength: 8 }), (delivered) => {
        const order = delivered.reduce((current, refunded) => {
          const outcome = recordRefunded(current, refunded);
          return outcome.kind === 'changed' ? outcome.order : current;
        }, editedDown());
        expect(balanceOf(order)).toMatchObject({ balance: 'settled', refundedMinor: 1095 });
        expect(order.status).toBe('paid');
      }),
    );
  });
});

describe('a refund of overpaid money', () => {
  test.each<[string, OrderItem, Pots, string, string[] | undefined, string[]]>([
    ['ends the hold that waits for it', editedDown(), { overpaid: 1000 }, 'paid', undefined, ['OrderReleased']],
    ['in part does not end the hold', editedDown(), { overpaid: 1 }, 'on-hold', ['overpaid'], []],
    [
      'ends no hold with another reason',
      editedDown({ holdReasons: ['overpaid', 'risk'] }),
      { overpaid: 1000 },
      'on-hold',
      ['risk'],
      [],
    ],
    [
      'ends the hold of the rest of a partly shipped order',
      editedDown({ status: 'partly-shipped' }),
      { overpaid: 1000 },
      'partly-shipped',
      undefined,
      ['OrderReleased'],
    ],
    [
      'that an edit used meanwhile leaves the order underpaid',
      paid({ status: 'on-hold', holdReasons: ['refund-due'] }),
      { overpaid: 1000 },
      'on-hold',
      ['refund-due', 'underpaid'],
      ['OrderHeld'],
    ],
    ['pays no order that was placed unpaid', paid({ status: 'placed', payments: [] }), {}, 'placed', undefined, []],
    [
      'does not change an order that staff released',
      editedDown({ status: 'paid', holdReasons: undefined }),
      { overpaid: 1 },
      'paid',
      undefined,
      [],
    ],
  ])('%s', (_name, order, pots, status, holdReasons, types) => {
    const change = afterRefund(order, pots);
    expect([change.order.status, change.order.holdReasons]).toEqual([status, holdReasons]);
    expect(change.order.version).toBe(order.version + 1);
    const events = change.events.map((draft) => draft(aCause()));
    expect(events.map((event) => event['detail-type'])).toEqual(['OrderRefundRecorded', ...types]);
    const { orderId, version } = change.order;
    const published = events[0]?.detail.data;
    expect(published).toMatchObject({ orderId, version, status, ...balanceOf(change.order) });
  });
});
