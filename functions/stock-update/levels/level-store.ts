import { type Database, readBatch } from '../../../shared/dynamodb/database.ts';
import { sortKeyReader } from '../../../shared/dynamodb/sort-keys.ts';
import { allStock, StockItem, stockKey, stockPartition } from '../../../shared/stock/stock-item.ts';

/** Reads the list of stock. */
export const createLevelStore = (db: Database, { STOCK_TABLE_NAME: table }: { STOCK_TABLE_NAME: string }) => ({
  partitionKeys: sortKeyReader(db, table, allStock, 'up'),

  /** Stock items by their partition key, which the index returns. */
  async read(partitionKeys: readonly string[]): Promise<Map<string, StockItem>> {
    const keys = partitionKeys.map((pk) => stockKey(pk.slice(stockPartition('').length)));
    const items = (await readBatch(db, { [table]: keys }, true)).get(table) ?? [];
    return new Map(items.map((item) => StockItem.parse(item)).map((stock) => [stockPartition(stock.sku), stock]));
  },
});
export type LevelStore = ReturnType<typeof createLevelStore>;
