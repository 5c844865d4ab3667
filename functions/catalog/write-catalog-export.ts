import { productShards } from '../../shared/catalog/product.ts';
import { categoryColumns } from '../../shared/contracts/catalog/columns/category-columns.ts';
import { productColumns } from '../../shared/contracts/catalog/columns/product-columns.ts';
import type { CatalogFileKind } from '../../shared/contracts/catalog/files.ts';
import { rowsOfCategory } from './categories/category-rows.ts';
import type { CategoryStore } from './categories/category-store.ts';
import { writeExport } from './files/export-job.ts';
import { exportedPrices, exportedSkus, linesOf, pagesOf } from './files/export-lines.ts';
import { rowsOfProduct } from './products/product-rows.ts';
import type { ProductStore } from './products/product-store.ts';
import type { SkuListStore } from './skus/sku-list-store.ts';

type Stores = {
  skus: SkuListStore;
  products: Pick<ProductStore, 'partitionKeys' | 'products'>;
  categories: Pick<CategoryStore, 'read'>;
};

/** Writes an export of a kind to `path`; returns the number of rows. `now` in milliseconds. */
export const writeCatalogExport = ({ skus, products, categories }: Stores) => {
  const all: Record<CatalogFileKind, (path: string, now: number) => Promise<number>> = {
    skus: (path) => writeExport(exportedSkus(skus), path),
    prices: (path, now) => writeExport(exportedPrices(skus, now), path),
    products: (path) => {
      const pages = pagesOf(productShards.keys, products.partitionKeys, (keys) => products.products(keys));
      return writeExport(
        { columns: productColumns, pages: linesOf(pages, ({ record }) => rowsOfProduct(record)) },
        path,
      );
    },
    categories: async (path) => {
      const stored = await categories.read();
      const sorted = [...stored.categories.values()].toSorted((a, b) => (a.categoryId < b.categoryId ? -1 : 1));
      return writeExport({ columns: categoryColumns, pages: [sorted.flatMap(rowsOfCategory)] }, path);
    },
  };
  return ({ kind, path, now }: { kind: CatalogFileKind; path: string; now: number }) => all[kind](path, now);
};
