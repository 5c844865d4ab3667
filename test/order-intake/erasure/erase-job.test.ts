import { gzipSync } from 'node:zlib';
import { PutCommand, ScanCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { eraseSelected } from '../../../functions/order-intake/erasure/erase-job.ts';
import { createErasureStore, type Selection } from '../../../functions/order-intake/erasure/erasure-store.ts';
import { indexKeys, type OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import { createOrderStore } from '../../../functions/order-intake/order/order-store.ts';
import { businessDays } from '../../../shared/business-day.ts';
import { newEvent } from '../../../shared/contracts/define-event.ts';
import { OrderPlaced } from '../../../shared/contracts/orders/events.ts';
import {
  OrderContactChanged,
  OrderPersonalDataErased,
  OrderShipped,
} from '../../../shared/contracts/orders/life-cycle-events.ts';
import type { OrderStatus } from '../../../shared/contracts/orders/status.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { OutboxItem, outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { orderIdOf } from '../../../shared/ids.ts';
import { intakeKey, orderKey, orderPartition } from '../../../shared/orders/order-keys.ts';
import { aCapture, aCause } from '../../support/builders.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { aPlacedOrder, noon } from '../../support/orders/placed-order.ts';

const Placed = OrderPlaced.envelope.shape.detail.shape.data;
const database = databaseForEach();
const TableName = tables.ORDER_TABLE_NAME;
const timeZone = 'Europe/London';
const storesOn = (db: Database) => ({
  ...createOrderStore(db, tables, timeZone),
  ...createErasureStore(db, TableName),
});
const erase = (selection: Selection, db: Database = database.db, isOver = () => false) =>
  eraseSelected(storesOn(db), selection, 'request', aCause(), isOver);

const ada = {
  customer: { id: 'ada-1', email: 'Ada@Example.com', name: 'Ada Lovelace', phone: '+44 20 7946 0018' },
  shippingAddress: { name: 'Ada Lovelace', line1: '10 Downing Street', postalCode: 'SW1A 1AA', country: 'GB' },
  note: 'Ring twice',
};
const bob = {
  customer: { id: 'bob-1', email: 'bob@example.com', name: 'Bob Smith' },
  shippingAddress: { line1: '1 Regent Street', country: 'GB' },
};
const ofAda = { customerId: 'ada-1', channel: 'storefront' };
const textsOfAda = /[Aa]da-1|ada@example|Lovelace|7946|Downing|SW1A|Ring|RM123|card_f8d11c|Belfry/i;

/** Writes an order of the past with its events: placed, corrected and shipped. */
async function stored(name: string, given: Partial<OrderItem> = {}): Promise<OrderItem> {
  const { channel = 'storefront' } = given;
  const order = aPlacedOrder(undefined, {
    orderId: orderIdOf(channel, name),
    externalOrderId: name,
    status: 'completed',
    ...ada,
    payments: [aCapture(1495, { cardFingerprint: 'card_f8d11c' })],
    shipments: [
      { shipmentId: 's', contentHash: '', lines: [], trackingNumber: 'RM123', shippedAt: new Date(noon).toISOString() },
    ],
    ...given,
  });
  const { orderId, externalOrderId, currency, status, version, customer, shippingAddress, note } = order;
  const data = { orderId, externalOrderId, channel, currency, status, version };
  const contact = { customer, shippingAddress, note };
  const before = { ...contact, shippingAddress: { ...shippingAddress, line1: 'The Belfry '.repeat(200) } };
  const events = [
    newEvent(OrderPlaced, Placed.parse({ ...order, status: 'placed' }), aCause()),
    newEvent(OrderContactChanged, { ...data, fields: ['/note'], before, after: contact }, aCause()),
    newEvent(OrderShipped, { ...data, shipmentId: 's', lines: [], trackingNumber: 'RM123' }, aCause()),
  ];
  const day = businessDays(timeZone)(Date.parse(order.placedAt));
  const items = [
    { ...orderKey(orderId), ...order, ...indexKeys(order, day) },
    { ...intakeKey(orderId), orderId, message: gzipSync(JSON.stringify(contact)) },
    ...events.map((event) => outboxItem(orderPartition(orderId), event)),
  ];
  for (const Item of items) await database.db.send(new PutCommand({ TableName, Item }));
  return order;
}

/** The items of the table as text, with the content of events. */
async function texts(): Promise<string[]> {
  const { Items = [] } = await database.db.send(new ScanCommand({ TableName, ConsistentRead: true }));
  return Items.map((item) => {
    const event = OutboxItem.safeParse(item).data;
    return JSON.stringify({ ...item, ...(event && { detail: JSON.parse(event.detail) as unknown }) });
  });
}
const itemsOf = async ({ orderId }: OrderItem) =>
  (await texts()).filter((text) => text.includes(orderId)).map((text) => JSON.parse(text) as unknown);
const isErased = async (order: OrderItem) => {
  const items = await itemsOf(order);
  return items
    .map((item) => JSON.stringify(item))
    .every((text) => !textsOfAda.test(text) && !text.includes(`"message"`));
};
const erasedEvents = async () =>
  (await texts()).filter((text) => text.includes(`"${OrderPersonalDataErased.detailType}"`)).length;

describe('the erasure of a person', () => {
  it('erases orders, events and queued messages of a customer, and nothing of others', async () => {
    const own = [
      await stored('1'),
      await stored('2', { status: 'cancelled' }),
      await stored('3', { status: 'expired' }),
    ];
    const others = [await stored('4', bob), await stored('1', { channel: 'marketplace' })];
    const before = await Promise.all(others.map(itemsOf));
    expect(await Promise.all(own.map(isErased))).toEqual([false, false, false]);

    expect(await erase(ofAda)).toEqual({ erased: 3, alreadyErased: 0, open: [], isComplete: true });
    expect(await Promise.all(own.map(isErased))).toEqual([true, true, true]);
    expect(await Promise.all(others.map(itemsOf))).toEqual(before);
    expect(await erasedEvents()).toBe(3);
    const [order] = await storesOn(database.db).read([own[0]?.orderId ?? '']);
    expect(order).toMatchObject({ customer: {}, shippingAddress: { country: 'GB' }, totalMinor: 1495, version: 2 });
    expect(order?.payments).toHaveLength(1);

    expect(await erase(ofAda)).toMatchObject({ erased: 0, open: [] });
    expect(await erase({ orderId: own[0]?.orderId ?? '' })).toMatchObject({ erased: 0, alreadyErased: 1 });
    expect(await erasedEvents()).toBe(3);
  });

  it.each<[string, Selection]>([
    ['an e-mail address', { email: 'ada@EXAMPLE.com' }],
    ['a customer of a channel', ofAda],
    ['an order', { orderId: orderIdOf('storefront', '1') }],
    ['the business day', { from: '2026-03-05', to: '2026-03-05' }],
    ['business days', { from: '2026-03-01', to: '2026-03-31' }],
  ])('finds the order by %s', async (_, selection) => {
    const order = await stored('1');
    expect(await erase(selection)).toMatchObject({ erased: 1, isComplete: true });
    expect(await isErased(order)).toBe(true);
  });

  it.each<[string, Selection]>([
    ['another e-mail address', { email: 'ada@example.org' }],
    ['the id in another channel', { ...ofAda, channel: 'marketplace' }],
    ['another id', { ...ofAda, customerId: 'ada' }],
    ['an unknown order', { orderId: orderIdOf('storefront', '2') }],
    ['the day before', { from: '2026-03-04', to: '2026-03-04' }],
    ['days in reverse', { from: '2026-03-06', to: '2026-03-04' }],
  ])('erases nothing for %s', async (_, selection) => {
    const order = await stored('1');
    const before = await itemsOf(order);
    expect(await erase(selection)).toEqual({ erased: 0, alreadyErased: 0, open: [], isComplete: true });
    expect(await itemsOf(order)).toEqual(before);
  });

  const open: OrderStatus[] = [
    'placed',
    'payment-pending',
    'paid',
    'on-hold',
    'allocated',
    'partly-shipped',
    'shipped',
  ];
  it.each<OrderStatus>([...open, 'delivered'])('names orders that are %s, which keep their data', async (status) => {
    const [order, ended] = [await stored('1', { status }), await stored('2')];
    const before = await itemsOf(order);
    expect(await erase(ofAda)).toMatchObject({ erased: 1, open: [order.orderId] });
    expect(await itemsOf(order)).toEqual(before);
    expect(await isErased(ended)).toBe(true);
  });

  it('stops between pages when its time is over, and continues when it is repeated', async () => {
    const order = await stored('1');
    expect(await erase(ofAda, database.db, () => true)).toMatchObject({ erased: 0, isComplete: false });
    expect(await erase(ofAda)).toMatchObject({ erased: 1, isComplete: true });
    expect(await isErased(order)).toBe(true);
  });

  /** Three events, the queued message, and the order with its event. */
  const crashes = [1, 2, 3, 4, 5].flatMap((write) => [
    { write, when: 'before' },
    { write, when: 'after' },
  ]);
  it.each(crashes)('is completed after a crash $when write $write', async ({ write, when }) => {
    const order = await stored('1');
    let count = 0;
    const crashing = async (command: Parameters<Database['send']>[0]) => {
      const isWrite = [PutCommand, UpdateCommand, TransactWriteCommand].some((kind) => command instanceof kind);
      count += isWrite ? 1 : 0;
      if (isWrite && count === write && when === 'before') throw new Error('Crashed');
      const result = await database.db.send(command);
      if (isWrite && count === write) throw new Error('Crashed');
      return result;
    };
    await expect(erase(ofAda, { send: crashing } as Database)).rejects.toThrow('1 order(s) could not be erased');
    await erase(ofAda);
    expect(await isErased(order)).toBe(true);
    expect(await erasedEvents()).toBe(1);
  });

  it.each([0, 1, 2])('of an order that cannot be read (place %i) fails and delays no other', async (place) => {
    const own = [await stored('1'), await stored('2'), await stored('3')];
    const Key = orderKey(own[place]?.orderId ?? '');
    const UpdateExpression = 'SET totalMinor = :text';
    await database.db.send(
      new UpdateCommand({ TableName, Key, UpdateExpression, ExpressionAttributeValues: { ':text': 'x' } }),
    );
    await expect(erase(ofAda)).rejects.toThrow('1 order(s) could not be erased');
    expect(await Promise.all(own.map(isErased))).toEqual([0, 1, 2].map((index) => index !== place));
  });

  it('publishes one event when it runs twice at the same time', async () => {
    const order = await stored('1');
    const both = await Promise.all([erase(ofAda), erase({ orderId: order.orderId })]);
    expect(both.map(({ isComplete }) => isComplete)).toEqual([true, true]);
    expect(await isErased(order)).toBe(true);
    expect(await erasedEvents()).toBe(1);
  });

  it('erases the event of a change that was made meanwhile', async () => {
    const order = await stored('1');
    const stores = storesOn(database.db);
    let calls = 0;
    const eraseEvents = async (orderId: string) => {
      const erased = await stores.eraseEvents(orderId);
      calls += 1;
      if (calls === 1) await stored('1', { version: 2, note: 'Ring thrice' });
      return erased;
    };
    const erasure = await eraseSelected({ ...stores, eraseEvents }, ofAda, 'request', aCause(), () => false);
    expect(erasure).toMatchObject({ erased: 1 });
    expect(calls).toBe(2);
    expect(await isErased(order)).toBe(true);
  });
});
