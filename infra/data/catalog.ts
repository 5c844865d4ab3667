import { allSkus } from '../../shared/catalog/sku-item.ts';
import { all } from '../constructs/access.ts';
import { BucketDefinition } from '../constructs/bucket.ts';
import { TableDefinition } from '../constructs/table.ts';
import { store } from '../store.ts';

export const catalogTable = new TableDefinition('CatalogTable', 'CATALOG_TABLE_NAME', {
  indexes: [{ name: 'allSkus', partitionKey: allSkus.attribute, sortKey: allSkus.sortKey }],
});

export const catalog = {
  /** Sets the variable; the function makes no request. */
  named: catalogTable.access(),
  reader: catalogTable.access('BatchGetItem'),
  /** Writes SKUs, and products with the copies on their SKUs. */
  editor: catalogTable.access('GetItem', 'PutItem', 'UpdateItem'),
  productReader: catalogTable.access('GetItem'),
  /** Announces launches and withdrawals of unchanged products. */
  announcer: catalogTable.access('GetItem', 'PutItem', 'ConditionCheckItem'),
  /** Reads changes of prices and versions of price lists. */
  historian: catalogTable.items({ partitions: ['SKU#*', 'PRICE-LISTS', 'PRICE-CHANGES'] }, 'Query'),
  lister: all(catalogTable.access('BatchGetItem'), catalogTable.query('allSkus')),
  /** Adds SKUs to the index. */
  indexer: catalogTable.access('Scan', 'Query', 'UpdateItem'),
  /** Imports SKUs, prices, products with the copies on their SKUs, and categories. */
  importer: all(
    catalogTable.access('BatchGetItem', 'PutItem'),
    catalogTable.items({ partitions: ['CATEGORIES'] }, 'GetItem'),
    catalogTable.items({ partitions: ['SKU#*'] }, 'UpdateItem'),
  ),
  /** Completes exports. */
  exporter: all(
    catalogTable.access('BatchGetItem'),
    catalogTable.query('allSkus'),
    catalogTable.items({ partitions: ['CATEGORIES'] }, 'GetItem'),
    catalogTable.items({ partitions: ['EXPORT#*'] }, 'UpdateItem'),
  ),
};

/** CSV files of the catalogue that staff upload, their result files, and exports. */
export const catalogFiles = new BucketDefinition('CatalogFilesBucket', 'CATALOG_FILES_BUCKET_NAME', {
  notifies: true,
  expiresAfterDays: { '': store.retention.uploadDays, 'exports/': store.retention.exportDays },
});

/** Uploads files that were sent over HTTP, and reads summaries. */
export const catalogFileSender = all(
  catalogFiles.list(),
  catalogFiles.objects('imports/*', 'PutObject'),
  catalogFiles.objects('results/*', 'GetObject'),
);
/** Imports an uploaded file and writes its result file. */
export const catalogFileImporter = all(
  catalogFiles.list(),
  catalogFiles.objects('imports/*', 'GetObject'),
  catalogFiles.objects('results/*', 'GetObject', 'PutObject'),
);
export const catalogFileExporter = catalogFiles.objects('exports/*', 'PutObject');
