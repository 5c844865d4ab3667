import { all } from '../constructs/access.ts';
import { BucketDefinition } from '../constructs/bucket.ts';
import { TableDefinition } from '../constructs/table.ts';
import { store } from '../store.ts';
import { promotions } from './promotions.ts';

/** Orders are kept. The results of queued orders expire. */
export const orderTable = new TableDefinition('OrderTable', 'ORDER_TABLE_NAME', {
  expiryAttribute: 'expiresAt',
  indexes: [
    { name: 'byCustomer', partitionKey: 'customerKey', sortKey: 'placedKey' },
    { name: 'byStatus', partitionKey: 'statusKey', sortKey: 'placedKey' },
    { name: 'byDay', partitionKey: 'dayKey', sortKey: 'placedKey' },
    { name: 'byEmail', partitionKey: 'emailKey', sortKey: 'placedKey' },
    { name: 'byDue', partitionKey: 'dueKey', sortKey: 'dueAt' },
  ],
});

/** Orders, with their events and the marks of their chunked changes. */
const ofOrders = ['ORDER#*'];
const reads = orderTable.access('BatchGetItem');
/**
 * Marks of chunked changes count their steps, and are deleted with the last one. An order has none of these attributes: it
 * is written as a whole, on condition of its version.
 */
const marks = { partitions: ofOrders, attributes: ['settled', 'attemptId', 'state', 'taken'], inTransactions: true };
const changes = all(
  orderTable.items({ partitions: ofOrders }, 'PutItem'),
  orderTable.items(marks, 'UpdateItem', 'DeleteItem'),
);

/** Counts the queued orders of a channel. */
const queueCounter = orderTable.items({ partitions: ['QUEUED#*'], attributes: ['orders', 'expiresAt'] }, 'UpdateItem');

/** Finds earlier orders of a customer, for promotions of the first order. */
const firstOrders = orderTable.query('byCustomer', 'byEmail');

export const orders = {
  /** Finds out whether a customer has earlier orders. */
  firstOrders,
  /** Sets the variable; the function makes no request. */
  named: orderTable.access(),
  getter: orderTable.access('GetItem'),
  reader: reads,
  /** Reads orders, and checks their version in its own transaction. */
  checker: orderTable.access('BatchGetItem', 'ConditionCheckItem'),
  writer: all(reads, changes, promotions.releaser),
  /** Places orders, in chunks if they are large; before it refuses one for lack of stock, it expires overdue holds. */
  placer: all(all(reads, changes, queueCounter, orderTable.query('byDue')), firstOrders, promotions.claimer),
  /** Serves the API: finds orders by every index, reads their timelines, and records requested exports. */
  editor: all(
    all(reads, changes, queueCounter, orderTable.access('Query')),
    orderTable.query('byCustomer', 'byStatus', 'byDay', 'byEmail', 'byDue'),
    all(orderTable.items({ partitions: ['EXPORT#*'] }, 'PutItem'), promotions.releaser),
  ),
  /** Places queued orders; before it refuses one for lack of stock, it expires overdue holds. */
  queuePlacer: all(
    all(reads, changes, queueCounter, orderTable.access('ConditionCheckItem'), orderTable.query('byDue')),
    all(firstOrders, promotions.claimer),
  ),
  /** Remembers up to which queued order it looked for missing messages. */
  resender: orderTable.items({ partitions: ['INTAKE'] }, 'PutItem'),
  /** Holds orders, and stores their risk. */
  assessor: all(
    all(reads, promotions.named),
    orderTable.items({ partitions: ofOrders }, 'PutItem'),
    orderTable.items({ partitions: ofOrders, attributes: ['risk', 'version'] }, 'UpdateItem'),
  ),
  importer: all(orderTable.access('GetItem'), orderTable.items({ partitions: ofOrders }, 'PutItem')),
  /** Completes exports. */
  exporter: all(reads, promotions.named, orderTable.items({ partitions: ['EXPORT#*'] }, 'UpdateItem')),
  /** Adds orders to the index of e-mail addresses. */
  emailIndexer: all(
    all(reads, promotions.named),
    orderTable.items({ partitions: ofOrders, attributes: ['emailKey', 'customer'] }, 'UpdateItem'),
  ),
  /** Erases personal data: of orders with their events, and the messages of accepted orders. */
  eraser: all(
    all(reads, orderTable.access('Query'), orderTable.query('byCustomer', 'byDay', 'byEmail')),
    promotions.releaser,
    orderTable.items({ partitions: ofOrders }, 'PutItem'),
    orderTable.items({ partitions: ofOrders, attributes: ['message'] }, 'UpdateItem'),
  ),
  /** Reads the orders of a day with their first events. */
  dayReader: all(reads, orderTable.access('Query'), orderTable.query('byDay')),
  byCustomer: orderTable.query('byCustomer'),
  byStatus: orderTable.query('byStatus'),
  byDay: orderTable.query('byDay'),
  byDue: orderTable.query('byDue'),
};

/** Velocity counters of the risk assessment. They expire, and no event follows from them. */
export const riskTable = new TableDefinition('RiskTable', 'RISK_TABLE_NAME', {
  expiryAttribute: 'expiresAt',
  stream: 'none',
});
export const risk = { counter: riskTable.access('BatchGetItem', 'PutItem') };

/** CSV files of historical orders to import, their result files, and exports. */
export const orderFiles = new BucketDefinition('OrderFilesBucket', 'ORDER_FILES_BUCKET_NAME', {
  notifies: true,
  // Uploads may have any key.
  expiresAfterDays: { '': store.retention.uploadDays, 'exports/': store.retention.exportDays },
});

/** Imports an uploaded file and writes its result file. */
export const orderFileImporter = all(
  orderFiles.list(),
  orderFiles.objects('imports/*', 'GetObject'),
  orderFiles.objects('results/*', 'GetObject', 'PutObject'),
);
export const orderFileExporter = orderFiles.objects('exports/*', 'PutObject');
