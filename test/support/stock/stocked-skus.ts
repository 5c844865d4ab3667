import { expect } from 'vitest';
import { createCatalogStore } from '../../../functions/catalog/skus/sku-store.ts';
import { applyMovements } from '../../../functions/stock-update/stock/apply-movements.ts';
import { createStockStore } from '../../../functions/stock-update/stock/store.ts';
import type { SkuRecord } from '../../../shared/catalog/sku-item.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { aCause, aMovement, aSku } from '../builders.ts';
import { tables } from '../database/dynamodb.ts';

let made = 0;

/** Writes a SKU to the catalogue. Returns the SKU. */
export async function createSku(db: Database, given: Partial<SkuRecord> = {}): Promise<string> {
  const record = aSku(given);
  const written = await createCatalogStore(db, tables).write({ record, version: 1, contentHash: '' }, aCause());
  expect(written, record.sku).toBe('done');
  return record.sku;
}

/** Posts a receipt of units of a SKU in warehouse `main`. */
export async function receive(db: Database, sku: string, quantity: number) {
  const receipt = aMovement({ sku, movementId: `receipt-${(made += 1)}`, quantity });
  const results = await applyMovements(createStockStore(db, tables), [receipt], aCause());
  expect(results).toMatchObject([{ status: 'applied' }]);
  return results;
}

/** Creates a new SKU with these units in warehouse `main`. With zero units it has no stock item. */
export async function stockedSku(db: Database, units: number, given: Partial<SkuRecord> = {}): Promise<string> {
  const sku = await createSku(db, { sku: `SKU-${(made += 1)}`, ...given });
  if (units > 0) await receive(db, sku, units);
  return sku;
}
