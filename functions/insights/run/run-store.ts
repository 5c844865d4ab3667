import { TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { type Cause, type DataOf, newEvent } from '../../../shared/contracts/define-event.ts';
import { InsightsOverdue, InsightsPublished, InsightsRunRequested } from '../../../shared/contracts/insights/events.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { isConditionalCheckFailed } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { createPublishingStore } from '../../../shared/reports/publishing/run-store.ts';

const overduePk = (date: string) => `OVERDUE#${date}`;

/** Runs of insights, the version of each day, and days that were overdue. */
export const createRunStore = (db: Database, table: string) => ({
  ...createPublishingStore(db, table, {
    requested: (run, cause) => newEvent(InsightsRunRequested, run, cause),
    completed: (run, { version, changed }, cause) => newEvent(InsightsPublished, { ...run, version, changed }, cause),
  }),

  /** Stores once per day, and as an event, which raises an alarm, that the insights are overdue. */
  async reportOverdue(overdue: DataOf<typeof InsightsOverdue>, cause: Cause): Promise<void> {
    const pk = overduePk(overdue.date);
    try {
      await db.send(
        new TransactWriteCommand({
          TransactItems: [
            {
              Put: {
                TableName: table,
                Item: { pk, sk: 'OVERDUE', status: overdue.status },
                ConditionExpression: 'attribute_not_exists(pk)',
              },
            },
            { Put: { TableName: table, Item: outboxItem(pk, newEvent(InsightsOverdue, overdue, cause)) } },
          ],
        }),
      );
    } catch (error) {
      if (!isConditionalCheckFailed(error)) throw error;
    }
  },
});
export type RunStore = ReturnType<typeof createRunStore>;
