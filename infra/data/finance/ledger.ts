import { SkuChanged } from '../../../shared/contracts/catalog/events.ts';
import { LedgerEntryApproved } from '../../../shared/contracts/ledger/entry-events.ts';
import { SettlementLineRecorded } from '../../../shared/contracts/ledger/settlement-events.ts';
import { OrderPlaced } from '../../../shared/contracts/orders/events.ts';
import { OrderImported } from '../../../shared/contracts/orders/import-events.ts';
import {
  OrderCancelled,
  OrderEdited,
  OrderExpired,
  OrderLinesCancelled,
  OrderShipped,
  PaymentRecorded,
} from '../../../shared/contracts/orders/life-cycle-events.ts';
import {
  ExchangeSettled,
  RefundPaid,
  RefundPaidTwice,
  RefundPayoutFailed,
  ReturnReceived,
  StoreCreditGranted,
} from '../../../shared/contracts/refunds/events.ts';
import { StockMoved } from '../../../shared/contracts/stock/events.ts';
import { all } from '../../constructs/access.ts';
import { TableDefinition } from '../../constructs/table.ts';

const posted = [
  OrderPlaced,
  OrderImported,
  OrderEdited,
  OrderCancelled,
  OrderLinesCancelled,
  OrderExpired,
  OrderShipped,
  PaymentRecorded,
  RefundPaid,
  RefundPayoutFailed,
  RefundPaidTwice,
  StoreCreditGranted,
  ExchangeSettled,
  ReturnReceived,
  StockMoved,
  SkuChanged,
  SettlementLineRecorded,
  LedgerEntryApproved,
];
/** One rule for the events that the ledger posts, of five sources. */
export const postedEvents = {
  source: [...new Set(posted.map(({ source }) => source))],
  detailType: posted.map(({ detailType }) => detailType),
};

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
  /** Keeps how a day's transactions compare with its reports and orders. */
  reconciler: all(reader, ledgerTable.items({ partitions: ['RECONCILIATION#*'] }, 'PutItem')),
  /** Files tax returns. */
  filer: ledgerTable.items({ partitions: ['TAX-RETURN#*'], inTransactions: true }, 'PutItem'),
  /** Records lines of settlements, and entries with their decisions. */
  recorder: all(
    ledgerTable.query('byWaiting'),
    ledgerTable.items({ partitions: ['SETTLEMENT#*', 'ENTRY#*', 'TX#*'], inTransactions: true }, 'PutItem'),
  ),
  /** Checks the sums, and carries balances of past months forward. */
  checker: all(
    reader,
    all(ledgerTable.query('byWaiting'), ledgerTable.items({ partitions: ['CHECK#*', 'CARRIED'] }, 'PutItem')),
    ledgerTable.items(
      { partitions: ['BALANCE#*'], attributes: ['carried', 'transactions'], inTransactions: true },
      'UpdateItem',
    ),
  ),
};
