import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { indexEmails } from '../../../functions/order-intake/search/email-index-job.ts';
import { createEmailIndexStore } from '../../../functions/order-intake/search/email-index-store.ts';
import { findOrders } from '../../../functions/order-intake/search/search-api.ts';
import { businessDays } from '../../../shared/business-day.ts';
import * as routes from '../../../shared/contracts/orders/routes.ts';
import type { OrderStatus } from '../../../shared/contracts/orders/status.ts';
import { orderIdOf } from '../../../shared/ids.ts';
import { orderKey } from '../../../shared/orders/order-keys.ts';
import { indexKeys } from '../../../functions/order-intake/order/order-item.ts';
import { cursors } from '../../support/cursors.ts';
import { aPlacedOrder } from '../../support/orders/placed-order.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { channels, warehouses } from '../../support/environment.ts';
import { orderStores } from '../../support/orders/order-stores.ts';
import { aRequest } from '../../support/requests.ts';

const database = databaseForEach();
const stores = orderStores(database.db);
const timeZone = 'Europe/London';
const dayOf = businessDays(timeZone);

type Given = {
  at: string;
  status?: OrderStatus;
  channel?: string;
  email?: string;
  customerId?: string;
  warehouse?: string;
};
/** Name, and what the order is like. The last one is of the 2nd in London. */
const given: Record<string, Given> = {
  imported: { at: '2012-02-29T10:00:00Z', status: 'completed', email: 'ada@example.com' },
  early: { at: '2026-03-01T09:00:00Z', status: 'paid', customerId: 'ada', email: 'ada@example.com' },
  north: { at: '2026-03-01T10:00:00Z', status: 'allocated', warehouse: 'north', email: 'Jörg@Müller.example' },
  market: { at: '2026-03-01T11:00:00Z', channel: 'marketplace', email: 'ADA@example.com' },
  noon: { at: '2026-03-09T12:00:00Z', status: 'paid', customerId: 'ada' },
  late: { at: '2026-07-01T23:30:00Z', status: 'cancelled', warehouse: 'north', email: 'jörg@xn--mller-kva.example' },
};
const idOf = (name: string) => orderIdOf(given[name]?.channel ?? 'storefront', name);
const names = new Map(Object.keys(given).map((name) => [idOf(name), name]));

/** Writes an order; `lacks` are index attributes that it does not have, `had` those that it had in an earlier version. */
async function write(
  name: string,
  { at, status = 'placed', channel = 'storefront', ...rest }: Given,
  lacks: string[] = [],
  had: Record<string, string> = {},
) {
  const { email, customerId, warehouse = 'main' } = rest;
  const order = aPlacedOrder(undefined, {
    orderId: orderIdOf(channel, name),
    externalOrderId: name,
    channel,
    status,
    placedAt: at,
    customer: { ...(customerId && { id: customerId }), ...(email && { email }) },
  });
  const lines = order.lines.map((line) => ({ ...line, warehouse }));
  const keys = Object.entries(indexKeys(order, dayOf(Date.parse(at)))).filter(([key]) => !lacks.includes(key));
  const Item = { ...order, lines, ...orderKey(order.orderId), ...Object.fromEntries(keys), ...had };
  await database.db.send(new PutCommand({ TableName: tables.ORDER_TABLE_NAME, Item }));
}

type Query = Record<string, string | number>;
const ask = async (query: Query, clientId = 'admin') => {
  const parsed = routes.findOrders.query.parse(query);
  return findOrders(
    { ...stores, cursors },
    { channels, warehouses, timeZone },
  )(aRequest(routes.findOrders, { query: parsed }, clientId));
};
const pageOf = async (query: Query, clientId?: string) =>
  routes.findOrders.responses[200].schema.parse((await ask(query, clientId)).body);

/** Reads all pages of two orders. `between` runs after each. */
async function namesOf(query: Query, clientId?: string, between = async () => {}) {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await pageOf({ limit: 2, ...query, ...(cursor !== undefined && { cursor }) }, clientId);
    found.push(...page.orders.map(({ orderId, externalOrderId }) => names.get(orderId) ?? externalOrderId));
    ({ cursor } = page);
    await between();
  } while (cursor !== undefined);
  return found.join(' ');
}

