import assert from 'node:assert';
import { describe, expect, test } from 'vitest';
import { cancelRefunded } from '../../../functions/order-intake/cancellation/cancel-refunded.ts';
import { cancel } from '../../../functions/order-intake/cancellation/cancel.ts';
import { fulfilmentRoutes } from '../../../functions/order-intake/fulfilment/fulfilment-api.ts';
import { ship } from '../../../functions/order-intake/fulfilment/shipping.ts';
import { applyChange } from '../../../functions/order-intake/order/apply.ts';
import type { Outcome } from '../../../functions/order-intake/order/change.ts';
import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import { balanceOf } from '../../../functions/order-intake/order/payment.ts';
import { record } from '../../../functions/order-intake/payments/record-payment.ts';
import { OrderSnapshot } from '../../../functions/refund-approval/refund/order-snapshot.ts';
import type { RefundItem } from '../../../functions/refund-approval/refund/refund-item.ts';
import { emptyLedger, type RefundLedger } from '../../../functions/refund-approval/refund/refund-ledger.ts';
import { refundableComponents } from '../../../functions/refund-approval/refund/refundable-components.ts';
import { amend, request, withdraw } from '../../../functions/refund-approval/requests/decide.ts';
import { requestApi } from '../../../functions/refund-approval/requests/request-api.ts';
import { createRequestStore } from '../../../functions/refund-approval/requests/request-store.ts';
import * as life from '../../../shared/contracts/orders/life-cycle-routes.ts';
import * as routes from '../../../shared/contracts/orders/routes.ts';
import { RefundResponse } from '../../../shared/contracts/refunds/refund-response.ts';
import { requestRefund } from '../../../shared/contracts/refunds/routes.ts';
import { aCapture, aCause, anOrder, noon } from '../../support/builders.ts';
import { databaseForAll, tables } from '../../support/database/dynamodb.ts';
import { channels } from '../../support/environment.ts';
import { aPlacedOrder } from '../../support/orders/placed-order.ts';
import { orderStores, placing } from '../../support/orders/order-stores.ts';
import { aRefundRequest, changeOf, known } from '../../support/refunds/refund-builders.ts';
import { aRequest } from '../../support/requests.ts';
import { skusWith, unitsOf } from '../../support/stock/many-skus.ts';

const orderOf = (outcome: Outcome): OrderItem => {
  assert(outcome.kind === 'changed', JSON.stringify(outcome));
  return outcome.order;
};
/** An order of 3 units at 1000 minor units each, paid, with this number of them shipped. */
function paidOrder(shipped = 0): OrderItem {
  const paid = orderOf(record(aPlacedOrder([{ quantity: 3, totalMinor: 3000 }]), aCapture(3495)));
  return shipped === 0 ? paid : shipping(paid, shipped).order;
}
const unitsOfFirstLine = (quantity: number) => [{ lineId: 'line-1', quantity }];
const shipOutcome = (order: OrderItem, quantity: number, ledger?: RefundLedger) =>
  ship(order, { shipmentId: `s-${order.version}`, lines: unitsOfFirstLine(quantity) }, '', noon, ledger?.unshipped);
function shipping(order: OrderItem, quantity: number) {
  const outcome = shipOutcome(order, quantity);
  assert(outcome.kind === 'changed');
  return outcome;
}
type Content = Parameters<typeof aRefundRequest>[0];
const refundOf = (order: OrderItem, content: Content, ledger?: RefundLedger, refundId = 'ref_1') => {
  const change = changeOf(
    request(aRefundRequest(content, { refundId }), known(OrderSnapshot.parse(order), { ledger })),
  );
  assert(change.ledger);
  return { refund: change.refund, ledger: change.ledger };
};
const unshippedOf = ({ refundId, unshipped = [] }: RefundItem) => ({ refundId, unshipped });
const lines = (quantity: number, amountMinor?: number) => [{ lineId: 'line-1', quantity, amountMinor }];

