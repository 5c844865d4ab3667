import * as z from 'zod';
import type { Columns } from '../../csv/columns.ts';
import { count, FailedFile, processedFile } from '../../csv/file-summary.ts';
import { boundedRecord, StoredText } from '../bounds.ts';
import { defineFile } from '../define-file.ts';
import { categoryColumns } from './columns/category-columns.ts';
import { productColumns } from './columns/product-columns.ts';
import { catalogResultColumns, priceColumns, skuColumns } from './file-columns.ts';

/** What catalogue files contain. Each has a folder of its own. */
export const catalogFileKinds = ['skus', 'prices', 'products', 'categories'] as const;
export type CatalogFileKind = (typeof catalogFileKinds)[number];

/** The summary of a catalogue file that was not stopped by a defect. */
export const ProcessedCatalogFile = z.object({
  ...processedFile,
  accepted: count('Number of rows that are in the catalogue, by this or an earlier upload', 180),
  changed: count('Number of accepted rows that changed the catalogue', 12),
  rejected: count('Number of rows that changed nothing; the result file has each with its reason', 2),
  reasons: boundedRecord(StoredText, z.int(), 1000).meta({
    description: 'Number of rejected rows by reason; malformed rows have `invalid`',
    example: { invalid: 2 },
  }),
});

const bucket = 'CatalogFilesBucketName';

export const catalogFileSummary = defineFile({
  bucket,
  key: 'results/{kind}/{name}.json',
  content: { json: z.union([ProcessedCatalogFile, FailedFile]) },
  description: 'Summary of `imports/{kind}/{name}.csv`, written last.',
});

const uploadOf = (kind: CatalogFileKind, columns: Columns, description: string) =>
  defineFile({
    bucket,
    key: `imports/${kind}/{name}.csv`,
    content: { columns },
    summary: catalogFileSummary,
    description: `Upload of ${description}`,
  });
const exportOf = (kind: CatalogFileKind, columns: Columns, what: string) =>
  defineFile({
    bucket,
    key: `exports/${kind}/{exportId}.csv`,
    content: { columns },
    description: `Export of ${what} by \`POST /catalog/exports\`.`,
  });

export const skuFile = uploadOf('skus', skuColumns, 'SKUs: a row per SKU. An export can be uploaded.');
export const priceFile = uploadOf(
  'prices',
  priceColumns,
  'prices in lists: a row per quantity break. Prices that no row names stay.',
);
export const productFile = uploadOf(
  'products',
  productColumns,
  'products: the rows of a product replace its content. An export can be uploaded.',
);
export const categoryFile = uploadOf(
  'categories',
  categoryColumns,
  'categories, in any order: the rows of a category replace its content. Others stay.',
);

export const catalogFileResult = defineFile({
  bucket,
  key: 'results/{kind}/{name}.csv',
  content: { columns: catalogResultColumns },
  description: 'The result of each row of `imports/{kind}/{name}.csv`.',
});

export const skuExport = exportOf('skus', skuColumns, 'all SKUs');
export const priceExport = exportOf('prices', priceColumns, 'the prices in lists that are in force or to come,');
export const productExport = exportOf('products', productColumns, 'all products');
export const categoryExport = exportOf('categories', categoryColumns, 'all categories');
