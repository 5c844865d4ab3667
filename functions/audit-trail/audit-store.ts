import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { decodeTime, encodeTime } from 'ulid';
import * as z from 'zod';
import { type Database, readBatch } from '../../shared/dynamodb/database.ts';
import type { KeySource } from '../../shared/dynamodb/list-page.ts';
import { queryPages } from '../../shared/dynamodb/query-pages.ts';
import { AuditItem, monthKey, objectKey, personKey } from './audit-entry.ts';

const Keys = z.object({ pk: z.string(), sk: z.string() });

/** Times in milliseconds: `from` is inclusive, `before` exclusive. */
type Range = { from: number; before: number };
export type AuditQuery = Range & { object?: string | undefined; person?: string | undefined };

/** Entries of the audit trail. None is changed or deleted. */
export function createAuditStore(db: Database, { AUDIT_TABLE_NAME: table }: { AUDIT_TABLE_NAME: string }) {
  const partitionOf = (name: 'pk' | 'personKey' | 'monthKey') =>
    ({ pk: undefined, personKey: 'byPerson', monthKey: 'byMonth' })[name];

  async function keysIn(
    [attribute, value]: ['pk' | 'personKey' | 'monthKey', string],
    range: { first: string; last: string },
    count: number,
  ) {
    const { Items = [] } = await db.send(
      new QueryCommand({
        TableName: table,
        IndexName: partitionOf(attribute),
        KeyConditionExpression: '#key = :key AND sk BETWEEN :first AND :last',
        ProjectionExpression: attribute === 'pk' ? 'pk, sk' : undefined,
        ExpressionAttributeNames: { '#key': attribute },
        ExpressionAttributeValues: { ':key': value, ':first': range.first, ':last': range.last },
        ScanIndexForward: false,
        Limit: count,
      }),
    );
    return Items.map((item) => Keys.parse(item));
  }

  return {
    /** Idempotent: the event's id is the sort key, and the item of an event is always the same. */
    async record(item: AuditItem): Promise<void> {
      await db.send(new PutCommand({ TableName: table, Item: item }));
    },

    /** The entries of a query, newest first: their ids page by page, and the entries with these ids. */
    list({ object, person, from, before }: AuditQuery) {
      const partitions = new Map<string, string>();
      const source: KeySource = async (after, count) => {
        const range = { first: encodeTime(from), last: after === undefined ? encodeTime(before) : justBefore(after) };
        const keys: string[] = [];
        for (const partition of partitionsOf({ object, person, from, before: newestOf(after, before) })) {
          for (const { pk, sk } of await keysIn(partition, range, count + 1 - keys.length)) {
            partitions.set(sk, pk);
            keys.push(sk);
          }
          if (keys.length > count) break;
        }
        return { keys: keys.slice(0, count), next: keys.length > count ? keys[count - 1] : undefined };
      };
      const read = async (keys: string[]) => {
        const wanted = keys.map((sk) => ({ pk: partitions.get(sk) ?? '', sk }));
        const items = (await readBatch(db, { [table]: wanted }, false)).get(table) ?? [];
        return new Map(items.map((item) => AuditItem.parse(item)).map((item) => [item.sk, item]));
      };
      return { source, read };
    },

    /** The last entry with this action before the entry, for the same object. */
    async previous({ pk, sk, action }: Pick<AuditItem, 'pk' | 'sk' | 'action'>): Promise<AuditItem | undefined> {
      const query = {
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND sk < :sk',
        FilterExpression: '#action = :action',
        ExpressionAttributeNames: { '#action': 'action' },
        ExpressionAttributeValues: { ':pk': pk, ':sk': sk, ':action': action },
        ScanIndexForward: false,
        Limit: entriesPerRead,
      };
      let pages = 0;
      for await (const [item] of queryPages(db, query)) {
        if (item !== undefined) return AuditItem.parse(item);
        pages += 1;
        if (pages === maxReads) break;
      }
      return undefined;
    },
  };
}
export type AuditStore = ReturnType<typeof createAuditStore>;

/** Limits of the search for the entry before. Beyond them, an entry has its data without the values before. */
const entriesPerRead = 25;
const maxReads = 4;

type Partition = ['pk' | 'personKey' | 'monthKey', string];

function partitionsOf({ object, person, from, before }: AuditQuery): Partition[] {
  if (object !== undefined) return [['pk', objectKey(object)]];
  if (person !== undefined) return [['personKey', personKey(person)]];
  const months: Partition[] = [];
  for (let at = before - 1; at >= from; at = startOfMonth(at) - 1) months.push(['monthKey', monthKey(at)]);
  return months;
}

const newestOf = (after: string | undefined, before: number) =>
  after === undefined ? before : Math.min(before, decodeTime(after) + 1);

const startOfMonth = (ms: number) => Date.parse(`${new Date(ms).toISOString().slice(0, 7)}-01T00:00:00Z`);

/** A text that sorts before this id and after every lesser one. */
const justBefore = (id: string) => `${id.slice(0, -1)}${String.fromCharCode(id.charCodeAt(id.length - 1) - 1)}~`;