describe('the units that a refund takes from shipment', () => {
  test.each<[string, number, Content, number]>([
    ['are those of a refund before shipment', 0, { lines: lines(2) }, 2],
    ['are the rest of a partly shipped line, whose shipped units come first', 2, { lines: lines(3) }, 1],
    ['are none if as many were shipped', 2, { lines: lines(2) }, 0],
    ['are none of a refund of an amount', 0, { lines: lines(0, 500) }, 0],
    ['are none of goodwill', 0, { goodwillMinor: 500 }, 0],
    ['are none of shipping', 0, { shippingMinor: 495 }, 0],
    ['do not depend on whether goods come back', 1, { lines: lines(2), restock: false }, 1],
  ])('%s', (_name, shipped, content, units) => {
    const order = paidOrder(shipped);
    const { refund, ledger } = refundOf(order, content);
    expect(refund.unshipped ?? []).toMatchObject(units > 0 ? unitsOfFirstLine(units) : []);
    const shippable = 3 - shipped - units;
    const results = Array.from({ length: 3 - shipped }, (_, index) => {
      const outcome = shipOutcome(order, index + 1, ledger);
      return outcome.kind === 'conflict' ? outcome.type : outcome.kind;
    });
    expect(results).toEqual([
      ...Array.from({ length: shippable }, () => 'changed'),
      ...Array.from({ length: units }, () => 'refund-pending'),
    ]);
  });

  test('are not counted again after staff cancelled as many', () => {
    const order = paidOrder();
    const { ledger } = refundOf(order, { lines: lines(2) });
    const rest = cancelled(order, 2);
    expect(shipOutcome(rest, 1, ledger).kind).toBe('changed');
    expect(shipOutcome(cancelled(order, 1), 2, ledger)).toMatchObject({ type: 'refund-pending' });
  });

  test('of several refunds add up', () => {
    const order = paidOrder();
    const first = refundOf(order, { lines: lines(1) });
    const second = refundOf(order, { lines: lines(1) }, first.ledger, 'ref_2');
    expect(shipOutcome(order, 2, second.ledger)).toMatchObject({
      kind: 'conflict',
      type: 'refund-pending',
      extension: {
        lines: [{ lineId: 'line-1', requested: 2, shippable: 1 }],
        refunds: [
          { refundId: 'ref_1', lineId: 'line-1', quantity: 1 },
          { refundId: 'ref_2', lineId: 'line-1', quantity: 1 },
        ],
      },
    });
    expect(shipOutcome(order, 1, second.ledger).kind).toBe('changed');
  });

  test('can be shipped again after the refund is withdrawn, and follow an amendment', () => {
    const order = orderOf(record(aPlacedOrder([{ quantity: 3, totalMinor: 90_000 }]), aCapture(90_495)));
    const { refund, ledger } = refundOf(order, { lines: lines(3) });
    expect(refund.status).toBe('pending-approval');
    const snapshot = known(OrderSnapshot.parse(order), { ledger, refund });
    const amended = changeOf(amend(aRefundRequest({ lines: lines(1) }, { refundId: 'ref_1' }), snapshot));
    assert(amended.ledger);
    expect(amended.refund.unshipped).toMatchObject(unitsOfFirstLine(1));
    expect(shipOutcome(order, 2, amended.ledger).kind).toBe('changed');
    expect(shipOutcome(order, 3, amended.ledger)).toMatchObject({ type: 'refund-pending' });
    const withdrawn = changeOf(withdraw(amended.refund, amended.ledger, 'sam'));
    expect(shipOutcome(order, 3, withdrawn.ledger).kind).toBe('changed');
  });
});

