import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { place } from '../../functions/order-intake/placement/place.ts';
import { createOrderStore } from '../../functions/order-intake/placement/store.ts';
import { compareAll } from '../../functions/stock-audit/compare.ts';
import type { Database } from '../../shared/dynamodb/database.ts';
import { contentHash, orderIdOf } from '../../shared/ids.ts';
import { type ReconciliationStore, createReconciliationStore } from '../../shared/stock/reconciliation-store.ts';
import { stockKey } from '../../shared/stock/stock-item.ts';
import { aCause, anOrder, aPolicy, noon } from '../support/builders.ts';
import { databaseForEach, tables } from '../support/database/dynamodb.ts';
import { receive, stockedSku } from '../support/stock/stocked-skus.ts';

const database = databaseForEach();
const reconciliation = createReconciliationStore(database.db, tables);

const noPause = async () => undefined;
let made = 0;

/** A SKU with 100 units, of which an order holds 4. */
async function soldSku(sku: string): Promise<string> {
  await stockedSku(database.db, 100, { sku });
  await order(sku, 4);
  return sku;
}

async function order(sku: string, quantity: number): Promise<void> {
  const content = anOrder({ externalOrderId: `order-${(made += 1)}`, lines: [{ sku, quantity }] });
  const placement = {
    orderId: orderIdOf('storefront', content.externalOrderId),
    contentHash: contentHash(content),
    content,
    channel: { channel: 'storefront', pricesItself: false },
    now: noon,
  };
  const orders = createOrderStore(database.db, tables, aPolicy().timeZone);
  expect(await place(orders, placement, aPolicy(), aCause())).toMatchObject({ kind: 'accepted' });
}

const corrupt = (sku: string, counter: string, by: number) =>
  database.db.send(
    new UpdateCommand({
      TableName: tables.STOCK_TABLE_NAME,
      Key: stockKey(sku),
      UpdateExpression: 'SET warehouses.main.#counter = warehouses.main.#counter + :by',
      ExpressionAttributeNames: { '#counter': counter },
      ExpressionAttributeValues: { ':by': by },
    }),
  );

/** What an audit finds while something happens in each of its first looks, once it has read the open orders. */
async function compared({ looks, happens }: { looks: number; happens: () => Promise<unknown> }) {
  let look = 0;
  const unitsReservedByOrders: ReconciliationStore['unitsReservedByOrders'] = async () => {
    const open = await reconciliation.unitsReservedByOrders();
    look += 1;
    if (look <= looks) await happens();
    return open;
  };
  return { ...(await compareAll({ ...reconciliation, unitsReservedByOrders }, noPause)), looks: look };
}
const quietly = () => compared({ looks: 0, happens: async () => undefined });
const reservedOf = (sku: string, found: number, expected: number) => ({
  sku,
  warehouse: 'main',
  counter: 'reserved',
  found,
  expected,
});

test('reconciliation that are right are looked at once, however many orders are open', async () => {
  await soldSku('MUG');
  await soldSku('LAMP');
  expect(await quietly()).toEqual({ skus: 2, differences: [], notCompared: [], looks: 1 });
});

test.each([1, 2])('an order that comes in each of %i looks makes no difference', async (looks) => {
  const sku = await soldSku('MUG');
  expect(await compared({ looks, happens: () => order(sku, 1) })).toEqual({
    skus: 1,
    differences: [],
    notCompared: [],
    looks: looks + 1,
  });
});

test.each([
  ['fewer', -1],
  ['more', 1],
])('%s reserved than orders hold is listed once orders pause, whatever came before', async (_name, by) => {
  const sku = await soldSku('MUG');
  await corrupt(sku, 'reserved', by);
  await corrupt(sku, 'available', -by);
  let units = 0;
  const happens = () => order(sku, (units += 1));
  expect(await compared({ looks: 2, happens })).toMatchObject({
    differences: [reservedOf(sku, 7 + by, 7)],
    notCompared: [],
  });
});

test('a difference is found that an order hides which comes during the look', async () => {
  const sku = await soldSku('MUG');
  await corrupt(sku, 'reserved', -1);
  await corrupt(sku, 'available', 1);
  expect(await compared({ looks: 1, happens: () => order(sku, 1) })).toMatchObject({
    differences: [reservedOf(sku, 4, 5)],
  });
});

test('an order that the index does not know yet makes no difference', async () => {
  const sku = await soldSku('MUG');
  const lagging = [await reconciliation.unitsReservedByOrders()];
  await order(sku, 1);
  const unitsReservedByOrders: ReconciliationStore['unitsReservedByOrders'] = async () =>
    lagging.pop() ?? reconciliation.unitsReservedByOrders();
  expect(await compareAll({ ...reconciliation, unitsReservedByOrders }, noPause)).toEqual({
    skus: 1,
    differences: [],
    notCompared: [],
  });
});

test('a SKU that is ordered in every look is named as not compared, and what else is wrong of it listed', async () => {
  const sku = await soldSku('MUG');
  await soldSku('LAMP');
  await corrupt(sku, 'reserved', -1);
  await corrupt(sku, 'onHand', 3);
  const all = await compared({ looks: Infinity, happens: () => order(sku, 1) });
  expect(all.notCompared).toEqual([sku]);
  expect(all.differences.map(({ counter, found, expected }) => [counter, found - expected])).toEqual([
    ['onHand', 3],
    ['available', -4],
  ]);
  expect((await quietly()).differences).toContainEqual(reservedOf(sku, 3 + all.looks, 4 + all.looks));
});

test('a receipt that comes whenever the ledger is read makes no difference, but the SKU is named', async () => {
  const sku = await soldSku('MUG');
  const send = async (command: Parameters<Database['send']>[0]) => {
    if (command instanceof QueryCommand && command.input.IndexName === undefined) await receive(database.db, sku, 1);
    return database.db.send(command);
  };
  const receiving = createReconciliationStore({ send } as Database, tables);
  expect(await compareAll(receiving, noPause)).toEqual({ skus: 1, differences: [], notCompared: [sku] });
});
