import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { VisitsCounted } from '../../../shared/contracts/reports/visit-events.ts';
import type { VisitCount } from '../../../shared/contracts/reports/visit-routes.ts';
import { type Database, transact } from '../../../shared/dynamodb/database.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';

const Batch = z.object({ contentHash: z.string() });
/** A count with its currency. */
type CountedHour = Omit<VisitCount, 'currency'> & { currency: string };
type Counted = { channel: string; batchId: string; contentHash: string; counts: readonly CountedHour[] };

/** Batches of visits, each once. */
export const createVisitStore = (db: Database, TableName: string) => ({
  /** Records a batch with an event per count, all or none. `conflict`: the id was recorded with another content. */
  async record(batch: Counted, cause: Cause): Promise<'recorded' | 'repeated' | 'conflict'> {
    const { channel, batchId, contentHash, counts } = batch;
    const Key = { pk: `VISITS#${channel}#${batchId}`, sk: 'BATCH' };
    const events = counts.map(({ hour, currency, visits }) => {
      const occurredAt = new Date(hour).toISOString();
      const event = newEvent(VisitsCounted, { batchId, channel, currency, visits }, cause, occurredAt);
      return { Put: { TableName, Item: outboxItem(Key.pk, event) } };
    });
    const item = { ...Key, channel, batchId, contentHash };
    const condition = { ConditionExpression: 'attribute_not_exists(pk)' };
    if ((await transact(db, [{ Put: { TableName, Item: item, ...condition } }, ...events])) === 'done') {
      return 'recorded';
    }
    const { Item } = await db.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
    return Batch.parse(Item).contentHash === contentHash ? 'repeated' : 'conflict';
  },
});
export type VisitStore = ReturnType<typeof createVisitStore>;
