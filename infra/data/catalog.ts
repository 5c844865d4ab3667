import { TableDefinition } from '../constructs/table.ts';

export const catalogTable = new TableDefinition('CatalogTable', 'CATALOG_TABLE_NAME');

export const catalog = {
  /** Sets the variable; the function makes no request. */
  named: catalogTable.access(),
  reader: catalogTable.access('BatchGetItem'),
  editor: catalogTable.access('GetItem', 'PutItem'),
};
