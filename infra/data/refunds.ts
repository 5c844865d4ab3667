import { TableDefinition } from '../constructs/table.ts';

export const refundTable = new TableDefinition('RefundTable', 'REFUND_TABLE_NAME', {
  indexes: [
    { name: 'byStatus', partitionKey: 'statusKey', sortKey: 'requestedKey' },
    { name: 'byOrder', partitionKey: 'orderKey', sortKey: 'requestedKey' },
  ],
});

export const refunds = {
  reader: refundTable.access('BatchGetItem'),
  /** Reads refund ledgers, and checks their version in its own transaction. */
  checker: refundTable.access('BatchGetItem', 'ConditionCheckItem'),
  writer: refundTable.access('BatchGetItem', 'PutItem'),
  /** Lists the items of one partition, such as the versions of the policy. */
  lister: refundTable.access('Query'),
  byStatus: refundTable.query('byStatus'),
  byOrder: refundTable.query('byOrder'),
};
