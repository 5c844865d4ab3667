import { type Database, readBatch, transact } from '../../shared/dynamodb/database.ts';
import { type Cause, type DataOf, newEvent } from '../../shared/contracts/define-event.ts';
import { StockAuditCompleted, StockAuditRequested } from '../../shared/contracts/stock-audit/events.ts';
import { StockAudit } from '../../shared/contracts/stock-audit/routes.ts';
import { outboxItem } from '../../shared/dynamodb/outbox.ts';
import { auditKey, auditPartition } from '../../shared/stock/audit-keys.ts';

type Result = Required<DataOf<typeof StockAuditCompleted>>;

/** Requested audits and their results. */
export const createAuditStore = (db: Database, table: string) => ({
  /** Records an audit with the event that starts it, once per id. */
  async request(auditId: string, cause: Cause): Promise<StockAudit> {
    const audit: StockAudit = { auditId, status: 'requested', requestedAt: new Date(cause.now).toISOString() };
    const event = outboxItem(auditPartition(auditId), newEvent(StockAuditRequested, { auditId }, cause));
    await transact(db, [
      {
        Put: {
          TableName: table,
          Item: { ...auditKey(auditId), ...audit },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      },
      { Put: { TableName: table, Item: event } },
    ]);
    return audit;
  },

  async audit(auditId: string): Promise<StockAudit | undefined> {
    const [item] = (await readBatch(db, { [table]: [auditKey(auditId)] }, true)).get(table) ?? [];
    return item === undefined ? undefined : StockAudit.parse(item);
  },

  /** Records the result with its event, once. */
  async complete(result: Result, cause: Cause): Promise<void> {
    const { auditId, skus, differences, notCompared, file } = result;
    const event = newEvent(StockAuditCompleted, result, cause);
    await transact(db, [
      {
        Update: {
          TableName: table,
          Key: auditKey(auditId),
          UpdateExpression:
            'SET #status = :completed, completedAt = :at, skus = :skus, differences = :differences, notCompared = :notCompared, #file = :file',
          ConditionExpression: '#status = :requested',
          ExpressionAttributeNames: { '#status': 'status', '#file': 'file' },
          ExpressionAttributeValues: {
            ':completed': 'completed',
            ':requested': 'requested',
            ':at': new Date(cause.now).toISOString(),
            ':skus': skus,
            ':differences': differences,
            ':notCompared': notCompared,
            ':file': file,
          },
        },
      },
      { Put: { TableName: table, Item: outboxItem(auditPartition(auditId), event) } },
    ]);
  },
});
export type AuditStore = ReturnType<typeof createAuditStore>;
