import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { skuShards, type SkuRecord } from '../../../shared/catalog/sku-item.ts';
import { priceColumns, skuColumns } from '../../../shared/contracts/catalog/file-columns.ts';
import type { CatalogFileKind } from '../../../shared/contracts/catalog/files.ts';
import { csvHeader, csvLine } from '../../../shared/csv/write.ts';
import { oldestOf } from '../../../shared/dynamodb/list-page.ts';
import type { SkuListStore } from '../skus/sku-list-store.ts';

const skusPerPage = 100;

/** Writes all SKUs, or their prices in lists at `now` (milliseconds) and later, to `path`; returns the number of rows. */
export async function writeExport(
  store: SkuListStore,
  { kind, path, now }: { kind: CatalogFileKind; path: string; now: number },
): Promise<number> {
  const file = createWriteStream(path);
  const write = async (text: string) => {
    if (!file.write(text)) await once(file, 'drain');
  };
  const columns: Record<CatalogFileKind, object> = { skus: skuColumns, prices: priceColumns };
  await write(csvHeader(Object.keys(columns[kind])));
  const source = oldestOf(skuShards.keys, store.partitionKeys);
  let rows = 0;
  for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
    const { keys, next } = await source(after, skusPerPage);
    const skus = keys.length === 0 ? new Map<string, SkuRecord>() : await store.read(keys);
    const lines = keys.flatMap((key) => {
      const sku = skus.get(key);
      return sku ? linesOf[kind](sku, now) : [];
    });
    rows += lines.length;
    if (lines.length > 0) await write(lines.join(''));
    after = next;
  }
  file.end();
  await finished(file);
  return rows;
}

const skuCells = Object.values(skuColumns);
const priceCells = Object.values(priceColumns);

const linesOf: Record<CatalogFileKind, (sku: SkuRecord, now: number) => string[]> = {
  skus: (sku) => [csvLine(skuCells.map(({ write }) => write(sku)))],
  prices: ({ sku, prices = [] }, now) =>
    prices
      .filter(({ until }) => until === undefined || Date.parse(until) > now)
      .flatMap(({ listId, from, until, breaks }) =>
        breaks.map((price) => csvLine(priceCells.map(({ write }) => write({ sku, listId, from, until, ...price })))),
      ),
};
