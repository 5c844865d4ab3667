import type { Database } from './database.ts';
import { OutboxItem, timelineKeys } from './outbox.ts';
import { queryPages } from './query-pages.ts';

/** All events of the aggregate with partition key `pk`, oldest first. */
export async function timelineOf(db: Database, table: string, pk: string): Promise<OutboxItem[]> {
  const events: OutboxItem[] = [];
  const query = { TableName: table, ...timelineKeys(pk), ConsistentRead: true };
  for await (const items of queryPages(db, query)) events.push(...items.map((item) => OutboxItem.parse(item)));
  return events;
}