describe('orders', () => {
  test('are found by every combination of filters, newest first', async () => {
    for (const [name, order] of Object.entries(given)) await write(name, order);
    const cases: [Query, string][] = [
      [{ email: 'ada@example.com' }, 'market early imported'],
      [{ email: 'ADA@EXAMPLE.COM' }, 'market early imported'],
      [{ email: 'jörg@müller.example' }, 'late north'],
      [{ email: 'JÖRG@xn--mller-kva.EXAMPLE' }, 'late north'],
      [{ email: 'ada@example.com', status: 'paid,completed' }, 'early imported'],
      [{ email: 'unknown@example.com' }, ''],
      [{ status: 'paid' }, 'noon early'],
      [{ status: 'paid,allocated,cancelled' }, 'late noon north early'],
      [{ status: 'paid', from: '2026-03-02' }, 'noon'],
      [{ status: 'paid,placed', to: '2026-03-01T11:00:00Z' }, 'early'],
      [{ from: '2026-03-01' }, 'late noon market north early'],
      [{ to: '2026-03-01' }, 'market north early imported'],
      [{ from: '2026-03-01', to: '2026-03-09' }, 'noon market north early'],
      [{ from: '2026-07-02', to: '2026-07-02' }, 'late'],
      [{ from: '2026-07-01', to: '2026-07-01' }, ''],
      [{ from: '2026-03-01T10:00:00Z', to: '2026-03-01T11:00:00+00:00' }, 'north'],
      [{ warehouse: 'north' }, 'late north'],
      [{ warehouse: 'north', status: 'allocated' }, 'north'],
      [{ warehouse: 'main', day: '2026-03-01' }, 'market early'],
      [{ warehouse: 'south' }, ''],
      [{ channel: 'marketplace' }, 'market'],
      [{ channel: 'storefront', from: '2026-03-01', status: 'paid,allocated' }, 'noon north early'],
      [{ customerId: 'ada', day: '2026-03-09' }, 'noon'],
      [{ customerId: 'ada', email: 'ada@example.com' }, 'early'],
      [{ day: '2026-07-02', status: 'cancelled,paid' }, 'late'],
      [{ externalOrderId: 'early', status: 'cancelled' }, ''],
      [{ externalOrderId: 'early', from: '2026-01-01' }, 'early'],
    ];
    for (const [query, expected] of cases) expect(await namesOf(query), JSON.stringify(query)).toBe(expected);
    expect(await namesOf({ from: '2026-03-01' }, 'marketplace')).toBe('market');
    expect(await namesOf({ email: 'ada@example.com' }, 'storefront')).toBe('early imported');
    expect(await namesOf({ channel: 'storefront' }, 'marketplace')).toBe('');
  });

  test('are listed once each while others are placed and change their status', async () => {
    for (const [name, order] of Object.entries(given)) await write(name, order);
    let added = 0;
    const between = async () => {
      added += 1;
      await write(`new-${added}`, { at: `2026-03-0${1 + (added % 8)}T12:00:00Z` });
      await write('noon', {
        at: '2026-03-09T12:00:00Z',
        status: added % 2 === 0 ? 'paid' : 'allocated',
        customerId: 'ada',
      });
    };
    for (const query of [
      { from: '2012-01-01', limit: 1 },
      { status: 'placed,paid,allocated,completed,cancelled', limit: 1 },
    ]) {
      const found = (await namesOf(query, 'admin', between)).split(' ');
      expect(new Set(found).size).toBe(found.length);
      expect(found.filter((name) => name in given)).toEqual(['late', 'noon', 'market', 'north', 'early', 'imported']);
    }
  });

  test.each<[Query, object]>([
    [{ channel: 'storefrnt' }, { type: 'invalid-parameter', errors: [{ pointer: '/channel' }] }],
    [
      { from: '2026-03-02', to: '2026-03-01' },
      { type: 'invalid-parameter', errors: [{ pointer: '/from' }] },
    ],
    [{ status: 'paid', cursor: 'bm9uc2Vuc2U' }, { type: 'invalid-cursor' }],
    [{ status: 'paid', cursor: '' }, { type: 'invalid-cursor' }],
    [{ status: 'paid', cursor: 'eyJxdWVyeSI6IngiLCJwb3NpdGlvbiI6IngifQ' }, { type: 'invalid-cursor' }],
  ])('are not found by %j', async (query, body) => expect(await ask(query)).toMatchObject({ status: 400, body }));

  test('have cursors of one query and one caller', async () => {
    for (const [name, order] of Object.entries(given)) await write(name, order);
    const { cursor = '' } = await pageOf({ status: 'paid,placed', limit: 1 }, 'finance');
    const statusOf = async (query: Query, clientId: string) => (await ask({ ...query, cursor }, clientId)).status;
    expect(await statusOf({ status: 'paid,placed' }, 'finance')).toBe(200);
    expect(await statusOf({ status: 'placed,paid', limit: 7 }, 'finance')).toBe(200);
    expect(await statusOf({ status: 'paid' }, 'finance')).toBe(400);
    expect(await statusOf({ status: 'paid,placed', from: '2026-01-01' }, 'finance')).toBe(400);
    expect(await statusOf({ status: 'paid,placed' }, 'storefront')).toBe(400);
    expect(await statusOf({ from: '2026-01-01' }, 'finance')).toBe(400);
  });
});

