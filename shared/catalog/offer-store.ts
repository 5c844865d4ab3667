import { type Database, readBatch } from '../dynamodb/database.ts';
import { StockItem, stockKey } from '../stock/stock-item.ts';
import { skuKey, SkuRecord } from './sku-item.ts';

/** Reads the catalogue and stock items of these SKUs. */
export const readOffer =
  (
    db: Database,
    { STOCK_TABLE_NAME: stock, CATALOG_TABLE_NAME: catalog }: { STOCK_TABLE_NAME: string; CATALOG_TABLE_NAME: string },
  ) =>
  async (skus: readonly string[]) => {
    const items = await readBatch(db, { [catalog]: skus.map(skuKey), [stock]: skus.map(stockKey) }, true);
    return {
      skus: new Map((items.get(catalog) ?? []).map((item) => SkuRecord.parse(item)).map((sku) => [sku.sku, sku])),
      stock: new Map((items.get(stock) ?? []).map((item) => StockItem.parse(item)).map((item) => [item.sku, item])),
    };
  };
export type Offer = Awaited<ReturnType<ReturnType<typeof readOffer>>>;
