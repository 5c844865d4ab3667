import { expect } from 'vitest';
import { createCatalogStore } from '../../functions/catalog/store.ts';
import { postAll } from '../../functions/stock-update/post.ts';
import { createStockStore } from '../../functions/stock-update/store.ts';
import type { SkuRecord } from '../../shared/catalog/sku-item.ts';
import type { Database } from '../../shared/dynamodb/database.ts';
import { aCause, aMovement, aSku } from './builders.ts';
import { tables } from './dynamodb.ts';

let made = 0;

/** Makes a SKU known to the catalogue; gives its key. */
export async function catalogued(db: Database, given: Partial<SkuRecord> = {}): Promise<string> {
  const record = aSku(given);
  const written = await createCatalogStore(db, tables).write({ record, version: 1, contentHash: '' }, aCause());
  expect(written, record.sku).toBe('done');
  return record.sku;
}

/** Receives units of a SKU in `main`. */
export async function receive(db: Database, sku: string, quantity: number) {
  const receipt = aMovement({ sku, movementId: `receipt-${(made += 1)}`, quantity });
  const results = await postAll(createStockStore(db, tables), [receipt], aCause());
  expect(results).toMatchObject([{ status: 'applied' }]);
  return results;
}

/** A SKU of its own with these units in `main`; without any, it has never been received. */
export async function stockedSku(db: Database, units: number, given: Partial<SkuRecord> = {}): Promise<string> {
  const sku = await catalogued(db, { sku: `SKU-${(made += 1)}`, ...given });
  if (units > 0) await receive(db, sku, units);
  return sku;
}
