import { describe, expect, test } from 'vitest';
import { cancel, endUnpaid } from '../../functions/order-intake/cancellation/cancel.ts';
import { indexKeys, type OrderItem } from '../../functions/order-intake/order/order-item.ts';
import { release } from '../../functions/order-intake/order/payment.ts';
import type { OrderEdit } from '../../shared/contracts/orders/edit-routes.ts';
import { aCapture, noon } from '../support/builders.ts';
import { aMugOrder, anEdit, changedOf, editOf, eventsOf, plate } from './mug-order.ts';

describe('money after an edit', () => {
  const more = anEdit({ lines: [{ lineId: 'line-2', quantity: 2 }] });
  const less = anEdit({ lines: [{ lineId: 'line-2', quantity: 0 }] });
  const note = anEdit({ note: 'x' });
  const nothing = { lineId: 'line-1', unitPriceMinor: 0, taxMinor: 0, totalMinor: 0 };
  const free = aMugOrder({
    lines: [{ ...plate, ...nothing }],
    shippingMethod: 'standard',
    shippingMinor: 0,
    subtotalMinor: 0,
    discountMinor: 0,
    taxMinor: 0,
    totalMinor: 0,
  });
  const unpaidPlate = { ...free, lines: [{ ...plate, ...nothing }, plate], totalMinor: 800, paymentWindowMinutes: 5 };
  const paid = { status: 'paid' as const, payments: [aCapture(3594)] };
  test.each<[string, OrderItem, OrderEdit, string, string[] | undefined]>([
    ['too little is held', aMugOrder(paid), more, 'on-hold', ['underpaid']],
    ['too much is held', aMugOrder(paid), less, 'on-hold', ['overpaid']],
    [
      'what was too much, and may have gone back, pays for nothing more',
      aMugOrder({ status: 'paid', payments: [aCapture(4500)] }),
      more,
      'on-hold',
      ['overpaid', 'refund-due'],
    ],
    [
      'nor if it would be just enough',
      aMugOrder({ status: 'paid', payments: [aCapture(3594 + 800)] }),
      more,
      'on-hold',
      ['refund-due'],
    ],
    ['as much as before is as before', aMugOrder(paid), note, 'paid', undefined],
    [
      'a difference that staff accepted is not held again',
      aMugOrder({ status: 'paid', payments: [aCapture(9)] }),
      note,
      'paid',
      undefined,
    ],
    [
      'what was captured fits now',
      aMugOrder({ status: 'on-hold', holdReasons: ['underpaid'], payments: [aCapture(2794)] }),
      less,
      'paid',
      undefined,
    ],
    [
      'another reason holds it still',
      aMugOrder({ status: 'on-hold', holdReasons: ['risk', 'underpaid'], payments: [aCapture(2794)] }),
      less,
      'on-hold',
      ['risk'],
    ],
    [
      'nothing is to be paid any more',
      aMugOrder({ ...unpaidPlate, status: 'payment-pending' }),
      less,
      'paid',
      undefined,
    ],
    [
      'nothing is to be paid any more, nor was',
      aMugOrder({ ...unpaidPlate, status: 'on-hold', holdReasons: ['underpaid'] }),
      less,
      'paid',
      undefined,
    ],
    [
      'nothing is captured yet',
      aMugOrder({ status: 'payment-pending', paymentWindowMinutes: 5 }),
      more,
      'payment-pending',
      undefined,
    ],
    [
      'an order for nothing comes to cost something',
      { ...free, paymentWindowMinutes: 5 },
      anEdit({ addLines: [{ sku: 'BOWL', quantity: 1 }] }),
      'on-hold',
      ['underpaid'],
    ],
    [
      'a channel does not wait for money',
      free,
      anEdit({ addLines: [{ sku: 'BOWL', quantity: 1 }] }),
      'placed',
      undefined,
    ],
  ])('%s', (_, order, content, status, holdReasons) => {
    const outcome = editOf(order, content);
    const { order: after } = changedOf(outcome);
    expect([after.status, after.holdReasons]).toEqual([status, holdReasons]);
    const isNewlyHeld = status === 'on-hold' && order.status !== 'on-hold';
    expect(eventsOf(outcome).map((event) => event['detail-type'])).toEqual(
      isNewlyHeld ? ['OrderEdited', 'OrderHeld'] : ['OrderEdited'],
    );
  });

  test('does not run out where nothing is to be paid any more, whatever holds the order', () => {
    const reservedUntil = new Date(noon).toISOString();
    const held = aMugOrder({ ...unpaidPlate, status: 'on-hold', holdReasons: ['risk'], reservedUntil });
    const cancellation = { requestId: 'r', reason: 'x', lines: [{ lineId: 'line-2', quantity: 1 }] };
    for (const outcome of [editOf(held, less), cancel(held, cancellation, '')]) {
      const { order } = changedOf(outcome);
      expect(order).toMatchObject({ status: 'on-hold', holdReasons: ['risk'], reservedUntil: null });
      expect(indexKeys(order, '2026-03-05').dueAt).toBeUndefined();
      expect(endUnpaid(order, noon)).toMatchObject({ kind: 'already-done' });
      expect(release(order, 'known customer', noon)).toMatchObject({ order: { status: 'paid' } });
      const costly = changedOf(editOf(order, anEdit({ editId: 'edit-2', addLines: [{ sku: 'BOWL', quantity: 1 }] })));
      expect(costly.order).toMatchObject({
        status: 'on-hold',
        holdReasons: ['risk', 'underpaid'],
        reservedUntil: null,
      });
    }
  });
});
