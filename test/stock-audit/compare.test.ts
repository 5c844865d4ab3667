import { QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { place } from '../../functions/order-intake/placement/place.ts';
import { compareAll } from '../../functions/stock-audit/compare.ts';
import type { Database } from '../../shared/dynamodb/database.ts';
import { contentHash, orderIdOf } from '../../shared/ids.ts';
import { type ReconciliationStore, createReconciliationStore } from '../../shared/stock/reconciliation-store.ts';
import { stockKey } from '../../shared/stock/stock-item.ts';
import { aCause, anOrder, aPolicy, noon } from '../support/builders.ts';
import { databaseForEach, tables } from '../support/database/dynamodb.ts';
import { orderStores } from '../support/orders/order-stores.ts';
import { receive, stockedSku } from '../support/stock/stocked-skus.ts';

const database = databaseForEach();
const reconciliation = createReconciliationStore(database.db, tables);

const noPause = async () => undefined;
let made = 0;

/** A SKU with 100 units, 4 of them reserved by an order. */
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
  const stores = orderStores(database.db);
  expect(await place(stores, placement, aPolicy(), aCause())).toMatchObject({ kind: 'accepted' });
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

/** Result of an audit with a change in each of its first passes, after the open orders were read. */
async function compared({ passes, change }: { passes: number; change: () => Promise<unknown> }) {
  let pass = 0;
  const unitsReservedByOrders: ReconciliationStore['unitsReservedByOrders'] = async () => {
    const open = await reconciliation.unitsReservedByOrders();
    pass += 1;
    if (pass <= passes) await change();
    return open;
  };
  return { ...(await compareAll({ ...reconciliation, unitsReservedByOrders }, noPause)), passes: pass };
}
const withoutChanges = () => compared({ passes: 0, change: async () => undefined });
const reservedOf = (sku: string, found: number, expected: number) => ({
  sku,
  warehouse: 'main',
  counter: 'reserved',
  found,
  expected,
});

test('correct counters need one pass, with any number of open orders', async () => {
  await soldSku('MUG');
  await soldSku('LAMP');
  expect(await withoutChanges()).toEqual({ skus: 2, differences: [], notCompared: [], passes: 1 });
});

test.each([1, 2])('an order in each of %i passes causes no difference', async (passes) => {
  const sku = await soldSku('MUG');
  expect(await compared({ passes, change: () => order(sku, 1) })).toEqual({
    skus: 1,
    differences: [],
    notCompared: [],
    passes: passes + 1,
  });
});

test.each([
  ['fewer', -1],
  ['more', 1],
])('%s reserved units than the open orders have are listed after orders in earlier passes', async (_name, by) => {
  const sku = await soldSku('MUG');
  await corrupt(sku, 'reserved', by);
  await corrupt(sku, 'available', -by);
  let units = 0;
  const change = () => order(sku, (units += 1));
  expect(await compared({ passes: 2, change })).toMatchObject({
    differences: [reservedOf(sku, 7 + by, 7)],
    notCompared: [],
  });
});

test('a difference that a concurrent order hides is found in a later pass', async () => {
  const sku = await soldSku('MUG');
  await corrupt(sku, 'reserved', -1);
  await corrupt(sku, 'available', 1);
  expect(await compared({ passes: 1, change: () => order(sku, 1) })).toMatchObject({
    differences: [reservedOf(sku, 4, 5)],
  });
});

test('an order that is not in the index yet causes no difference', async () => {
  const sku = await soldSku('MUG');
  const staleReads = [await reconciliation.unitsReservedByOrders()];
  await order(sku, 1);
  const unitsReservedByOrders: ReconciliationStore['unitsReservedByOrders'] = async () =>
    staleReads.pop() ?? reconciliation.unitsReservedByOrders();
  expect(await compareAll({ ...reconciliation, unitsReservedByOrders }, noPause)).toEqual({
    skus: 1,
    differences: [],
    notCompared: [],
  });
});

test('a SKU with an order in every pass is listed as not compared, with the differences of its other counters', async () => {
  const sku = await soldSku('MUG');
  await soldSku('LAMP');
  await corrupt(sku, 'reserved', -1);
  await corrupt(sku, 'onHand', 3);
  const all = await compared({ passes: Infinity, change: () => order(sku, 1) });
  expect(all.notCompared).toEqual([sku]);
  expect(all.differences.map(({ counter, found, expected }) => [counter, found - expected])).toEqual([
    ['onHand', 3],
    ['available', -4],
  ]);
  expect((await withoutChanges()).differences).toContainEqual(reservedOf(sku, 3 + all.passes, 4 + all.passes));
});

test('a SKU with a receipt during every read of the ledger is listed as not compared', async () => {
  const sku = await soldSku('MUG');
  const send = async (command: Parameters<Database['send']>[0]) => {
    if (command instanceof QueryCommand && command.input.IndexName === undefined) await receive(database.db, sku, 1);
    return database.db.send(command);
  };
  const receiving = createReconciliationStore({ send } as Database, tables);
  expect(await compareAll(receiving, noPause)).toEqual({ skus: 1, differences: [], notCompared: [sku] });
});
