import * as fc from 'fast-check';
import assert from 'node:assert';
import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { tables } from '../../support/database/dynamodb.ts';
import { eventsOf } from '../../support/database/outbox.ts';
import { eventData } from '../../../functions/order-intake/order/change.ts';
import { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import { newEvent } from '../../../shared/contracts/define-event.ts';
import { OrderImported } from '../../../shared/contracts/orders/import-events.ts';
import { OrderShipped, PaymentRecorded } from '../../../shared/contracts/orders/life-cycle-events.ts';
import { riskAssessmentOn } from '../../support/orders/risk-assessment.ts';
import { aCapture, aCause } from '../../support/builders.ts';
import { noon } from '../../support/orders/placed-order.ts';
import { publishedPaymentOf } from '../../../shared/payments/payment.ts';
import {
  aMailbox,
  aName,
  bodyOf,
  countedOrders,
  counterOf,
  database,
  deliver,
  findings,
  heldOf,
  isCounting,
  minute,
  placed,
  placedOne,
  eventTypesOf,
  watched,
  put,
  read,
  writesOf,
} from './assessed-orders.ts';

describe('orders of one customer and mailbox in quick succession', () => {
  test('are held from the sixth on with one event, however often they are delivered', async () => {
    const customer = { id: aName(), email: aMailbox() };
    const orders = await placed(6, { customer });
    const bodies = [...orders, ...orders].map(bodyOf);
    expect((await Promise.all([deliver(bodies), deliver(bodies)])).flat()).toEqual([]);
    expect(await deliver(bodies)).toEqual([]);
    const held = { isHeld: true, codes: ['customer-velocity', 'email-velocity'] };
    expect(await findings(orders)).toEqual([...Array.from({ length: 5 }, () => ({ isHeld: false, codes: [] })), held]);
    expect(await Promise.all(orders.map(eventTypesOf))).toEqual([[], [], [], [], [], ['OrderHeld']]);
    const [last] = orders.slice(-1);
    const [event] = await eventsOf(database.db, tables.ORDER_TABLE_NAME, `ORDER#${last?.orderId}`);
    expect(event?.detail.data).toMatchObject({ status: 'on-hold', version: 2, reasons: ['risk'] });
    expect(await countedOrders('customer', customer.id)).toBe(6);
    expect(JSON.stringify(await counterOf('customer', customer.id))).not.toContain(customer.email);
  });

  test('are held from the sixth on in any order and batches of delivery', async () => {
    const anyOrder = fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 });
    await fc.assert(
      fc.asyncProperty(anyOrder, fc.integer({ min: 1, max: 5 }), async (order, size) => {
        const orders = await placed(6, { customer: { id: aName(), email: aMailbox() } });
        const shuffled = order.flatMap((index) => orders[index] ?? []);
        for (let first = 0; first < 6; first += size) await deliver(shuffled.slice(first, first + size).map(bodyOf));
        expect(await heldOf(orders)).toBe(1);
      }),
      { numRuns: 10 },
    );
  });

  test('are all counted when each arrives in its own batch and all at once', async () => {
    const customer = { id: aName(), email: aMailbox() };
    const orders = await placed(20, { customer }, 100);
    expect((await Promise.all(orders.map((order) => deliver([bodyOf(order)])))).flat()).toEqual([]);
    expect([await countedOrders('customer', customer.id), await countedOrders('email', customer.email)]).toEqual([
      20, 20,
    ]);
    expect(await heldOf(orders)).toBe(15);
  });

  test('are held by the redelivery after a crash between counting and holding', async () => {
    const orders = await placed(6, { customer: { id: aName(), email: aMailbox() } });
    const bodies = orders.map(bodyOf);
    const crashing = watched((command) => {
      if (command instanceof TransactWriteCommand && !isCounting(command)) throw new Error('Crashed');
      return undefined;
    });
    expect(await deliver(bodies, crashing)).toEqual([5]);
    expect(await findings(orders)).toEqual(orders.map(() => ({ isHeld: false, codes: [] })));
    expect(await deliver(bodies)).toEqual([]);
    expect((await findings(orders)).map(({ isHeld }) => isHeld)).toEqual([false, false, false, false, false, true]);
  });

  test('keep their first position in the counter, so a redelivered order is not held for later ones', async () => {
    const [first, ...others] = await placed(6, { customer: { id: aName(), email: aMailbox() } });
    if (!first) throw new Error('No order');
    let isCrashed = false;
    const crashing = watched(async (command) => {
      if (isCounting(command) && !isCrashed) await database.db.send(command);
      isCrashed ||= isCounting(command);
      if (isCrashed) throw new Error('Crashed');
    });
    expect(await deliver([bodyOf(first)], crashing)).toEqual([0]);
    await deliver(others.map(bodyOf));
    await deliver([bodyOf(first)]);
    expect((await findings([first, ...others])).map(({ isHeld }) => isHeld)).toEqual([
      ...Array<boolean>(5).fill(false),
      true,
    ]);
  });

  test('are not held if their own times are apart, whenever they are counted', async () => {
    const customer = { id: aName(), email: aMailbox() };
    const orders = await placed(20, { customer }, 60 * minute);
    expect(await deliver(orders.map(bodyOf))).toEqual([]);
    expect([await heldOf(orders), await countedOrders('customer', customer.id)]).toEqual([0, 20]);
  });

  test('are held without limit while the size of the counter is bounded', async () => {
    const customer = { id: aName(), email: aMailbox() };
    const orders = await placed(400, { customer }, 100);
    for (let first = 0; first < 400; first += 100) await deliver(orders.slice(first, first + 100).map(bodyOf));
    expect(await heldOf(orders)).toBe(395);
    const size = JSON.stringify(await counterOf('email', customer.email))?.length;
    expect(size).toBeGreaterThan(1000);
    expect(size).toBeLessThan(40_000);
  });
});

