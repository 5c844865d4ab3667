import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { place } from '../../functions/order-intake/placement/place.ts';
import type { Database } from '../../shared/dynamodb/database.ts';
import { contentHash, orderIdOf } from '../../shared/ids.ts';
import { reservedUnitsReader } from '../../shared/orders/reserved-units-store.ts';
import { settlementIndexKeys, settlementKey } from '../../shared/orders/settlement-item.ts';
import { aCause, anOrder, aPolicy, noon } from '../support/builders.ts';
import { withCrash } from '../support/database/crashing-database.ts';
import { databaseForAll, tables } from '../support/database/dynamodb.ts';
import { orderStores } from '../support/orders/order-stores.ts';
import { skusWith } from '../support/stock/many-skus.ts';

const database = databaseForAll();

/** An order of one unit of each SKU. `through` places it with the given database. */
function ordering(skus: string[], externalOrderId: string) {
  const content = anOrder({ externalOrderId, lines: skus.map((sku) => ({ sku, quantity: 1 })) });
  const orderId = orderIdOf('storefront', externalOrderId);
  const channel = { channel: 'storefront', pricesItself: false };
  const placement = { orderId, contentHash: contentHash(content), content, channel, now: noon };
  const through = (db: Database) => place(orderStores(db), placement, aPolicy(), aCause());
  return { orderId, through };
}

/** Total of the reserved units of these SKUs. */
async function reservedUnits(skus: string[]): Promise<number> {
  const open = await reservedUnitsReader(database.db, tables.ORDER_TABLE_NAME)();
  return skus.reduce((sum, sku) => sum + (open.get(sku)?.get('main') ?? 0), 0);
}

test('a chunked placement reserves the units of its completed chunks, and all units once it is placed', async () => {
  const skus = await skusWith(
    database.db,
    Array.from({ length: 250 }, () => 2),
  );
  const { through } = ordering(skus, 'placing');
  await expect(through(withCrash(database.db, { transaction: 3, when: 'after' }))).rejects.toThrow('Crashed');
  expect(await reservedUnits(skus)).toBe(180);
  await through(database.db);
  expect(await reservedUnits(skus)).toBe(250);
});

test('a chunked stock release reserves the units of the chunks that are not released yet', async () => {
  const skus = ['SETTLED', 'NEXT', 'LATER'];
  const takes = skus.map((sku) => ({ sku, from: [{ warehouse: 'main', units: 4 }] }));
  const item = { orderId: 'ord_x', version: 2, kind: 'ship' as const, takes, settled: 1, stepSize: 1, cause: aCause() };
  const Item = { ...settlementKey(item), ...settlementIndexKeys(item), ...item };
  await database.db.send(new PutCommand({ TableName: tables.ORDER_TABLE_NAME, Item }));
  expect(await reservedUnits(skus)).toBe(8);
});
