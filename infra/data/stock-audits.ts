import { TableDefinition } from '../constructs/table.ts';

export const stockAuditTable = new TableDefinition('StockAuditTable', 'STOCK_AUDIT_TABLE_NAME');

export const stockAudits = {
  /** Sets the variable; the function makes no request. */
  named: stockAuditTable.access(),
  reader: stockAuditTable.access('BatchGetItem'),
  requester: stockAuditTable.access('PutItem'),
  runner: stockAuditTable.access('BatchGetItem', 'PutItem', 'UpdateItem'),
};
