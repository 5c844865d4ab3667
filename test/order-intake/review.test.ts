import { beforeEach, describe, expect, test } from 'vitest';
import { channels } from '../support/environment.ts';
import { getOrder, placeOrder } from '../../functions/order-intake/api.handler.ts';
import { createChangeStore } from '../../functions/order-intake/order/order-store.ts';
import { lifeRoutes } from '../../functions/order-intake/fulfilment/life-api.ts';
import type { OrderItem } from '../../functions/order-intake/order/order-item.ts';
import { createOrderStore } from '../../functions/order-intake/placement/store.ts';
import * as life from '../../shared/contracts/orders/life-cycle-routes.ts';
import * as routes from '../../shared/contracts/orders/routes.ts';
import { aCapture, anOrder, aPolicy } from '../support/builders.ts';
import { tables } from '../support/database/dynamodb.ts';
import { aRequest } from '../support/requests.ts';
import { stockedSku } from '../support/stock/stocked-skus.ts';
import { aName, database, put, read, told } from './assessed-orders.ts';

const changes = createChangeStore(database.db, tables, aPolicy().timeZone);
const orders = createOrderStore(database.db, tables, aPolicy().timeZone);
const serve = lifeRoutes(changes, channels, {}, { assessOne: async (order) => ({ kind: 'not-held', order }) });

/** Paid, and on hold for its risk. */
let order: OrderItem;
beforeEach(async () => {
  const sku = await stockedSku(database.db, 1);
  const body = anOrder({ externalOrderId: aName(), lines: [{ sku, quantity: 1 }] });
  const placed = await placeOrder(orders, channels, aPolicy())(aRequest(routes.placeOrder, { body }));
  const { orderId, totalMinor } = routes.OrderAnswer.parse(placed.body);
  const { order: stored } = await changes.current(orderId);
  if (!stored) throw new Error('It was not placed');
  order = { ...stored, status: 'on-hold', holdReasons: ['risk'], payments: [aCapture(totalMinor)] };
  await put(order);
});

const params = () => ({ orderId: order.orderId });
const look = async () => {
  const { headers } = await getOrder(orders, channels)(aRequest(routes.getOrder, { params: params() }, 'admin'));
  return headers?.['etag'];
};
const review = (decision: 'release' | 'reject', ifMatch?: string) => {
  const body = { decision, reason: 'looked at it' };
  const headers = { 'if-match': ifMatch };
  return serve.reviewOrder(aRequest(life.reviewOrder, { params: params(), headers, body }, 'admin'));
};
const openChargeback = () => {
  const { provider, ...payment } = aCapture(1200, { eventId: 'chargeback', type: 'chargeback.opened' });
  const body = { ...payment, orderId: order.orderId };
  return serve.postPayment(aRequest(life.postPayment, { params: { provider }, body }));
};
const ship = () => {
  const body = { shipmentId: 'parcel', lines: [{ lineId: 'line-1', quantity: 1 }] };
  return serve.shipOrder(aRequest(life.shipOrder, { params: params(), body }, 'admin'));
};

describe('whoever says by If-Match which order they looked at', () => {
  test.each(['release', 'reject'] as const)('cannot %s one that is held for more since', async (decision) => {
    const seen = await look();
    await openChargeback();
    expect(await review(decision, seen)).toMatchObject({ status: 412, body: { type: 'order-changed' } });
    expect(await read(order)).toMatchObject({ status: 'on-hold', version: 2, holdReasons: ['risk', 'chargeback'] });
    expect(await ship()).toMatchObject({ status: 409, body: { holdReasons: ['risk', 'chargeback'] } });
    expect(await told(order)).toEqual(['OrderPlaced', 'PaymentRecorded', 'OrderHeld']);
  });

  test('does not end the next hold by sending the same again, as when the answer was lost', async () => {
    const seen = await look();
    expect(await review('release', seen)).toMatchObject({ status: 200, body: { status: 'paid' } });
    await openChargeback();
    expect(await review('release', seen)).toMatchObject({ status: 412 });
    expect(await read(order)).toMatchObject({ status: 'on-hold', holdReasons: ['chargeback'] });
  });

  test.each([
    ['release', 'paid'],
    ['reject', 'cancelled'],
  ] as const)('can %s that one', async (decision, status) => {
    await openChargeback();
    expect(await review(decision, await look())).toMatchObject({ status: 200, body: { status } });
  });
});

test.each([undefined, '*'])('a review for whatever the order is now decides on that: %s', async (ifMatch) => {
  await openChargeback();
  expect(await review('release', ifMatch)).toMatchObject({ status: 200, body: { status: 'paid' } });
});
