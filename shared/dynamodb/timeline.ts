import { countWithinBytes } from '../contracts/list-query.ts';
import type { Database } from './database.ts';
import { OutboxItem, timelineKeys } from './outbox.ts';
import { queryPages } from './query-pages.ts';

/** All events of the aggregate with partition key `pk`, oldest first. */
export async function timelineOf(db: Database, table: string, pk: string): Promise<OutboxItem[]> {
  const { events } = await timelinePage(db, table, pk, { limit: Infinity, maxBytes: Infinity });
  return events;
}

type TimelinePage = {
  /** The sort key at which the page before ended. */
  after?: string | undefined;
  limit: number;
  /** @default about 0.9 MB */
  maxBytes?: number;
};

/** A page of these events. `last` is the position of the cursor; without it, there are no more. */
export async function timelinePage(
  db: Database,
  table: string,
  pk: string,
  { after, limit, maxBytes }: TimelinePage,
): Promise<{ events: OutboxItem[]; last?: string }> {
  const found: OutboxItem[] = [];
  const query = {
    TableName: table,
    ...timelineKeys(pk),
    ConsistentRead: true,
    ...(after !== undefined && { ExclusiveStartKey: { pk, sk: after } }),
  };
  for await (const items of queryPages(db, query)) {
    found.push(...items.map((item) => OutboxItem.parse(item)));
    const events = found.slice(0, Math.min(limit, countWithinBytes(found, maxBytes)));
    const last = events.length < found.length ? events.at(-1)?.sk : undefined;
    if (last !== undefined) return { events, last };
  }
  return { events: found };
}
