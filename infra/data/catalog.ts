import { allSkus } from '../../shared/catalog/sku-item.ts';
import { all } from '../constructs/access.ts';
import { TableDefinition } from '../constructs/table.ts';

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
  historian: catalogTable.items({ partitions: ['SKU#*', 'PRICE-LISTS'] }, 'Query'),
  lister: all(catalogTable.access('BatchGetItem'), catalogTable.query('allSkus')),
  /** Adds SKUs to the index. */
  indexer: catalogTable.access('Scan', 'Query', 'UpdateItem'),
};
