import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { place } from '../../functions/order-intake/placement/place.ts';
import { createOrderStore } from '../../functions/order-intake/placement/store.ts';
import type { Database } from '../../shared/dynamodb/database.ts';
import { contentHash, orderIdOf } from '../../shared/ids.ts';
import { reservedUnitsReader } from '../../shared/orders/reserved-units.ts';
import { settlementIndexKeys, settlementKey } from '../../shared/orders/settlement-item.ts';
import { aCause, anOrder, aPolicy, noon } from '../support/builders.ts';
import { withCrash } from '../support/database/crashing-database.ts';
import { databaseForAll, tables } from '../support/database/dynamodb.ts';
import { skusWith } from '../support/stock/many-skus.ts';

const database = databaseForAll();

/** Orders one of each SKU, as the function of the workflow would with this connection. */
function ordering(skus: string[], externalOrderId: string) {
  const content = anOrder({ externalOrderId, lines: skus.map((sku) => ({ sku, quantity: 1 })) });
  const orderId = orderIdOf('storefront', externalOrderId);
  const channel = { channel: 'storefront', pricesItself: false };
  const placement = { orderId, contentHash: contentHash(content), content, channel, now: noon };
  const through = (db: Database) =>
    place(createOrderStore(db, tables, aPolicy().timeZone), placement, aPolicy(), aCause());
  return { orderId, through };
}

/** What is held of these SKUs, in all. */
async function held(skus: string[]): Promise<number> {
  const open = await reservedUnitsReader(database.db, tables.ORDER_TABLE_NAME)();
  return skus.reduce((sum, sku) => sum + (open.get(sku)?.get('main') ?? 0), 0);
}

test('an order that is placed in steps holds what the steps so far have taken, and once it is placed the whole, once', async () => {
  const skus = await skusWith(
    database.db,
    Array.from({ length: 250 }, () => 2),
  );
  const { through } = ordering(skus, 'placing');
  await expect(through(withCrash(database.db, { transaction: 3, when: 'after' }))).rejects.toThrow('Crashed');
  expect(await held(skus)).toBe(180);
  await through(database.db);
  expect(await held(skus)).toBe(250);
});

test('a change whose stock follows in steps holds what the steps have not given back or shipped yet', async () => {
  const skus = ['SETTLED', 'NEXT', 'LATER'];
  const takes = skus.map((sku) => ({ sku, from: [{ warehouse: 'main', units: 4 }] }));
  const item = { orderId: 'ord_x', version: 2, kind: 'ship' as const, takes, settled: 1, stepSize: 1, cause: aCause() };
  const Item = { ...settlementKey(item), ...settlementIndexKeys(item), ...item };
  await database.db.send(new PutCommand({ TableName: tables.ORDER_TABLE_NAME, Item }));
  expect(await held(skus)).toBe(8);
});
