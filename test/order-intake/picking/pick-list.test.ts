import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, test } from 'vitest';
import { indexKeys, type OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import { pickList } from '../../../functions/order-intake/picking/pick-list-api.ts';
import { createPickListStore } from '../../../functions/order-intake/picking/pick-list-store.ts';
import { pickListCsv, pickListOf, toPick } from '../../../functions/order-intake/picking/pick-list.ts';
import { getPickList, PickList } from '../../../shared/contracts/orders/pick-list-routes.ts';
import { orderIdOf } from '../../../shared/ids.ts';
import { orderKey } from '../../../shared/orders/order-keys.ts';
import { ledgerKey } from '../../../shared/refunds/refunded-units.ts';
import { type Lot, lotSortKey } from '../../../shared/stock/lot.ts';
import { stockPartition } from '../../../shared/stock/stock-item.ts';
import { cursors } from '../../support/cursors.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { channels, warehouses } from '../../support/environment.ts';
import { orderStores } from '../../support/orders/order-stores.ts';
import { aPlacedOrder } from '../../support/orders/placed-order.ts';
import { aRequest } from '../../support/requests.ts';
import { createSku } from '../../support/stock/stocked-skus.ts';

type Line = Partial<OrderItem['lines'][number]>;
/** An allocated order with a line of 3 units per entry. */
function allocated(name: string, lines: Line[] = [{}], given: Partial<OrderItem> = {}): OrderItem {
  const order = aPlacedOrder(
    lines.map(() => ({ quantity: 3, totalMinor: 300 })),
    { externalOrderId: name, status: 'allocated', ...given },
  );
  const orderId = orderIdOf(order.channel, name);
  return { ...order, orderId, lines: order.lines.map((line, index) => Object.assign(line, lines[index])) };
}

const picked = (...orders: OrderItem[]) => orders.flatMap((order) => toPick({ order }, { warehouse: 'main' }) ?? []);
const nothing = { names: new Map<string, { name: string }>(), lots: new Map<string, Lot[]>(), cutoff: '2026-03-05' };
const aLot = (lot: string, units: number, expiresOn?: string): Lot => ({
  sku: 'MUG',
  warehouse: 'main',
  lot,
  units,
  ...(expiresOn && { expiresOn }),
});

describe('units that a refund pays back are not picked', () => {
  const pending = { refundId: 'r-1', lineId: 'line-1', quantity: 2, remaining: 3 };
  test.each<[string, Line, Partial<OrderItem>, (typeof pending)[], number[]]>([
    ['requested', {}, {}, [pending], [1]],
    ['requested for all units', {}, {}, [{ ...pending, quantity: 3 }], []],
    [
      'requested twice',
      {},
      {},
      [
        { ...pending, quantity: 1 },
        { ...pending, refundId: 'r-2', quantity: 1 },
      ],
      [1],
    ],
    ['of another line', {}, {}, [{ ...pending, lineId: 'line-2' }], [3]],
    ['beside shipped units', { shippedQuantity: 1 }, { status: 'partly-shipped' }, [pending], []],
    [
      'approved and cancelled',
      { cancelledQuantity: 2, refundedQuantity: 2 },
      { cancellations: [{ requestId: 'r-1', contentHash: 'h' }] },
      [pending],
      [1],
    ],
    ['requested, then cancelled by staff', { cancelledQuantity: 2 }, {}, [pending], [1]],
  ])('%s', (_name, line, given, refunded, expected) => {
    const pickable = { order: allocated('a', [line], given), refunded };
    const order = toPick(pickable, { warehouse: 'main' });
    expect(order !== undefined).toBe(expected.length > 0);
    const { orders } = pickListOf('main', order ? [order] : [], nothing);
    expect(orders.flatMap(({ lines }) => lines.map(({ quantity }) => quantity))).toEqual(expected);
  });
});

describe('the lots of a pick list are the ones that expire first', () => {
  test.each<[string, Lot[], [string, number][][]]>([
    ['none', [], [[], []]],
    ['one for all', [aLot('a', 9)], [[['a', 3]], [['a', 3]]]],
    [
      'the earliest first',
      [aLot('a', 4, '2026-05-01'), aLot('b', 2, '2026-04-01')],
      [
        [
          ['b', 2],
          ['a', 1],
        ],
        [['a', 3]],
      ],
    ],
    ['not an expired one', [aLot('old', 9, '2026-03-04'), aLot('a', 9, '2026-03-05')], [[['a', 3]], [['a', 3]]]],
    ['a lot without expiry last', [aLot('a', 9), aLot('b', 3, '2026-04-01')], [[['b', 3]], [['a', 3]]]],
    ['without damaged units', [{ ...aLot('a', 4), unavailable: 3 }], [[['a', 1]], []]],
    ['as far as they go', [aLot('a', 4)], [[['a', 3]], [['a', 1]]]],
  ])('%s', (_name, lots, expected) => {
    const orders = picked(allocated('a', [{ sku: 'MUG' }]), allocated('b', [{ sku: 'MUG' }]));
    const list = pickListOf('main', orders, { ...nothing, lots: new Map([['MUG', lots]]) });
    const proposed = list.orders.map(({ lines }) => (lines[0]?.lots ?? []).map(({ lot, quantity }) => [lot, quantity]));
    expect(proposed).toEqual(expected);
  });
});

describe('an order is picked', () => {
  test.each<[string, OrderItem, boolean]>([
    ['allocated', allocated('a'), true],
    ['partly shipped', allocated('a', [{ shippedQuantity: 2 }], { status: 'partly-shipped' }), true],
    [
      'partly shipped, the rest on hold',
      allocated('a', [{ shippedQuantity: 2 }], { status: 'partly-shipped', holdReasons: ['risk'] }),
      false,
    ],
    ['paid, not allocated', allocated('a', [{}], { status: 'paid' }), false],
    ['on hold', allocated('a', [{}], { status: 'on-hold', holdReasons: ['risk'] }), false],
    ['shipped', allocated('a', [{ shippedQuantity: 3 }], { status: 'shipped' }), false],
    [
      'shipped and cancelled',
      allocated('a', [{ shippedQuantity: 1, cancelledQuantity: 2 }], { status: 'partly-shipped' }),
      false,
    ],
    ['of another warehouse', allocated('a', [{ warehouse: 'north' }]), false],
    ['partly of another warehouse', allocated('a', [{ warehouse: 'north' }, {}]), true],
    ['imported', allocated('a', [{}], { imported: true }), false],
    ['with another shipping method', allocated('a', [{}], { shippingMethod: 'standard' }), false],
  ])('%s', (_name, order, expected) =>
    expect(toPick({ order }, { warehouse: 'main', shippingMethod: 'express' }) !== undefined).toBe(expected),
  );
});

test('a pick list has the units that are left, and totals by SKU', () => {
  const orders = [
    allocated('a', [
      { sku: 'MUG', shippedQuantity: 1 },
      { sku: 'TEA', warehouse: 'north' },
    ]),
    allocated('b', [{ sku: 'TEA', cancelledQuantity: 1 }, { sku: 'MUG' }, { sku: 'CUP', shippedQuantity: 3 }]),
  ];
  const names = new Map([['MUG', { name: 'A mug' }]]);
  const list = pickListOf('main', picked(...orders), { ...nothing, names });
  expect(list.orders.map(({ lines }) => lines)).toEqual([
    [{ lineId: 'line-1', sku: 'MUG', name: 'A mug', quantity: 2, lots: [] }],
    [
      { lineId: 'line-1', sku: 'TEA', name: undefined, quantity: 2, lots: [] },
      { lineId: 'line-2', sku: 'MUG', name: 'A mug', quantity: 3, lots: [] },
    ],
  ]);
  expect(list.totals).toEqual([
    { sku: 'MUG', name: 'A mug', quantity: 5 },
    { sku: 'TEA', name: undefined, quantity: 2 },
  ]);
});

test.each([
  ['Ring twice', 'Ring twice'],
  ['=1+1', "'=1+1"],
  ['a, "b"', '"a, ""b"""'],
  ['two\nlines', '"two\nlines"'],
  ['Zürich 東京', 'Zürich 東京'],
])('a note of %j is the CSV cell %s', (note, cell) => {
  const csv = pickListCsv(pickListOf('main', picked(allocated('a', [{}], { note })), nothing));
  expect(csv.startsWith('\uFEFForderId,externalOrderId,')).toBe(true);
  expect(csv.endsWith(`,${cell}\n`)).toBe(true);
});

describe('the pages of a pick list', () => {
  const database = databaseForEach();
  const { orders, refunded } = orderStores(database.db);
  const stores = { orders, refunded, picks: createPickListStore(database.db, tables), cursors };
  const route = pickList(stores, { channels, warehouses, cutoffAt: () => '2026-03-05' });
  const write = (order: OrderItem) => {
    const Item = { ...order, ...orderKey(order.orderId), ...indexKeys(order, '2026-03-05') };
    return database.db.send(new PutCommand({ TableName: tables.ORDER_TABLE_NAME, Item }));
  };
  const ask = (query: Record<string, string | number>, clientId = 'warehouse', accept?: string) =>
    route(
      aRequest(
        getPickList,
        { params: { warehouse: 'main' }, query: getPickList.query.parse(query), headers: { accept } },
        clientId,
      ),
    );
  async function namesOf(query: Record<string, string | number>, clientId?: string, between = async () => {}) {
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = PickList.parse((await ask({ ...query, ...(cursor !== undefined && { cursor }) }, clientId)).body);
      found.push(...page.orders.map(({ externalOrderId }) => externalOrderId));
      ({ cursor } = page);
      await between();
    } while (cursor !== undefined);
    return found.join(' ');
  }
  const placedAt = (minute: number) => `2026-03-05T10:${String(minute).padStart(2, '0')}:00Z`;

  test('have the orders of the warehouse, oldest first, also while orders ship and come in', async () => {
    for (const [minute, name] of ['a', 'b', 'c', 'd', 'e', 'f'].entries()) {
      const channel = name === 'e' ? 'marketplace' : 'storefront';
      const shippingMethod = name === 'd' ? 'standard' : 'express';
      const warehouse = name === 'c' ? 'north' : 'main';
      await write(allocated(name, [{ warehouse }], { placedAt: placedAt(minute), channel, shippingMethod }));
    }
    expect(await namesOf({ limit: 2 })).toBe('a b d e f');
    expect(await namesOf({ limit: 1, shippingMethod: 'standard' })).toBe('d');
    expect(await namesOf({ limit: 2 }, 'marketplace')).toBe('e');
    let minute = 10;
    const shipAndPlace = async () => {
      minute += 1;
      if (minute > 13) return;
      await write(allocated('a', [{ shippedQuantity: 3 }], { status: 'shipped', placedAt: placedAt(0) }));
      await write(allocated('b', [{ shippedQuantity: 1 }], { status: 'partly-shipped', placedAt: placedAt(1) }));
      await write(allocated(`new-${minute}`, [{}], { placedAt: placedAt(minute) }));
    };
    expect(await namesOf({ limit: 1 }, 'warehouse', shipAndPlace)).toBe('a b d e f new-11 new-12 new-13');
  });

  test.each(['nroth', 'constructor', 'Main'])('are not found of the warehouse %s', async (warehouse) => {
    const query = getPickList.query.parse({});
    const given = { params: { warehouse }, query, headers: {} };
    const { status, body } = await route(aRequest(getPickList, given, 'warehouse'));
    expect({ status, body }).toMatchObject({ status: 404, body: { type: 'unknown-warehouse' } });
  });

  test('are CSV on request, with a link to the next page', async () => {
    const sku = await createSku(database.db, { sku: 'MUG', name: 'A mug' });
    for (const name of ['a', 'b']) await write(allocated(name, [{ sku }, { sku }]));
    for (const given of [
      aLot('early', 2, '2026-04-01'),
      aLot('late', 9, '2026-05-01'),
      { ...aLot('first', 9, '2026-03-09'), warehouse: 'north' },
    ]) {
      const key = { pk: stockPartition(sku), sk: lotSortKey(given.warehouse, given.lot) };
      await database.db.send(new PutCommand({ TableName: tables.STOCK_TABLE_NAME, Item: { ...given, ...key } }));
    }
    for (const [format, accept, isCsv] of [
      ['csv', undefined, true],
      ['', 'text/csv', true],
      ['json', 'text/csv', false],
      ['', 'application/json, text/csv;q=0.5', false],
      ['', undefined, false],
      ['', '*/*', false],
    ] as const) {
      const { contentType, body } = await ask(format === '' ? {} : { format }, 'warehouse', accept);
      expect(contentType === 'text/csv; charset=utf-8', `${format} ${accept}`).toBe(isCsv);
      expect(typeof body === 'string').toBe(isCsv);
    }
    const first = await ask({ format: 'csv', limit: 1 });
    expect(String(first.body).trimEnd().split('\n')).toHaveLength(3);
    expect(String(first.body)).toContain(',MUG,A mug,3,"early: 2; late: 1",');
    const link = /^<\/warehouses\/main\/pick-list\?(?<query>.+)>; rel="next"$/.exec(first.headers?.['link'] ?? '');
    const next = await ask(Object.fromEntries(new URLSearchParams(link?.groups?.['query'])));
    expect(String(next.body).trimEnd().split('\n')).toHaveLength(3);
    expect(next.headers).toEqual({});
    expect(next.body).not.toBe(first.body);
  });

  test('leave out refunded units, and orders of which nothing is left', async () => {
    for (const name of ['a', 'b', 'c']) await write(allocated(name, [{ sku: 'MUG' }]));
    for (const [name, quantity] of [
      ['a', 3],
      ['b', 1],
    ] as const) {
      const Item = {
        ...ledgerKey(orderIdOf('storefront', name)),
        version: 1,
        unshipped: [{ refundId: 'r-1', lineId: 'line-1', quantity, remaining: 3 }],
      };
      await database.db.send(new PutCommand({ TableName: tables.REFUND_TABLE_NAME, Item }));
    }
    const { orders: found, totals } = PickList.parse((await ask({})).body);
    const units = new Map(found.map(({ externalOrderId, lines }) => [externalOrderId, lines[0]?.quantity]));
    expect(units).toEqual(
      new Map([
        ['b', 2],
        ['c', 3],
      ]),
    );
    expect(totals).toMatchObject([{ sku: 'MUG', quantity: 5 }]);
  });

  test('read the lots of lines that are left to pick, and no others', async () => {
    await write(
      allocated('a', [{ sku: 'MUG' }, { sku: 'CUP', shippedQuantity: 3 }, { sku: 'TEA', warehouse: 'north' }]),
    );
    await write(allocated('b', [{ sku: 'POT', cancelledQuantity: 3 }, { sku: 'MUG' }]));
    const read: string[] = [];
    const lots = (sku: string, warehouse: string) => {
      read.push(sku);
      return stores.picks.lots(sku, warehouse);
    };
    const settings = { channels, warehouses, cutoffAt: () => '2026-03-05' };
    const counted = pickList({ ...stores, picks: { ...stores.picks, lots } }, settings);
    const given = { params: { warehouse: 'main' }, query: getPickList.query.parse({}), headers: {} };
    expect(await counted(aRequest(getPickList, given, 'warehouse'))).toMatchObject({ status: 200 });
    expect(read).toEqual(['MUG']);
  });

  test('have cursors of one list and one caller', async () => {
    for (const name of ['a', 'b', 'c']) await write(allocated(name));
    const { cursor = '' } = PickList.parse((await ask({ limit: 1 })).body);
    expect((await ask({ cursor })).status).toBe(200);
    expect((await ask({ cursor, format: 'csv' })).status).toBe(200);
    expect((await ask({ cursor, shippingMethod: 'express' })).status).toBe(400);
    expect((await ask({ cursor }, 'admin')).status).toBe(400);
    expect((await ask({ cursor: 'x' })).status).toBe(400);
  });
});
