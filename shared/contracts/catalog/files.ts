import * as z from 'zod';
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

export const catalogFileSummary = defineFile({
  bucket: 'CatalogFilesBucketName',
  key: 'results/{kind}/{name}.json',
  content: { json: z.union([ProcessedCatalogFile, FailedFile]) },
  description: 'Summary of `imports/{kind}/{name}.csv`, written last.',
});

export const skuFile = defineFile({
  bucket: 'CatalogFilesBucketName',
  key: 'imports/skus/{name}.csv',
  content: { columns: skuColumns },
  summary: catalogFileSummary,
  description: 'Upload of SKUs: a row per SKU. An export can be uploaded.',
});

export const priceFile = defineFile({
  bucket: 'CatalogFilesBucketName',
  key: 'imports/prices/{name}.csv',
  content: { columns: priceColumns },
  summary: catalogFileSummary,
  description: 'Upload of prices in lists: a row per quantity break. Prices that no row names stay.',
});

export const productFile = defineFile({
  bucket: 'CatalogFilesBucketName',
  key: 'imports/products/{name}.csv',
  content: { columns: productColumns },
  summary: catalogFileSummary,
  description: 'Upload of products: the rows of a product replace its content. An export can be uploaded.',
});

export const categoryFile = defineFile({
  bucket: 'CatalogFilesBucketName',
  key: 'imports/categories/{name}.csv',
  content: { columns: categoryColumns },
  summary: catalogFileSummary,
  description: 'Upload of categories, in any order: the rows of a category replace its content. Others stay.',
});

export const catalogFileResult = defineFile({
  bucket: 'CatalogFilesBucketName',
  key: 'results/{kind}/{name}.csv',
  content: { columns: catalogResultColumns },
  description: 'The result of each row of `imports/{kind}/{name}.csv`.',
});

export const skuExport = defineFile({
  bucket: 'CatalogFilesBucketName',
  key: 'exports/skus/{exportId}.csv',
  content: { columns: skuColumns },
  description: 'Export of all SKUs by `POST /catalog/exports`.',
});

export const priceExport = defineFile({
  bucket: 'CatalogFilesBucketName',
  key: 'exports/prices/{exportId}.csv',
  content: { columns: priceColumns },
  description: 'Export of the prices in lists that are in force or to come, by `POST /catalog/exports`.',
});

export const productExport = defineFile({
  bucket: 'CatalogFilesBucketName',
  key: 'exports/products/{exportId}.csv',
  content: { columns: productColumns },
  description: 'Export of all products by `POST /catalog/exports`.',
});

export const categoryExport = defineFile({
  bucket: 'CatalogFilesBucketName',
  key: 'exports/categories/{exportId}.csv',
  content: { columns: categoryColumns },
  description: 'Export of all categories by `POST /catalog/exports`.',
});
