import { allStock } from '../../shared/stock/stock-item.ts';
import { all } from '../constructs/access.ts';
import { BucketDefinition } from '../constructs/bucket.ts';
import { TableDefinition } from '../constructs/table.ts';
import { store } from '../store.ts';

export const stockTable = new TableDefinition('StockTable', 'STOCK_TABLE_NAME', {
  // Alerts compare the stock before and after a change.
  stream: 'new-and-old-images',
  indexes: [
    { name: 'allStock', partitionKey: allStock.attribute, sortKey: 'pk' },
    { name: 'byAlertStatus', partitionKey: 'alertKey', sortKey: 'pk' },
  ],
});

/** Stock, lots, transfers and the ledger of a SKU. */
const ofSkus = ['SKU#*'];
/** What orders write and compare: never levels, the list of SKUs, or lots. */
const reserved = { partitions: ofSkus, attributes: ['warehouses', 'takes', 'givenUpAt'] };
const shipped = { partitions: ofSkus, attributes: ['warehouses', 'idleSince', 'lastMove'] };
/** Empty lots and transfers are deleted. A stock item has none of these attributes. */
const lots = {
  partitions: ofSkus,
  attributes: ['units', 'unavailable', 'expired', 'expiresOn'],
  inTransactions: true,
};
/** Events of alert levels. The last alert of a kind, beside them, has other attributes. */
const levelEvents = { partitions: ['ALERT#*'], attributes: ['source', 'detailType', 'detail'] };
const acknowledged = { partitions: ['RAISED#*'], attributes: ['status', 'acknowledgement', 'alertKey'] };
const readsLedger = stockTable.access('BatchGetItem', 'Query');
const movements = { partitions: [...ofSkus, 'MOVEMENT#*'] };
const expired = { partitions: ofSkus, attributes: ['warehouses', 'lastMove'] };

export const stock = {
  /** Sets the variable; the function makes no request. */
  named: stockTable.access(),
  reader: stockTable.access('BatchGetItem'),
  /** Reserves and releases units of orders. */
  reserver: all(stockTable.access('BatchGetItem'), stockTable.items(reserved, 'UpdateItem')),
  releaser: stockTable.items(reserved, 'UpdateItem'),
  /** Releases units, and writes the ledger rows of shipments. */
  shipper: all(
    stockTable.items(reserved, 'UpdateItem'),
    stockTable.items(shipped, 'UpdateItem'),
    stockTable.items({ partitions: ofSkus }, 'PutItem'),
  ),
  /** Applies movements; for a count it reads the ledger. */
  mover: all(readsLedger, stockTable.items(movements, 'PutItem', 'UpdateItem'), stockTable.items(lots, 'DeleteItem')),
  /** Remembers how often a message was deferred. */
  deferrer: stockTable.items({ partitions: ['MESSAGE#*'] }, 'PutItem'),
  /** Stores alert levels, acknowledgements and requested repairs. */
  requester: all(
    stockTable.items(levelEvents, 'PutItem'),
    stockTable.items({ partitions: ['REPAIR#*'] }, 'PutItem'),
    stockTable.items(acknowledged, 'UpdateItem'),
  ),
  alertWriter: all(
    stockTable.items({ partitions: ['ALERT#*', 'RAISED#*'] }, 'PutItem'),
    stockTable.items({ partitions: ['ALERT#*'] }, 'ConditionCheckItem'),
  ),
  /** Checks that stock is still idle. */
  checker: stockTable.items({ partitions: ofSkus }, 'ConditionCheckItem'),
  /** Deducts shipments from lots, and takes expired lots off sale. */
  lotWriter: all(
    readsLedger,
    stockTable.items(movements, 'PutItem'),
    stockTable.items(expired, 'UpdateItem'),
    stockTable.items(lots, 'DeleteItem'),
  ),
  repairer: all(readsLedger, stockTable.items({ partitions: [...ofSkus, 'REPAIR#*'] }, 'PutItem', 'UpdateItem')),
  ledgerReader: readsLedger,
  allSkus: stockTable.query('allStock'),
  byAlertStatus: stockTable.query('byAlertStatus'),
};

/** CSV files of movements that warehouses and other systems upload, and their result files. */
export const stockInbox = new BucketDefinition('StockInboxBucket', 'INBOX_BUCKET_NAME', {
  notifies: true,
  expiresAfterDays: { '': store.retention.uploadDays },
});

/** Imports an uploaded file and writes its result file. */
export const stockFileImporter = all(
  stockInbox.list(),
  stockInbox.objects('movements/*', 'GetObject'),
  stockInbox.objects('results/*', 'GetObject', 'PutObject'),
);