describe('the cancellation of refunded units', () => {
  test('releases their stock once, leaves nothing overpaid, and the other units can be shipped and refunded', () => {
    const order = paidOrder();
    const { refund, ledger } = refundOf(order, { lines: lines(1) });
    const outcome = cancelRefunded(order, unshippedOf(refund));
    assert(outcome.kind === 'changed');
    const { order: after, stock, events } = outcome;
    expect(stock).toMatchObject({ kind: 'release', reservations: [{ from: [{ units: 1 }] }] });
    expect(events.map((draft) => draft(aCause()))).toMatchObject([
      { 'detail-type': 'OrderLinesCancelled', detail: { data: { refundId: 'ref_1', refundedMinor: 1000 } } },
    ]);
    expect(after).toMatchObject({ status: 'paid', cancelledMinor: 1000 });
    expect(after.lines).toMatchObject([{ cancelledQuantity: 1, refundedQuantity: 1 }]);
    expect(balanceOf(after).balance).toBe('settled');
    expect(cancelRefunded(after, unshippedOf(refund)).kind).toBe('already-done');
    const { goods } = refundableComponents(OrderSnapshot.parse(after), ledger);
    expect(goods).toMatchObject([
      { pot: 'line:line-1', refundable: { minor: 2000, quantity: 2 } },
      { pot: 'shipping' },
      { pot: 'overpaid', refundable: { minor: 0 } },
    ]);
    const shipped = orderOf(shipOutcome(after, 2, ledger));
    expect(shipped.status).toBe('shipped');
    // A later refund of shipped units expects them back.
    const returned = refundOf(shipped, { lines: lines(2) }, ledger, 'ref_2').refund;
    expect([returned.unshipped, returned.returning[0]?.quantity]).toEqual([undefined, 2]);
  });

  test('of all units cancels the order, of which only shipping is left to refund', () => {
    const order = paidOrder();
    const { refund, ledger } = refundOf(order, { lines: lines(3) });
    const after = orderOf(cancelRefunded(order, unshippedOf(refund)));
    expect(after).toMatchObject({ status: 'cancelled', cancelledMinor: 3495 });
    const left = (own: RefundLedger) =>
      refundableComponents(OrderSnapshot.parse(after), own).goods.map(({ refundable }) => refundable.minor);
    expect(left(ledger)).toEqual([0, 0, 495]);
    // Of a refund with shipping nothing is left.
    expect(left(refundOf(order, { lines: lines(3), shippingMinor: 495 }).ledger)).toEqual([0, 0, 0]);
    expect(left(emptyLedger(after.orderId))).toEqual([3000, 0, 495]);
  });

  test.each<[string, (order: OrderItem) => OrderItem, object]>([
    [
      'takes the units that staff cancelled since',
      (order) => cancelled(order, 2),
      { cancelledQuantity: 2, refundedQuantity: 2 },
    ],
    ['cancels the others of them', (order) => cancelled(order, 1), { cancelledQuantity: 2, refundedQuantity: 2 }],
    ['takes the units that an edit removed since', (order) => edited(order, 2), { quantity: 2, cancelledQuantity: 1 }],
    ['is recorded although staff left nothing', (order) => cancelled(order, 3), { cancelledQuantity: 3 }],
    ['does not touch shipped units', (order) => shipping(order, 2).order, { shippedQuantity: 2, refundedQuantity: 1 }],
    ['does not touch an expired order', (order) => ({ ...order, status: 'expired' }), { quantity: 3 }],
  ])('%s', (_name, change, line) => {
    const order = change(paidOrder());
    const outcome = cancelRefunded(order, {
      refundId: 'ref_1',
      unshipped: [{ lineId: 'line-1', quantity: 2, remaining: 3 }],
    });
    const after = outcome.kind === 'changed' ? outcome.order : order;
    expect(after.lines).toMatchObject([line]);
    expect(after.cancellations?.some(({ requestId }) => requestId === 'ref_1') ?? false).toBe(
      !['cancelled', 'expired'].includes(order.status),
    );
  });

  test('does not make an order paid whose captured money was refunded', () => {
    const order = aPlacedOrder([{ quantity: 3, totalMinor: 3000 }], {
      status: 'on-hold',
      holdReasons: ['underpaid'],
      payments: [aCapture(2495)],
    });
    const { refund } = refundOf(order, { lines: lines(1) });
    const after = orderOf(cancelRefunded(order, unshippedOf(refund)));
    expect(after).toMatchObject({ status: 'on-hold', holdReasons: ['underpaid'] });
  });
});
const edited = (order: OrderItem, quantity: number): OrderItem => ({
  ...order,
  lines: order.lines.map((line) => Object.assign({}, line, { quantity })),
});
const cancelled = (order: OrderItem, quantity: number) =>
  orderOf(cancel(order, { requestId: 'staff', reason: 'x', lines: unitsOfFirstLine(quantity) }, ''));

