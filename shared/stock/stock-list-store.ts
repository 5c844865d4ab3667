import { type Database, readBatch } from '../dynamodb/database.ts';
import { sortKeyReader } from '../dynamodb/sort-keys.ts';
import { allStock, StockItem, stockKey, stockPartition } from './stock-item.ts';

/** Reads the list of stock. */
export const createStockListStore = (db: Database, { STOCK_TABLE_NAME: table }: { STOCK_TABLE_NAME: string }) => ({
  /** Up to `count` partition keys under a key of the index, after another one. */
  partitionKeys: sortKeyReader(db, table, allStock, 'up'),

  /** Stock items by their partition key, which the index returns. */
  async read(partitionKeys: readonly string[]): Promise<Map<string, StockItem>> {
    const keys = partitionKeys.map((pk) => stockKey(pk.slice(stockPartition('').length)));
    const items = (await readBatch(db, { [table]: keys }, true)).get(table) ?? [];
    return new Map(items.map((item) => StockItem.parse(item)).map((stock) => [stockPartition(stock.sku), stock]));
  },
});
export type StockListStore = ReturnType<typeof createStockListStore>;
