import { type DynamoDBDocumentClient, GetCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { ReportRangeRequested } from '../../../shared/contracts/reports/events.ts';
import { ReportRun } from '../../../shared/contracts/reports/routes.ts';
import { readBatch } from '../../../shared/dynamodb/database.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { BusinessDay } from '../../../shared/names.ts';
import { runKey, runPk } from '../../../shared/reports/publishing/run-store.ts';

/** A requested range. Its progress is that of the runs of its days, which are not counted here: a count could be wrong. */
export const RangeRun = z.object({
  runId: z.string(),
  from: BusinessDay,
  to: BusinessDay,
  force: z.boolean(),
  requestedAt: z.string(),
});
export type RangeRun = z.infer<typeof RangeRun>;

const rangeKey = (runId: string) => ({ pk: runPk(runId), sk: 'RANGE' });

/** Requested ranges of days. */
export const createRangeStore = (db: DynamoDBDocumentClient, table: string) => ({
  /** Stores a range under a new id, and the event that requests the runs of its days. */
  async request(range: RangeRun, cause: Cause): Promise<void> {
    const { runId, from, to, force } = range;
    const event = outboxItem(runPk(runId), newEvent(ReportRangeRequested, { runId, from, to, force }, cause));
    await db.send(
      new TransactWriteCommand({
        TransactItems: [
          {
            Put: {
              TableName: table,
              Item: { ...rangeKey(runId), ...range },
              ConditionExpression: 'attribute_not_exists(pk)',
            },
          },
          { Put: { TableName: table, Item: event } },
        ],
      }),
    );
  },

  async read(runId: string): Promise<RangeRun | undefined> {
    const { Item } = await db.send(new GetCommand({ TableName: table, Key: rangeKey(runId), ConsistentRead: true }));
    return Item && RangeRun.parse(Item);
  },

  /** The runs of these ids that were requested, in no order. */
  async runs(runIds: readonly string[]): Promise<ReportRun[]> {
    const found = await readBatch(db, { [table]: runIds.map(runKey) }, true);
    return z.array(ReportRun).parse(found.get(table));
  },
});
export type RangeStore = ReturnType<typeof createRangeStore>;