test('spellings of one mailbox or address share a counter, which expires after its window', async () => {
  const address = { country: 'GB', postalCode: 'N1 9GU', line1: '1 Regent St.' };
  const name = aName();
  const one = await placedOne({ customer: { email: `${name}+shop@EXAMPLE.com` }, shippingAddress: address });
  const disguised = { country: 'GB', postalCode: 'n19gu', line1: '1 REGENT ST' };
  const two = await placedOne({
    customer: { email: `${name.toUpperCase()}@example.com` },
    shippingAddress: disguised,
  });
  await deliver([one, two].map(bodyOf));
  const values = [
    ['email', `${name}@example.com`],
    ['address', 'gbn19gu1regentst'],
  ] as const;
  for (const [kind, value] of values) {
    expect(await countedOrders(kind, value)).toBe(2);
    const seconds = Number((await counterOf(kind, value))?.expiresAt) - Date.now() / 1000;
    expect(seconds).toBeGreaterThan(3600);
    expect(seconds).toBeLessThan(3 * 3600);
  }
});

const recordedOf = ({ orderId }: OrderItem) =>
  JSON.stringify(
    newEvent(PaymentRecorded, { orderId, payment: publishedPaymentOf(aCapture(1)), order: null }, aCause()),
  );
const shippedOf = (order: OrderItem) =>
  JSON.stringify(newEvent(OrderShipped, { ...eventData(order), shipmentId: 'parcel', lines: [] }, aCause()));
/** The risk reasons of a later, large order of the customer. */
async function reasonsOfLarge(customer: OrderItem['customer']) {
  const placedAt = new Date(noon + 300 * 86_400_000).toISOString();
  const large = await placedOne({ customer, totalMinor: 200_000, placedAt });
  await deliver([bodyOf(large)]);
  return (await read(large)).risk?.reasons.map(({ detail }) => detail);
}

describe("a customer's purchase history", () => {
  const none = ['200000 GBP with 0 former orders'];
  const three = ['200000 GBP, 3000 on average of 3 former orders'];

  test('includes purchases whose entries the counter has dropped', async () => {
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

  test('excludes unpaid orders, open or cancelled', async () => {
    const customer = { id: aName() };
    const cancelled = await placed(3, { customer, status: 'cancelled', totalMinor: 200_000 }, 24 * 60 * minute);
    const open = await placedOne({ customer, totalMinor: 200_000 });
    await deliver([...cancelled, open].map(bodyOf));
    await deliver([...cancelled, open].flatMap((order) => [recordedOf(order), bodyOf(order)]));
    expect(await reasonsOfLarge(customer)).toEqual(none);
    expect(await countedOrders('customer', customer.id)).toBe(5);
  });

  test('includes each paid or shipped order once, in any order of events', async () => {
    for (const isCountedFirst of [false, true]) {
      for (const eventOrder of [
        [bodyOf, recordedOf],
        [recordedOf, bodyOf, recordedOf],
        [shippedOf, bodyOf],
        [bodyOf, shippedOf, shippedOf],
      ]) {
        const customer = { id: aName() };
        const orders = await placed(3, { customer, totalMinor: 3000 }, 24 * 60 * minute);
        const after = eventOrder.includes(shippedOf)
          ? { lines: orders[0]?.lines.map((line) => ({ ...line, shippedQuantity: 1 })) ?? [] }
          : { payments: [aCapture(1000), aCapture(5000)] };
        if (isCountedFirst) await deliver(orders.map(bodyOf));
        for (const order of orders) await put({ ...order, ...after });
        // Orders counted before the purchase are not delivered as placed again.
        for (const eventOf of eventOrder.filter((each) => !isCountedFirst || each !== bodyOf))
          await deliver(orders.map(eventOf));
        expect(await reasonsOfLarge(customer)).toEqual(three);
        expect(await countedOrders('customer', customer.id)).toBe(4);
      }
    }
  });

  test('grows with the captured amount and never decreases', async () => {
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

  test('is written once per batch, and not for known purchases', async () => {
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

test('imported orders have no score and count as purchases of their customer', async () => {
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
  expect(await riskAssessmentOn(database.db).assessOne(imported, noon)).toEqual({
    kind: 'not-held',
    order: await read(imported),
  });
});
