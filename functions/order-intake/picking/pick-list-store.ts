import { skuKey, SkuRecord } from '../../../shared/catalog/sku-item.ts';
import { type Database, readBatch } from '../../../shared/dynamodb/database.ts';
import { queryPages } from '../../../shared/dynamodb/query-pages.ts';
import { sortKeyReader } from '../../../shared/dynamodb/sort-keys.ts';
import { statusIndex } from '../../../shared/orders/order-keys.ts';
import { Lot, lotSortKey } from '../../../shared/stock/lot.ts';
import { stockPartition } from '../../../shared/stock/stock-item.ts';

type Tables = { ORDER_TABLE_NAME: string; CATALOG_TABLE_NAME: string; STOCK_TABLE_NAME: string };

/** Reads what a pick list consists of, besides its orders. */
export const createPickListStore = (
  db: Database,
  { ORDER_TABLE_NAME: orders, CATALOG_TABLE_NAME: catalog, STOCK_TABLE_NAME: stock }: Tables,
) => ({
  /** Sort keys under one partition key of the index of statuses, oldest first. */
  oldestKeys: sortKeyReader(db, orders, { ...statusIndex, sortKey: 'placedKey' }, 'up'),

  /** The catalogue's records of these SKUs, by SKU. Not strongly consistent: a name may be a second old. */
  async skus(skus: readonly string[]): Promise<Map<string, SkuRecord>> {
    const items = (await readBatch(db, { [catalog]: skus.map(skuKey) }, false)).get(catalog) ?? [];
    return new Map(items.map((item) => SkuRecord.parse(item)).map((record) => [record.sku, record]));
  },

  /** The lots of a SKU in a warehouse, also empty ones. */
  async lots(sku: string, warehouse: string): Promise<Lot[]> {
    const lots: Lot[] = [];
    const query = {
      TableName: stock,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': stockPartition(sku), ':prefix': lotSortKey(warehouse, '') },
    };
    for await (const items of queryPages(db, query)) lots.push(...items.map((item) => Lot.parse(item)));
    return lots;
  },
});
export type PickListStore = ReturnType<typeof createPickListStore>;
