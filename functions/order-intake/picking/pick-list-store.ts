import { skuKey, SkuRecord } from '../../../shared/catalog/sku-item.ts';
import { type Database, readBatch } from '../../../shared/dynamodb/database.ts';
import { sortKeyReader } from '../../../shared/dynamodb/sort-keys.ts';
import { statusIndex } from '../../../shared/orders/order-keys.ts';

/** Reads what a pick list consists of, besides its orders. */
export const createPickListStore = (
  db: Database,
  { ORDER_TABLE_NAME: orders, CATALOG_TABLE_NAME: catalog }: { ORDER_TABLE_NAME: string; CATALOG_TABLE_NAME: string },
) => ({
  /** Sort keys under one partition key of the index of statuses, oldest first. */
  oldestKeys: sortKeyReader(db, orders, { ...statusIndex, sortKey: 'placedKey' }, 'up'),

  /** The catalogue's records of these SKUs, by SKU. Not strongly consistent: a name may be a second old. */
  async skus(skus: readonly string[]): Promise<Map<string, SkuRecord>> {
    const items = (await readBatch(db, { [catalog]: skus.map(skuKey) }, false)).get(catalog) ?? [];
    return new Map(items.map((item) => SkuRecord.parse(item)).map((record) => [record.sku, record]));
  },
});
export type PickListStore = ReturnType<typeof createPickListStore>;
