import { all } from '../constructs/access.ts';
import { BucketDefinition } from '../constructs/bucket.ts';
import { TableDefinition } from '../constructs/table.ts';

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

export const orders = {
  /** Sets the variable; the function makes no request. */
  named: orderTable.access(),
  getter: orderTable.access('GetItem'),
  reader: orderTable.access('BatchGetItem'),
  /** Reads orders, and checks their version in its own transaction. */
  checker: orderTable.access('BatchGetItem', 'ConditionCheckItem'),
  /** Deletes the marks of chunked placements and settlements. */
  writer: orderTable.access('BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem'),
  /** Places orders, in chunks if they are large; before it refuses one for lack of stock, it expires overdue holds. */
  placer: all(orderTable.access('BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem'), orderTable.query('byDue')),
  /** Serves the API: finds orders by every index, and reads their timelines. */
  editor: all(
    orderTable.access('BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query'),
    orderTable.query('byCustomer', 'byStatus', 'byDay', 'byEmail', 'byDue'),
  ),
  /** Places queued orders; before it refuses one for lack of stock, it expires overdue holds. */
  queuePlacer: all(
    orderTable.access('BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem'),
    orderTable.query('byDue'),
  ),
  assessor: orderTable.access('BatchGetItem', 'UpdateItem', 'PutItem'),
  importer: orderTable.access('PutItem', 'GetItem'),
  exporter: orderTable.access('BatchGetItem', 'UpdateItem'),
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
export const orderFiles = new BucketDefinition('OrderFilesBucket', 'ORDER_FILES_BUCKET_NAME', { notifies: true });

/** Imports an uploaded file and writes its result file. */
export const orderFileImporter = all(
  orderFiles.list(),
  orderFiles.objects('imports/*', 'GetObject'),
  orderFiles.objects('results/*', 'GetObject', 'PutObject'),
);
export const orderFileExporter = orderFiles.objects('exports/*', 'PutObject');
