import { allStock } from '../../shared/stock/stock-item.ts';
import { all } from '../constructs/access.ts';
import { BucketDefinition } from '../constructs/bucket.ts';
import { TableDefinition } from '../constructs/table.ts';

export const stockTable = new TableDefinition('StockTable', 'STOCK_TABLE_NAME', {
  // Alerts compare the stock before and after a change.
  stream: 'new-and-old-images',
  indexes: [
    { name: 'allStock', partitionKey: allStock.attribute, sortKey: 'pk' },
    { name: 'byAlertStatus', partitionKey: 'alertKey', sortKey: 'pk' },
  ],
});

export const stock = {
  /** Sets the variable; the function makes no request. */
  named: stockTable.access(),
  reader: stockTable.access('BatchGetItem'),
  /** Reserves and releases units of orders. */
  reserver: stockTable.access('BatchGetItem', 'UpdateItem'),
  releaser: stockTable.access('UpdateItem'),
  /** Writes the ledger rows of shipments. */
  shipper: stockTable.access('UpdateItem', 'PutItem'),
  /** Applies movements; for a count it reads the ledger. */
  mover: stockTable.access('BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'),
  alertWriter: stockTable.access('PutItem', 'ConditionCheckItem'),
  lotWriter: stockTable.access('BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'),
  repairer: stockTable.access('BatchGetItem', 'Query', 'PutItem', 'UpdateItem'),
  ledgerReader: stockTable.access('BatchGetItem', 'Query'),
  allSkus: stockTable.query('allStock'),
  byAlertStatus: stockTable.query('byAlertStatus'),
};

/** CSV files of movements that warehouses and other systems upload, and their result files. */
export const stockInbox = new BucketDefinition('StockInboxBucket', 'INBOX_BUCKET_NAME', { notifies: true });

/** Imports an uploaded file and writes its result file. */
export const stockFileImporter = all(
  stockInbox.list(),
  stockInbox.objects('movements/*', 'GetObject'),
  stockInbox.objects('results/*', 'GetObject', 'PutObject'),
);
