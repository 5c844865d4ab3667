import { all } from '../constructs/access.ts';
import { TableDefinition } from '../constructs/table.ts';

/** Transactions, which never change, their sums by month, and what is open of each order and SKU. */
export const ledgerTable = new TableDefinition('LedgerTable', 'LEDGER_TABLE_NAME', {
  indexes: [
    { name: 'byDay', partitionKey: 'dayKey', sortKey: 'code' },
    { name: 'byLate', partitionKey: 'lateKey', sortKey: 'code' },
    { name: 'byWaiting', partitionKey: 'waitingKey', sortKey: 'pk' },
  ],
});

const reader = all(ledgerTable.access('GetItem', 'BatchGetItem', 'Query'), ledgerTable.query('byDay', 'byLate'));

export const ledger = {
  /** Posts events: no transaction is changed, because each is put on the condition that it does not exist. */
  poster: ledgerTable.access('BatchGetItem', 'PutItem', 'UpdateItem'),
  reader,
  closer: all(
    ledgerTable.items({ partitions: ['PERIOD#*'] }, 'PutItem'),
    ledgerTable.items({ partitions: ['BALANCE#*'], attributes: ['closedAt'], inTransactions: true }, 'UpdateItem'),
  ),
  checker: all(reader, ledgerTable.query('byWaiting'), ledgerTable.items({ partitions: ['CHECK#*'] }, 'PutItem')),
};
