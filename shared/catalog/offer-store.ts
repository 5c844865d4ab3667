import { type Database, readBatch } from '../dynamodb/database.ts';
import { StockItem, stockKey } from '../stock/stock-item.ts';
import { offerReader, snapshotKeys } from '../pricing/pricing-snapshots.ts';
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

/** As `readOffer`, with what prices are calculated by. One per function instance. */
export function readPricedOffer(
  db: Database,
  tables: { STOCK_TABLE_NAME: string; CATALOG_TABLE_NAME: string; SETTINGS_TABLE_NAME: string },
) {
  const { STOCK_TABLE_NAME: stock, CATALOG_TABLE_NAME: catalog, SETTINGS_TABLE_NAME: settings } = tables;
  const offerOf = offerReader();
  return async (skus: readonly string[]) => {
    const keys = {
      [catalog]: [...skus.map(skuKey), snapshotKeys.priceLists],
      [stock]: skus.map(stockKey),
      [settings]: [snapshotKeys.settings],
    };
    const items = await readBatch(db, keys, true);
    const stocked = (items.get(stock) ?? []).map((item) => StockItem.parse(item));
    return {
      ...offerOf(items.get(catalog) ?? [], items.get(settings) ?? []),
      stock: new Map(stocked.map((item) => [item.sku, item])),
    };
  };
}
export type Offer = Awaited<ReturnType<ReturnType<typeof readOffer>>>;
