import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { personalFields } from '../contracts/personal-events.ts';
import { withoutPersonal } from '../contracts/personal-data.ts';
import { contentHash } from '../ids.ts';
import type { Database } from './database.ts';
import { type OutboxItem, storedEvent } from './outbox.ts';
import { timelineOf } from './timeline.ts';

const Detail = z.looseObject({ data: z.unknown() });

/**
 * Removes the personal fields from the events of the aggregate with partition key `pk`. Returns the number of events that
 * had any. The stream's filter passes only inserted items, so that no event is published again.
 */
export async function eraseEvents(db: Database, TableName: string, pk: string): Promise<number> {
  const events = await timelineOf(db, TableName, pk);
  const erased = events.flatMap((item) => erasedEvent(item) ?? []);
  for (const event of erased) {
    const Item = storedEvent(event);
    await db.send(new PutCommand({ TableName, Item, ConditionExpression: 'attribute_exists(pk)' }));
  }
  return erased.length;
}

/** The event without its personal fields; undefined if it has none. */
function erasedEvent(item: OutboxItem): OutboxItem | undefined {
  const fields = personalFields.get(item.detailType);
  if (!fields) return undefined;
  const detail = Detail.parse(JSON.parse(item.detail));
  const data = withoutPersonal(detail.data, fields);
  if (contentHash(data) === contentHash(detail.data)) return undefined;
  return { ...item, detail: JSON.stringify({ ...detail, data }) };
}
