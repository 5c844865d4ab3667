import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll } from 'vitest';
import { categoryFile } from '../../../functions/catalog/categories/category-file.ts';
import { createCategoryStore } from '../../../functions/catalog/categories/category-store.ts';
import { importOf, importUploadedFile } from '../../../functions/catalog/files/import-job.ts';
import { skuFile } from '../../../functions/catalog/files/sku-rows.ts';
import { priceFile } from '../../../functions/catalog/prices/price-rows.ts';
import { saveProduct } from '../../../functions/catalog/products/product-api.ts';
import { productFile } from '../../../functions/catalog/products/product-file.ts';
import { createProductStore } from '../../../functions/catalog/products/product-store.ts';
import { createSkuListStore } from '../../../functions/catalog/skus/sku-list-store.ts';
import { createCatalogStore } from '../../../functions/catalog/skus/sku-store.ts';
import { writeCatalogExport } from '../../../functions/catalog/write-catalog-export.ts';
import type { CatalogFileKind } from '../../../shared/contracts/catalog/files.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { noon } from '../../support/builders.ts';
import { tables } from '../../support/database/dynamodb.ts';

const directory = await mkdtemp(join(tmpdir(), 'catalog-files-'));
afterAll(() => rm(directory, { recursive: true, force: true }));

export const guard = {
  taxCategories: ['standard', 'reduced'],
  priceGuard: { belowMargin: 'refuse', changeExpiresHours: 1 },
} as const;
const log = { info: () => undefined };
/** Long enough for concurrent changes on a slow machine. */
const retryBudgetMs = 60_000;

/** Imports and exports of every kind of file of a catalogue. */
export function openCatalogueFiles(db: Database, clock: () => number = () => noon) {
  const store = createCatalogStore(db, tables);
  const products = createProductStore(db, tables);
  const categories = createCategoryStore(db, tables);
  const kinds = {
    skus: importOf(skuFile(store, guard), clock, log),
    prices: importOf(priceFile(store, guard.priceGuard), clock, log),
    products: importOf(productFile(saveProduct(products, 'Europe/London', retryBudgetMs)), clock, log),
    categories: importOf(categoryFile(categories), clock, log),
  };
  /** Imports a text, and returns the summary and the lines of the result file. */
  const upload = async (folder: string, csv: string | Buffer) => {
    const chunks: Buffer[] = [];
    const summary = await importUploadedFile(kinds)({
      key: `imports/${folder}/file.csv`,
      sequencer: '1',
      uploadedAt: new Date(noon).toISOString(),
      body: Readable.from([csv]),
      metadata: {},
      putResult: async (result) => {
        for await (const chunk of result) chunks.push(Buffer.from(chunk as Buffer | string));
      },
    });
    const [, ...lines] = Buffer.concat(chunks).toString('utf8').trim().split('\n');
    return { summary, lines };
  };
  const write = writeCatalogExport({ skus: createSkuListStore(db, tables), products, categories });
  const exported = async (kind: CatalogFileKind) => {
    const path = join(directory, `${kind}.csv`);
    await write({ kind, path, now: clock() });
    return readFile(path, 'utf8');
  };
  return { store, products, categories, upload, exported };
}
