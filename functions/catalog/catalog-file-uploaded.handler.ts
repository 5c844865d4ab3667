import { Logger } from '@aws-lambda-powertools/logger';
import { S3Client } from '@aws-sdk/client-s3';
import { batchJobMaxAttempts, openDatabase } from '../../shared/dynamodb/database.ts';
import { queueHandler } from '../../shared/lambda/queue-handler.ts';
import { ObjectCreated, uploadedFiles } from '../../shared/lambda/uploaded-files.ts';
import { currentTaxCategories } from '../../shared/settings/current-settings-store.ts';
import { categoryFile } from './categories/category-file.ts';
import { createCategoryStore } from './categories/category-store.ts';
import { ImportEnv } from './files/env.ts';
import { importOf, importUploadedFile } from './files/import-job.ts';
import { refusedFile } from './files/result-file-store.ts';
import { skuFile } from './files/sku-rows.ts';
import { priceFile } from './prices/price-rows.ts';
import { saveProduct } from './products/product-api.ts';
import { productFile } from './products/product-file.ts';
import { createProductStore } from './products/product-store.ts';
import { createCatalogStore } from './skus/sku-store.ts';

const env = ImportEnv.parse(process.env);
const log = new Logger();
const db = openDatabase(batchJobMaxAttempts);
const store = createCatalogStore(db, env);
const taxCategories = currentTaxCategories(db, env, env.TAX_CATEGORIES);
const inbox = {
  bucket: env.CATALOG_FILES_BUCKET_NAME,
  folder: 'imports',
  maxBytes: env.MAX_FILE_BYTES,
  refuse: refusedFile,
};
const onUploaded = uploadedFiles(new S3Client(), inbox, log);
/** A file has a longer retry budget than a request. */
const retryBudgetMs = 120_000;
const save = saveProduct(createProductStore(db, env), env.TIME_ZONE, retryBudgetMs);
const products = importOf(productFile(save), Date.now, log);
const categories = importOf(categoryFile(createCategoryStore(db, env)), Date.now, log);
const prices = importOf(priceFile(store, env.PRICE_GUARD), Date.now, log);

/** Imports an uploaded file and writes its result file. */
export const handler = queueHandler({ envelope: ObjectCreated }, async (event) => {
  const guard = { taxCategories: await taxCategories(), priceGuard: env.PRICE_GUARD };
  const skus = importOf(skuFile(store, guard), Date.now, log);
  return onUploaded(event, importUploadedFile({ skus, prices, products, categories }));
});
