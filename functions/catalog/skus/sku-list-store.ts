import * as z from 'zod';
import { allSkus, skuKey, skuPartition, SkuRecord } from '../../../shared/catalog/sku-item.ts';
import { type Database, readBatch } from '../../../shared/dynamodb/database.ts';
import { sortKeyReader } from '../../../shared/dynamodb/sort-keys.ts';
import { Instant } from '../../../shared/names.ts';

/** A SKU of the index of all SKUs. */
const ListedSku = SkuRecord.extend({ changedAt: Instant });
export type ListedSku = z.infer<typeof ListedSku>;

/** Reads the list of SKUs. */
export const createSkuListStore = (db: Database, { CATALOG_TABLE_NAME: table }: { CATALOG_TABLE_NAME: string }) => ({
  partitionKeys: sortKeyReader(db, table, allSkus, 'up'),

  /** SKUs by their partition key, which the index returns. */
  async read(partitionKeys: readonly string[]): Promise<Map<string, ListedSku>> {
    const keys = partitionKeys.map((pk) => skuKey(pk.slice(skuPartition('').length)));
    const items = (await readBatch(db, { [table]: keys }, true)).get(table) ?? [];
    return new Map(items.map((item) => ListedSku.parse(item)).map((sku) => [skuPartition(sku.sku), sku]));
  },
});
export type SkuListStore = ReturnType<typeof createSkuListStore>;
