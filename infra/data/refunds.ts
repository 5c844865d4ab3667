import { all } from '../constructs/access.ts';
import { TableDefinition } from '../constructs/table.ts';

export const refundTable = new TableDefinition('RefundTable', 'REFUND_TABLE_NAME', {
  indexes: [
    { name: 'byStatus', partitionKey: 'statusKey', sortKey: 'requestedKey' },
    { name: 'byOrder', partitionKey: 'orderKey', sortKey: 'requestedKey' },
  ],
});

/** Refunds, the ledgers of orders, and the refunded orders of customers, with their events. */
const ofRefunds = ['REFUND#*', 'ORDER#*', 'CUSTOMER#*'];

export const refunds = {
  reader: refundTable.access('BatchGetItem'),
  /** Reads refund ledgers, and checks their version in its own transaction. */
  checker: refundTable.access('BatchGetItem', 'ConditionCheckItem'),
  /** Reads the policy too, and does not change it. */
  writer: all(refundTable.access('BatchGetItem'), refundTable.items({ partitions: ofRefunds }, 'PutItem')),
  policyWriter: refundTable.items({ partitions: ['POLICY#*'] }, 'PutItem'),
  /** Lists the events of a refund, the versions of the policy, and the refunded orders of a customer. */
  lister: refundTable.items({ partitions: ['REFUND#*', 'POLICY#*', 'CUSTOMER#*'] }, 'Query'),
  /** Counts the refunded orders of a customer. */
  historyReader: refundTable.items({ partitions: ['CUSTOMER#*'] }, 'Query'),
  /** Erases personal data: of refunds with their events and receipts, and customers from the list of refunded orders. */
  eraser: all(
    refundTable.access('BatchGetItem'),
    refundTable.items({ partitions: ['REFUND#*'] }, 'Query', 'PutItem'),
    refundTable.query('byOrder'),
    refundTable.items({ partitions: ['CUSTOMER#*'], inTransactions: true }, 'DeleteItem'),
  ),
  byStatus: refundTable.query('byStatus'),
  byOrder: refundTable.query('byOrder'),
};
