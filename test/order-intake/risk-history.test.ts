import assert from 'node:assert';
import { describe, expect, test } from 'vitest';
import { factsOf } from '../../functions/order-intake/order/change.ts';
import { OrderItem } from '../../functions/order-intake/order/order-item.ts';
import { told as toldPayment } from '../../functions/order-intake/order/payment.ts';
import { newEvent } from '../../shared/contracts/define-event.ts';
import { OrderImported } from '../../shared/contracts/orders/import-events.ts';
import { OrderShipped, PaymentRecorded } from '../../shared/contracts/orders/life-cycle-events.ts';
import { assessorOn } from '../support/orders/risk-assessor.ts';
import { aCapture, aCause } from '../support/builders.ts';
import { noon } from '../support/orders/placed-order.ts';
import {
  aMailbox,
  aName,
  bodyOf,
  countedOrders,
  database,
  deliver,
  isCounting,
  minute,
  placed,
  placedOne,
  put,
  read,
  watched,
  writesOf,
} from './assessed-orders.ts';

const recordedOf = ({ orderId }: OrderItem) =>
  JSON.stringify(newEvent(PaymentRecorded, { orderId, payment: toldPayment(aCapture(1)), order: null }, aCause()));
const shippedOf = (order: OrderItem) =>
  JSON.stringify(newEvent(OrderShipped, { ...factsOf(order), shipmentId: 'parcel', lines: [] }, aCause()));
/** Why a large order of the customer, which comes later, is suspicious. */
async function reasonsOfLarge(customer: OrderItem['customer']) {
  const placedAt = new Date(noon + 300 * 86_400_000).toISOString();
  const large = await placedOne({ customer, totalMinor: 200_000, placedAt });
  await deliver([bodyOf(large)]);
  return (await read(large)).risk?.reasons.map(({ detail }) => detail);
}

describe("a customer's history", () => {
  const none = ['200000 GBP with 0 former orders'];
  const three = ['200000 GBP, 3000 on average of 3 former orders'];

  test('is all that was ordered before, also what the counter has dropped', async () => {
    const customer = { id: aName() };
    const orders = await placed(250, { customer, totalMinor: 1000, payments: [aCapture(1000)] }, 24 * 60 * minute);
    for (let first = 0; first < 250; first += 50) {
      const some = orders.slice(first, first + 50).map(bodyOf);
      await Promise.all([deliver(some), deliver(some)]);
    }
    const large = await placedOne({
      customer,
      totalMinor: 5001,
      placedAt: new Date(noon + 300 * 86_400_000).toISOString(),
    });
    await deliver([bodyOf(large)]);
    const { risk } = await read(large);
    expect(risk?.reasons).toMatchObject([
      { code: 'amount-above-history', detail: '5001 GBP, 1000 on average of 250 former orders' },
    ]);
    expect(await countedOrders('customer', customer.id)).toBeLessThan(220);
  });

  test('is not made of orders that nobody paid, cancelled or open', async () => {
    const customer = { id: aName() };
    const cancelled = await placed(3, { customer, status: 'cancelled', totalMinor: 200_000 }, 24 * 60 * minute);
    const open = await placedOne({ customer, totalMinor: 200_000 });
    await deliver([...cancelled, open].map(bodyOf));
    await deliver([...cancelled, open].flatMap((order) => [recordedOf(order), bodyOf(order)]));
    expect(await reasonsOfLarge(customer)).toEqual(none);
    expect(await countedOrders('customer', customer.id)).toBe(5);
  });

  test('is made of what was paid, or left unpaid, once, whenever that is told', async () => {
    for (const isLate of [false, true]) {
      for (const tellings of [
        [bodyOf, recordedOf],
        [recordedOf, bodyOf, recordedOf],
        [shippedOf, bodyOf],
        [bodyOf, shippedOf, shippedOf],
      ]) {
        const customer = { id: aName() };
        const orders = await placed(3, { customer, totalMinor: 3000 }, 24 * 60 * minute);
        const after = tellings.includes(shippedOf)
          ? { lines: orders[0]?.lines.map((line) => ({ ...line, shippedQuantity: 1 })) ?? [] }
          : { payments: [aCapture(1000), aCapture(5000)] };
        if (isLate) await deliver(orders.map(bodyOf));
        for (const order of orders) await put({ ...order, ...after });
        // Those that were counted before they were bought are not told of as placed again.
        for (const telling of tellings.filter((each) => !isLate || each !== bodyOf)) await deliver(orders.map(telling));
        expect(await reasonsOfLarge(customer)).toEqual(three);
        expect(await countedOrders('customer', customer.id)).toBe(4);
      }
    }
  });

  test('grows with what is paid of an order, and is never less', async () => {
    const customer = { id: aName() };
    const orders = await placed(3, { customer, totalMinor: 3000 }, 24 * 60 * minute);
    const steps = [[aCapture(1000)], [aCapture(1000), aCapture(2000)], [aCapture(1000)]];
    await deliver(orders.map(bodyOf));
    for (const payments of steps) {
      for (const order of orders) await put({ ...order, payments });
      await deliver(orders.map(recordedOf));
    }
    expect(await reasonsOfLarge(customer)).toEqual(three);
  });

  test('costs one write for a batch, and none for what is known', async () => {
    const customer = { id: aName(), email: aMailbox() };
    const orders = await placed(3, { customer, payments: [aCapture(1)] }, 24 * 60 * minute);
    await deliver(orders.map(bodyOf));
    for (const order of orders) await put({ ...order, payments: [aCapture(1), aCapture(1, { eventId: 'again' })] });
    let writes = 0;
    const db = watched(async (command) => {
      if (isCounting(command)) writes += writesOf(command).length;
    });
    for (let times = 0; times < 2; times += 1) expect(await deliver(orders.map(recordedOf), db)).toEqual([]);
    expect(writes).toBe(1);
  });
});

test('imported orders are not judged: they are what their customer bought before', async () => {
  const customer = { id: aName(), email: aMailbox() };
  const past = await placed(3, { customer, imported: true, status: 'completed', totalMinor: 1000 });
  const bodies = past.map((order) =>
    JSON.stringify(newEvent(OrderImported, { ...order, status: 'completed' }, aCause())),
  );
  expect(await deliver([...bodies, ...bodies])).toEqual([]);
  expect((await Promise.all(past.map(read))).map(({ risk }) => risk)).toEqual([undefined, undefined, undefined]);
  expect([await countedOrders('customer', customer.id), await countedOrders('email', customer.email)]).toEqual([3, 0]);
  const large = await placedOne({ customer, totalMinor: 150_000, placedAt: new Date(noon + 1e9).toISOString() });
  await deliver([bodyOf(large)]);
  expect((await read(large)).risk?.reasons).toMatchObject([
    { code: 'amount-above-history', detail: '150000 GBP, 1000 on average of 3 former orders' },
  ]);
  const [imported] = past;
  assert(imported);
  expect(await assessorOn(database.db).assessOne(imported, noon)).toEqual({ kind: 'noted', order: await read(imported) });
});
