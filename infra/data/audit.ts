import { all } from '../constructs/access.ts';
import { TableDefinition } from '../constructs/table.ts';

/** Who changed what. Entries are never changed or deleted. */
export const auditTable = new TableDefinition('AuditTable', 'AUDIT_TABLE_NAME', {
  stream: 'none',
  indexes: [
    { name: 'byPerson', partitionKey: 'personKey', sortKey: 'sk' },
    { name: 'byMonth', partitionKey: 'monthKey', sortKey: 'sk' },
  ],
});

export const audit = {
  recorder: auditTable.access('PutItem'),
  reader: all(auditTable.access('Query', 'BatchGetItem'), auditTable.query('byPerson', 'byMonth')),
};