describe('orders from before the index of e-mail addresses', () => {
  const indexing = {
    ...stores.orders,
    ...stores.search,
    ...createEmailIndexStore(database.db, tables.ORDER_TABLE_NAME),
  };

  test('are in it after the console function ran, in parts, and once more', async () => {
    await write('old', { at: '2026-03-01T09:00:00Z', email: 'Ada@example.com' }, ['emailKey']);
    await write('older', { at: '2026-02-27T09:00:00Z', email: 'ada@example.com' }, ['emailKey']);
    await write('guest', { at: '2026-02-27T10:00:00Z' });
    await write('new', { at: '2026-03-02T09:00:00Z', email: 'ada@example.com' });
    expect(await namesOf({ email: 'ada@example.com' })).toBe('new');
    let days = 0;
    const first = await indexEmails(indexing, { from: '2026-02-27', to: '2026-03-02' }, () => (days += 1) > 2);
    expect(first).toEqual({ read: 2, indexed: 1, remaining: { from: '2026-02-27', to: '2026-02-28' } });
    expect(await indexEmails(indexing, { from: '2026-02-27', to: '2026-02-28' }, () => false)).toEqual({
      read: 2,
      indexed: 1,
    });
    expect(await namesOf({ email: 'ada@example.com' })).toBe('new old older');
    expect(await indexEmails(indexing, { from: '2026-02-27', to: '2026-03-02' }, () => false)).toEqual({
      read: 4,
      indexed: 0,
    });
  });

  test('keep the address of a change that came in between', async () => {
    await write('old', { at: '2026-03-01T09:00:00Z', email: 'ada@example.com' }, ['emailKey']);
    const customer = { email: 'grace@example.com' };
    expect(await indexing.indexEmail({ orderId: orderIdOf('storefront', 'old'), customer })).toBe(false);
    expect(await namesOf({ email: 'grace@example.com' })).toBe('');
  });
});

test('orders of one customer are found in pages, those with the index keys of before 2026-11-30 included', async () => {
  const customer = { customerId: 'guest', email: 'guest@example.com' };
  const hadKeys = { customerKey: 'CUSTOMER#guest', emailKey: 'EMAIL#guest@example.com' };
  const days = Array.from({ length: 12 }, (_, index) => String(index + 10));
  for (const day of days) {
    const isOld = Number(day) < 16;
    await write(day, { ...customer, at: `2026-03-${day}T09:00:00Z` }, [], isOld ? hadKeys : {});
  }
  await write('other', { customerId: 'guest#0', email: 'guest#0@example.com', at: '2026-03-15T10:00:00Z' });
  const newestFirst = days.toReversed().join(' ');
  expect(await namesOf({ customerId: 'guest' })).toBe(newestFirst);
  expect(await namesOf({ email: 'Guest@example.com' })).toBe(newestFirst);
  expect(await namesOf({ customerId: 'guest#0' })).toBe('other');
});
