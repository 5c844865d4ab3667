import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import type { OrderItem } from '../../../functions/order-intake/order/order-item.ts';
import { indexKeys } from '../../../functions/order-intake/order/order-item.ts';
import { createShortageStore } from '../../../functions/stock-update/shortages/shortage-store.ts';
import { unfillableOrders } from '../../../functions/stock-update/shortages/shortages-api.ts';
import { createStockStore } from '../../../functions/stock-update/stock/store.ts';
import { listUnfillableOrders, type UnfillableOrder } from '../../../shared/contracts/stock/shortage-routes.ts';
import { orderKey } from '../../../shared/orders/order-keys.ts';
import { listKeyOf, stockKey } from '../../../shared/stock/stock-item.ts';
import { cursors } from '../../support/cursors.ts';
import { databaseForEach, tables } from '../../support/database/dynamodb.ts';
import { channels } from '../../support/environment.ts';
import { aPlacedOrder } from '../../support/orders/placed-order.ts';
import { aRequest } from '../../support/requests.ts';
import { createSku } from '../../support/stock/stocked-skus.ts';

const database = databaseForEach();
const stores = {
  stock: createStockStore(database.db, tables),
  orders: createShortageStore(database.db, tables),
};

const setStock = (counters: Record<string, { reserved: number; available: number }>) =>
  database.db.send(
    new PutCommand({
      TableName: tables.STOCK_TABLE_NAME,
      Item: {
        ...stockKey('MUG'),
        sku: 'MUG',
        listKey: listKeyOf('MUG'),
        warehouses: Object.fromEntries(
          Object.entries(counters).map(([name, { reserved, available }]) => [
            name,
            { onHand: reserved + available, reserved, unavailable: 0, available },
          ]),
        ),
      },
    }),
  );

type Line = { quantity: number; sku?: string; warehouse?: string; shippedQuantity?: number };
/** Writes an order placed in this minute of the day. Its external id is the minute. */
async function order(minute: number, lines: Line[], given: Partial<OrderItem> = {}) {
  const placed = aPlacedOrder(
    lines.map(({ quantity }) => ({ quantity, totalMinor: 100 })),
    {
      orderId: `ord_${String(minute).padStart(26, '0')}`,
      externalOrderId: `at-${minute}`,
      placedAt: new Date(Date.UTC(2026, 2, 5, 9, minute)).toISOString(),
      status: 'paid',
      ...given,
    },
  );
  const item = {
    ...placed,
    lines: placed.lines.map((line, index) => Object.assign(line, { sku: 'MUG' }, lines[index])),
  };
  const keys = indexKeys(item, '2026-03-05');
  await database.db.send(
    new PutCommand({ TableName: tables.ORDER_TABLE_NAME, Item: { ...orderKey(item.orderId), ...item, ...keys } }),
  );
}

const list = async (query: Record<string, unknown> = {}, client = 'warehouse', sku = 'MUG') =>
  unfillableOrders(
    { ...stores, cursors },
    channels,
  )(aRequest(listUnfillableOrders, { params: { sku }, query: listUnfillableOrders.query.parse(query) }, client));
async function pageOf(query: Record<string, unknown> = {}, client = 'warehouse') {
  const { status, body } = await list(query, client);
  expect(status).toBe(200);
  return body as { shortUnits: number; orders: UnfillableOrder[]; cursor?: string };
}
/** External id and missing units by warehouse of each order. */
const briefly = (orders: UnfillableOrder[]) =>
  orders.map(({ externalOrderId, units }) => [
    externalOrderId,
    ...units.map(({ warehouse, missing }) => `${warehouse} ${missing}`),
  ]);

describe('the orders that stock cannot fill', () => {
  beforeEach(async () => {
    await createSku(database.db, { sku: 'MUG' });
    await order(1, [{ quantity: 5 }]);
    await order(2, [{ quantity: 2 }, { quantity: 1, warehouse: 'north' }], { status: 'allocated' });
    await order(3, [{ quantity: 4, shippedQuantity: 3 }], { status: 'partly-shipped', channel: 'marketplace' });
    await order(4, [{ quantity: 9 }], { status: 'cancelled' });
    await order(5, [{ quantity: 7, sku: 'TEA' }]);
  });

  test.each([
    ['none while all can be filled', { main: { reserved: 8, available: 0 } }, []],
    ['the newest', { main: { reserved: 8, available: -1 } }, [['at-3', 'main 1']]],
    [
      'the newest ones, one in part',
      { main: { reserved: 8, available: -2 } },
      [
        ['at-3', 'main 1'],
        ['at-2', 'main 1'],
      ],
    ],
    [
      'all',
      { main: { reserved: 8, available: -8 } },
      [
        ['at-3', 'main 1'],
        ['at-2', 'main 2'],
        ['at-1', 'main 5'],
      ],
    ],
    [
      'those of another warehouse',
      { main: { reserved: 8, available: 3 }, north: { reserved: 1, available: -1 } },
      [['at-2', 'north 1']],
    ],
    [
      'those of both warehouses',
      { main: { reserved: 8, available: -3 }, north: { reserved: 1, available: -1 } },
      [
        ['at-3', 'main 1'],
        ['at-2', 'main 2', 'north 1'],
      ],
    ],
    ['none beyond the reserved units', { main: { reserved: 1, available: -4 } }, [['at-3', 'main 1']]],
  ])('are %s', async (_name, counters, expected) => {
    await setStock(counters);
    expect(briefly((await pageOf()).orders)).toEqual(expected);
  });

  test('have pages that count the units of earlier pages once', async () => {
    await setStock({ main: { reserved: 8, available: -4 }, north: { reserved: 1, available: -1 } });
    const first = await pageOf({ limit: '2' });
    expect(first).toMatchObject({ shortUnits: 5 });
    expect(briefly(first.orders)).toEqual([
      ['at-3', 'main 1'],
      ['at-2', 'main 2', 'north 1'],
    ]);
    await order(8, [{ quantity: 1 }]);
    const second = await pageOf({ limit: '2', cursor: first.cursor });
    expect(briefly(second.orders)).toEqual([['at-1', 'main 1']]);
    expect(second).not.toHaveProperty('cursor');
  });

  test('are shown to a channel as far as they are its own', async () => {
    await setStock({ main: { reserved: 8, available: -2 } });
    expect(briefly((await pageOf({}, 'storefront')).orders)).toEqual([['at-2', 'main 1']]);
    expect(briefly((await pageOf({}, 'marketplace')).orders)).toEqual([['at-3', 'main 1']]);
  });

  test('are refused for an unknown SKU, and with the cursor of another caller', async () => {
    await setStock({ main: { reserved: 8, available: -8 } });
    const { cursor } = await pageOf({ limit: '1' });
    expect(await list({ cursor }, 'admin')).toMatchObject({ status: 400, body: { type: 'invalid-cursor' } });
    expect(await list({}, 'warehouse', 'NONE')).toMatchObject({ status: 404, body: { type: 'unknown-sku' } });
  });
});
