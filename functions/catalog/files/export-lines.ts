import { skuShards, type SkuRecord } from '../../../shared/catalog/sku-item.ts';
import { priceColumns, type PriceLine, skuColumns } from '../../../shared/contracts/catalog/file-columns.ts';
import type { Columns } from '../../../shared/csv/columns.ts';
import { oldestOf } from '../../../shared/dynamodb/list-page.ts';
import type { SkuListStore } from '../skus/sku-list-store.ts';

const entriesPerPage = 100;

/** What an export writes: the lines of each page in their order. */
export type Exported<L> = { columns: Columns<L>; pages: Iterable<readonly L[]> | AsyncIterable<readonly L[]> };

/** The entries of an index in the order of their keys, in pages. */
export async function* pagesOf<T>(
  partitions: readonly string[],
  partitionKeys: Parameters<typeof oldestOf>[1],
  read: (keys: readonly string[]) => Promise<ReadonlyMap<string, T>>,
): AsyncGenerator<T[]> {
  const source = oldestOf(partitions, partitionKeys);
  for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
    const { keys, next } = await source(after, entriesPerPage);
    const entries = keys.length === 0 ? new Map<string, T>() : await read(keys);
    yield keys.flatMap((key) => entries.get(key) ?? []);
    after = next;
  }
}

export async function* linesOf<T, L>(
  pages: AsyncIterable<readonly T[]>,
  lines: (entry: T) => L[],
): AsyncGenerator<L[]> {
  for await (const entries of pages) yield entries.flatMap(lines);
}

const skusOf = (store: SkuListStore) => pagesOf(skuShards.keys, store.partitionKeys, (keys) => store.read(keys));

/** All SKUs. */
export const exportedSkus = (store: SkuListStore): Exported<SkuRecord> => ({
  columns: skuColumns,
  pages: skusOf(store),
});

/** The prices in lists at `now` (milliseconds) and later: a line for each quantity break. */
export const exportedPrices = (store: SkuListStore, now: number): Exported<PriceLine> => ({
  columns: priceColumns,
  pages: linesOf(skusOf(store), ({ sku, prices = [] }) =>
    prices
      .filter(({ until }) => until === undefined || Date.parse(until) > now)
      .flatMap(({ breaks, ...price }) => breaks.map((each) => ({ sku, ...price, ...each }))),
  ),
});
