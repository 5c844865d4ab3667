import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CatalogExportRequested } from '../../shared/contracts/catalog/export-events.ts';
import { batchJobMaxAttempts, openDatabase } from '../../shared/dynamodb/database.ts';
import { queueHandler } from '../../shared/lambda/queue-handler.ts';
import { createCategoryStore } from './categories/category-store.ts';
import { ExportEnv } from './files/env.ts';
import { createCatalogExportStore } from './files/export-store.ts';
import { createProductStore } from './products/product-store.ts';
import { createSkuListStore } from './skus/sku-list-store.ts';
import { writeCatalogExport } from './write-catalog-export.ts';

const env = ExportEnv.parse(process.env);
const db = openDatabase(batchJobMaxAttempts);
const s3 = new S3Client();
const write = writeCatalogExport({
  skus: createSkuListStore(db, env),
  products: createProductStore(db, env),
  categories: createCategoryStore(db, env),
});
const exports = createCatalogExportStore(db, env);

/** Writes the file, then completes the export. A redelivery writes the file again with the current catalogue. */
export const handler = queueHandler(CatalogExportRequested, async ({ detail: { data } }) => {
  const { exportId, kind } = data;
  const directory = await mkdtemp(join(tmpdir(), 'catalog-export-'));
  try {
    const path = join(directory, 'catalog.csv');
    const rows = await write({ kind, path, now: Date.now() });
    const Key = `exports/${kind}/${exportId}.csv`;
    const { size: ContentLength } = await stat(path);
    const file = { Bucket: env.CATALOG_FILES_BUCKET_NAME, Key, ContentLength, ContentType: 'text/csv; charset=utf-8' };
    await s3.send(new PutObjectCommand({ ...file, Body: createReadStream(path) }));
    await exports.complete(exportId, rows, Key);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
