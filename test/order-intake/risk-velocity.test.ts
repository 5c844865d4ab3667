import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tables } from '../support/database/dynamodb.ts';
import { eventsOf } from '../support/database/outbox.ts';
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
  told,
  watched,
} from './assessed-orders.ts';

describe('orders of one customer and mailbox in quick succession', () => {
  test('are held from the sixth on, which tells so once, however often they are delivered', async () => {
    const customer = { id: aName(), email: aMailbox() };
    const orders = await placed(6, { customer });
    const bodies = [...orders, ...orders].map(bodyOf);
    expect((await Promise.all([deliver(bodies), deliver(bodies)])).flat()).toEqual([]);
    expect(await deliver(bodies)).toEqual([]);
    const held = { isHeld: true, codes: ['customer-velocity', 'email-velocity'] };
    expect(await findings(orders)).toEqual([...Array.from({ length: 5 }, () => ({ isHeld: false, codes: [] })), held]);
    expect(await Promise.all(orders.map(told))).toEqual([[], [], [], [], [], ['OrderHeld']]);
    const [last] = orders.slice(-1);
    const [event] = await eventsOf(database.db, tables.ORDER_TABLE_NAME, `ORDER#${last?.orderId}`);
    expect(event?.detail.data).toMatchObject({ status: 'on-hold', version: 2, reasons: ['risk'] });
    expect(await countedOrders('customer', customer.id)).toBe(6);
    expect(JSON.stringify(await counterOf('customer', customer.id))).not.toContain(customer.email);
  });

  test('are held from the sixth on in whatever order and batches they come', async () => {
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

  test('are all counted when each comes by itself and all come at once', async () => {
    const customer = { id: aName(), email: aMailbox() };
    const orders = await placed(20, { customer }, 100);
    expect((await Promise.all(orders.map((order) => deliver([bodyOf(order)])))).flat()).toEqual([]);
    expect([await countedOrders('customer', customer.id), await countedOrders('email', customer.email)]).toEqual([
      20, 20,
    ]);
    expect(await heldOf(orders)).toBe(15);
  });

  test('are the same to a run that ended between counting and holding, and to the one after it', async () => {
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

  test('keep the place at which they were counted first: one that had to come again is not held for those after it', async () => {
    const [first, ...others] = await placed(6, { customer: { id: aName(), email: aMailbox() } });
    if (!first) throw new Error('No order');
    let isOver = false;
    const crashing = watched(async (command) => {
      if (isCounting(command) && !isOver) await database.db.send(command);
      isOver ||= isCounting(command);
      if (isOver) throw new Error('Crashed');
    });
    expect(await deliver([bodyOf(first)], crashing)).toEqual([0]);
    await deliver(others.map(bodyOf));
    await deliver([bodyOf(first)]);
    expect((await findings([first, ...others])).map(({ isHeld }) => isHeld)).toEqual([
      ...Array<boolean>(5).fill(false),
      true,
    ]);
  });

  test('are no burst where they are of another year than the day on which they are counted', async () => {
    const customer = { id: aName(), email: aMailbox() };
    const orders = await placed(20, { customer }, 60 * minute);
    expect(await deliver(orders.map(bodyOf))).toEqual([]);
    expect([await heldOf(orders), await countedOrders('customer', customer.id)]).toEqual([0, 20]);
  });

  test('without end are all held, and their counter stays small', async () => {
    const customer = { id: aName(), email: aMailbox() };
    const orders = await placed(400, { customer }, 100);
    for (let first = 0; first < 400; first += 100) await deliver(orders.slice(first, first + 100).map(bodyOf));
    expect(await heldOf(orders)).toBe(395);
    const size = JSON.stringify(await counterOf('email', customer.email))?.length;
    expect(size).toBeGreaterThan(1000);
    expect(size).toBeLessThan(40_000);
  });
});

test('a mailbox and an address are the same however they are written; a counter is forgotten after its time', async () => {
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
