import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { expect } from 'vitest';
import { skuKey } from '../../../shared/catalog/sku-item.ts';
import { type Database, readBatch } from '../../../shared/dynamodb/database.ts';
import { StockItem, stockKey } from '../../../shared/stock/stock-item.ts';
import { aSku, aStock } from '../builders.ts';
import { tables } from '../database/dynamodb.ts';

let made = 0;

/** Creates new SKUs at 100 minor units each, with `units` in warehouse `main`. */
export async function skusWith(db: Database, units: readonly number[]): Promise<string[]> {
  const series = String((made += 1)).padStart(3, '0');
  const skus = units.map((_, index) => `S${series}-${String(index).padStart(4, '0')}`);
  for (let first = 0; first < skus.length; first += 12) {
    const some = skus.slice(first, first + 12);
    const put = (Item: object) => ({ PutRequest: { Item: Item as Record<string, unknown> } });
    await db.send(
      new BatchWriteCommand({
        RequestItems: {
          [tables.CATALOG_TABLE_NAME]: some.map((sku) => put({ ...skuKey(sku), ...aSku({ sku, priceMinor: 100 }) })),
          [tables.STOCK_TABLE_NAME]: some.map((sku, index) =>
            put({ ...stockKey(sku), ...aStock(sku, { main: units[first + index] ?? 0 }) }),
          ),
        },
      }),
    );
  }
  return skus;
}

/** Returns the total units of these SKUs in `main` and checks that the counters of each SKU are consistent. */
export async function unitsOf(db: Database, skus: readonly string[]): Promise<{ onHand: number; reserved: number }> {
  const stock =
    (await readBatch(db, { [tables.STOCK_TABLE_NAME]: skus.map(stockKey) }, true)).get(tables.STOCK_TABLE_NAME) ?? [];
  const sum = { onHand: 0, reserved: 0 };
  for (const item of stock) {
    const { onHand, reserved, available } = StockItem.parse(item).warehouses['main'] ?? {};
    expect(available).toBeGreaterThanOrEqual(0);
    expect((available ?? 0) + (reserved ?? 0)).toBe(onHand);
    sum.onHand += onHand ?? 0;
    sum.reserved += reserved ?? 0;
  }
  return sum;
}
