import { LedgerPeriodClosed } from '../../../shared/contracts/ledger/events.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { type Database, transact } from '../../../shared/dynamodb/database.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { balanceKey, balanceShards, type Period, periodKey } from '../posting/ledger-keys.ts';

export const createPeriodStore = (db: Database, TableName: string) => ({
  /**
   * Closes a month once. Every DynamoDB transaction that posts to the month changes the header of a shard, and none succeeds
   * after its header is closed.
   */
  async close(period: Period, cause: Cause): Promise<'done' | 'version-conflict'> {
    const event = newEvent(LedgerPeriodClosed, period, cause);
    return transact(db, [
      ...balanceShards.map((shard) => ({
        Update: {
          TableName,
          Key: balanceKey(shard, period.month),
          UpdateExpression: 'SET closedAt = :at',
          ExpressionAttributeValues: { ':at': period.closedAt },
        },
      })),
      {
        Put: {
          TableName,
          Item: { ...periodKey(period.month), ...period },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      },
      { Put: { TableName, Item: outboxItem(periodKey(period.month).pk, event) } },
    ]);
  },
});
export type PeriodStore = ReturnType<typeof createPeriodStore>;
