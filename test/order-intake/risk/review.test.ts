import { beforeEach, describe, expect, test } from 'vitest';
import { channels } from '../../support/environment.ts';
import { fulfilmentRoutes } from '../../../functions/order-intake/fulfilment/fulfilment-api.ts';
import { receivePayment } from '../../../functions/order-intake/payments/payments-api.ts';
import { review } from '../../../functions/order-intake/risk/review-api.ts';
import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import * as life from '../../../shared/contracts/orders/life-cycle-routes.ts';
import * as routes from '../../../shared/contracts/orders/routes.ts';
import { aCapture, anOrder } from '../../support/builders.ts';
import { orderStores, placing, reading } from '../../support/orders/order-stores.ts';
import { aRequest } from '../../support/requests.ts';
import { stockedSku } from '../../support/stock/stocked-skus.ts';
import { aName, database, put, read, eventTypesOf } from './assessed-orders.ts';

const stores = orderStores(database.db);
const fulfilment = fulfilmentRoutes(stores, channels, {}, (_now, change) => change((decide) => decide));

/** A paid order on hold for its risk. */
let order: OrderItem;
beforeEach(async () => {
  const sku = await stockedSku(database.db, 1);
  const body = anOrder({ externalOrderId: aName(), lines: [{ sku, quantity: 1 }] });
  const placed = await placing(stores)(aRequest(routes.placeOrder, { body }));
  const { orderId, totalMinor } = routes.OrderResponse.parse(placed.body);
  const { order: stored } = await stores.orders.current(orderId);
  if (!stored) throw new Error('Not placed');
  order = { ...stored, status: 'on-hold', holdReasons: ['risk'], payments: [aCapture(totalMinor)] };
  await put(order);
});

const params = () => ({ orderId: order.orderId });
const readEtag = async () => {
  const { headers } = await reading(stores)(aRequest(routes.getOrder, { params: params() }, 'admin'));
  return headers?.['etag'];
};
const send = (decision: 'release' | 'reject', ifMatch?: string) => {
  const body = { decision, reason: 'checked' };
  const headers = { 'if-match': ifMatch };
  return review(stores.orders, channels)(aRequest(life.reviewOrder, { params: params(), headers, body }, 'admin'));
};
const openChargeback = () => {
  const { provider, ...payment } = aCapture(1200, { eventId: 'chargeback', type: 'chargeback.opened' });
  const body = { ...payment, orderId: order.orderId };
  return receivePayment(stores.orders)(aRequest(life.postPayment, { params: { provider }, body }));
};
const ship = () => {
  const body = { shipmentId: 'parcel', lines: [{ lineId: 'line-1', quantity: 1 }] };
  return fulfilment.shipOrder(aRequest(life.shipOrder, { params: params(), body }, 'admin'));
};

describe('a review with If-Match', () => {
  test.each(['release', 'reject'] as const)(
    'cannot %s an order that has got another hold reason since',
    async (decision) => {
      const seen = await readEtag();
      await openChargeback();
      expect(await send(decision, seen)).toMatchObject({ status: 412, body: { type: 'order-changed' } });
      expect(await read(order)).toMatchObject({ status: 'on-hold', version: 2, holdReasons: ['risk', 'chargeback'] });
      expect(await ship()).toMatchObject({ status: 409, body: { holdReasons: ['risk', 'chargeback'] } });
      expect(await eventTypesOf(order)).toEqual(['OrderPlaced', 'PaymentRecorded', 'OrderHeld']);
    },
  );

  test('does not end a later hold when the request is repeated', async () => {
    const seen = await readEtag();
    expect(await send('release', seen)).toMatchObject({ status: 200, body: { status: 'paid' } });
    await openChargeback();
    expect(await send('release', seen)).toMatchObject({ status: 412 });
    expect(await read(order)).toMatchObject({ status: 'on-hold', holdReasons: ['chargeback'] });
  });

  test.each([
    ['release', 'paid'],
    ['reject', 'cancelled'],
  ] as const)('can %s the order in its current version', async (decision, status) => {
    await openChargeback();
    expect(await send(decision, await readEtag())).toMatchObject({ status: 200, body: { status } });
  });
});

test.each([undefined, '*'])('a review with If-Match %s decides on the current version', async (ifMatch) => {
  await openChargeback();
  expect(await send('release', ifMatch)).toMatchObject({ status: 200, body: { status: 'paid' } });
});