describe('a shipment and a refund of the same units at the same time', () => {
  const { db } = databaseForAll();
  const stores = orderStores(db);
  const refunds = createRequestStore(db, tables);
  const noOffer = async () => ({ skus: new Map(), stock: new Map() });
  const deadline = () => new Date(noon + 80 * 3_600_000).toISOString();
  let made = 0;

  async function paid() {
    const skus = await skusWith(db, [2]);
    const body = anOrder({
      externalOrderId: `refunded-${(made += 1)}`,
      customer: {},
      lines: skus.map((sku) => ({ sku, quantity: 2 })),
    });
    const response = await placing(stores)(aRequest(routes.placeOrder, { body }));
    const { orderId, totalMinor } = routes.OrderResponse.parse(response.body);
    await applyChange(stores.orders, orderId, (order) => record(order, aCapture(totalMinor)), aCause());
    return { orderId, skus };
  }
  const shipBoth = (orderId: string, refunded: Pick<typeof stores.refunded, 'read'> = stores.refunded) =>
    fulfilmentRoutes({ ...stores, refunded }, channels, {}, (_now, change) => change((decide) => decide)).shipOrder(
      aRequest(life.shipOrder, { params: { orderId }, body: { shipmentId: 's', lines: unitsOfFirstLine(2) } }),
    );
  const refundBoth = async (orderId: string, store = refunds) => {
    const body = { requestId: 'r', orderId, reason: 'changed-mind', lines: unitsOfFirstLine(2) };
    const response = await requestApi(store, channels, deadline, noOffer).requestRefund(
      aRequest(requestRefund, { body }),
    );
    return RefundResponse.parse(response.body);
  };
  const cancelFor = async (orderId: string) => {
    const { unshipped = [] } = await refunds.ledger(orderId);
    const [unit] = unshipped;
    if (!unit) return 0;
    // Delivered twice.
    for (let times = 0; times < 2; times += 1) {
      await applyChange(
        stores.orders,
        orderId,
        (order) => cancelRefunded(order, { refundId: unit.refundId, unshipped }),
        aCause(),
      );
    }
    return unit.quantity;
  };

  test('of which the refund commits first: the shipment is refused and the units are cancelled', async () => {
    const { orderId, skus } = await paid();
    let isRequested = false;
    const response = await shipBoth(orderId, {
      async read(id) {
        const seen = await stores.refunded.read(id);
        if (!isRequested) await refundBoth(orderId);
        isRequested = true;
        return seen;
      },
    });
    expect(response).toMatchObject({ status: 409, body: { type: 'refund-pending', refunds: [{ quantity: 2 }] } });
    expect(await cancelFor(orderId)).toBe(2);
    expect(await unitsOf(db, skus)).toEqual({ onHand: 2, reserved: 0 });
    expect((await stores.orders.current(orderId)).order?.status).toBe('cancelled');
  });

  test('of which the shipment commits first: the refund expects the units back', async () => {
    const { orderId, skus } = await paid();
    let isShipped = false;
    const refund = await refundBoth(orderId, {
      ...refunds,
      async requestSnapshot(...ids) {
        const seen = await refunds.requestSnapshot(...ids);
        if (!isShipped) expect((await shipBoth(orderId)).status).toBe(201);
        isShipped = true;
        return seen;
      },
    });
    expect(refund.return).toBeDefined();
    expect(await cancelFor(orderId)).toBe(0);
    expect(await unitsOf(db, skus)).toEqual({ onHand: 0, reserved: 0 });
  });

  test('in any order: the units are either shipped or cancelled', async () => {
    for (let round = 0; round < 6; round += 1) {
      const { orderId, skus } = await paid();
      const [shipped, refund] = await Promise.all([shipBoth(orderId), refundBoth(orderId)]);
      const isShipped = shipped.status === 201;
      expect([shipped.status, refund.return !== undefined]).toEqual(isShipped ? [201, true] : [409, false]);
      expect(await cancelFor(orderId)).toBe(isShipped ? 0 : 2);
      expect(await unitsOf(db, skus)).toEqual({ onHand: isShipped ? 0 : 2, reserved: 0 });
    }
  });
});
