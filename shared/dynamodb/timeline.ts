import type { Database } from './database.ts';
import { eventKeyPrefix, OutboxItem, timelineKeys } from './outbox.ts';
import { oldestUnder, queryPages } from './query-pages.ts';

/** All events of the aggregate with partition key `pk`, oldest first. */
export async function timelineOf(db: Database, table: string, pk: string): Promise<OutboxItem[]> {
  const events: OutboxItem[] = [];
  for await (const items of queryPages(db, { TableName: table, ...timelineKeys(pk), ConsistentRead: true })) {
    events.push(...items.map((item) => OutboxItem.parse(item)));
  }
  return events;
}

/** A page of these events, of about 0.9 MB at most. `last` is the position of the cursor; without it, there are no more. */
export async function timelinePage(
  db: Database,
  table: string,
  pk: string,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<{ events: OutboxItem[]; last: string | undefined }> {
  const start = { after, limit };
  const { items, last } = await oldestUnder(db, table, { pk, prefix: eventKeyPrefix }, OutboxItem, start);
  return { events: items, last };
}
