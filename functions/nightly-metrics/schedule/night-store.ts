import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { ReportsOverdue, RestatementsDeferred } from '../../../shared/contracts/reports/events.ts';
import { type Database, transact } from '../../../shared/dynamodb/database.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import { BusinessDay } from '../../../shared/names.ts';
import type { NightPlan, overdueRuns } from './decide.ts';

/** The plan of the last night. `arrivalDay` is the day before it. */
const LastNight = z.object({
  version: z.int().positive(),
  arrivalDay: BusinessDay,
  restated: z.array(BusinessDay),
  waiting: z.array(BusinessDay),
});
export type LastNight = z.infer<typeof LastNight>;

/** More would make the event too large for a bus; the item has all of them. */
const maxDaysInEvent = 400;
const maxOverdueInEvent = 100;
const overdueKey = (arrivalDay: string) => ({ pk: `OVERDUE#${arrivalDay}`, sk: 'OVERDUE' });
const pk = 'RESTATEMENTS';
const key = { pk, sk: 'NIGHT' };

/** The restatements of the last night, and the days that wait. */
export const createNightStore = (db: Database, table: string) => ({
  async last(): Promise<LastNight | undefined> {
    const { Item } = await db.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }));
    return Item && LastNight.parse(Item);
  },

  /** Replaces the plan of the night `before`; days that wait are an event, which raises an alarm. */
  write(before: LastNight | undefined, arrivalDay: string, { restated, waiting }: NightPlan, cause: Cause) {
    const version = before?.version ?? 0;
    const item: LastNight = { version: version + 1, arrivalDay, restated, waiting };
    const data = { arrivalDay, days: waiting.length, waiting: waiting.slice(0, maxDaysInEvent) };
    const event = outboxItem(pk, newEvent(RestatementsDeferred, data, cause));
    return transact(db, [
      { Put: { TableName: table, Item: { ...key, ...item }, ...expectVersion(version) } },
      ...(waiting.length > 0 ? [{ Put: { TableName: table, Item: event } }] : []),
    ]);
  },

  /** Stores once per night, and as an event, which raises an alarm, which reports are overdue. */
  async reportOverdue(arrivalDay: string, overdue: ReturnType<typeof overdueRuns>, cause: Cause): Promise<void> {
    const data = { arrivalDay, days: overdue.length, overdue: overdue.slice(0, maxOverdueInEvent) };
    const event = outboxItem(overdueKey(arrivalDay).pk, newEvent(ReportsOverdue, data, cause));
    await transact(db, [
      {
        Put: {
          TableName: table,
          Item: { ...overdueKey(arrivalDay), days: data.days },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      },
      { Put: { TableName: table, Item: event } },
    ]);
  },
});
export type NightStore = ReturnType<typeof createNightStore>;
