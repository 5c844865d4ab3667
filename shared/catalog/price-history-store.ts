import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { priceListReader, type StoredPriceList } from './price-list-snapshot.ts';
import { skuPartition } from './sku-item.ts';
import type { Database } from '../dynamodb/database.ts';
import { newestUnder, queryPages } from '../dynamodb/query-pages.ts';
import { HistoryItem, type PriceHistory } from './price-history.ts';
import { historyAfter, historyPrefix, historyUntil, priceListVersionsUntil } from './price-keys.ts';

type Range = { pk: string; from: string; to: string };
type ListVersion = { at: string; lists: StoredPriceList[] };
const Version = z.object({ at: z.string() });

/** Changes of prices, and versions of the price lists. */
export function createPriceHistoryStore(db: Database, { CATALOG_TABLE_NAME: table }: { CATALOG_TABLE_NAME: string }) {
  const listsIn = priceListReader();
  /** The item of the range with the first or the last key. */
  const endOf = async ({ pk, from, to }: Range, end: 'first' | 'last'): Promise<unknown> => {
    const { Items: [item] = [] } = await db.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
        ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': to },
        ScanIndexForward: end === 'first',
        ConsistentRead: true,
        Limit: 1,
      }),
    );
    return item;
  };
  const parse = (item: unknown) => (item === undefined ? undefined : HistoryItem.parse(item));
  const itemsIn = ({ pk, from, to }: Range) =>
    queryPages(db, {
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
      ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': to },
      ConsistentRead: true,
    });

  return {
    /** The last change of a SKU up to a time (UTC with milliseconds). */
    lastUntil: async (sku: string, at: string): Promise<PriceHistory | undefined> =>
      parse(await endOf(historyUntil(sku, at), 'last')),

    /** Its first change after a time. */
    firstAfter: async (sku: string, at: string): Promise<PriceHistory | undefined> =>
      parse(await endOf(historyAfter(sku, at), 'first')),

    /** All price lists as they were at a time. */
    listsAt: async (at: string): Promise<StoredPriceList[]> =>
      listsIn(await endOf(priceListVersionsUntil(at), 'last')).value,

    /** The changes of a SKU after `from` and up to `to`, the oldest first; undefined if there are more than `max`. */
    async changesBetween(sku: string, from: string, to: string, max: number): Promise<PriceHistory[] | undefined> {
      const changes: PriceHistory[] = [];
      for await (const items of itemsIn({ ...historyUntil(sku, to), from: historyAfter(sku, from).from })) {
        changes.push(...items.map((item) => HistoryItem.parse(item)));
        if (changes.length > max) return undefined;
      }
      return changes;
    },

    /**
     * The versions of the price lists after `from` and up to `to`, the oldest first: of each the lists that `isWanted`;
     * undefined if there are more than `max`.
     */
    async listVersionsBetween(
      { from, to, max }: { from: string; to: string; max: number },
      isWanted: (list: StoredPriceList) => boolean,
    ): Promise<ListVersion[] | undefined> {
      const versions: ListVersion[] = [];
      for await (const items of itemsIn({ ...priceListVersionsUntil(to), from: priceListVersionsUntil(from).to })) {
        for (const item of items) {
          versions.push({ at: Version.parse(item).at, lists: listsIn(item).value.filter(isWanted) });
          if (versions.length > max) return undefined;
        }
      }
      return versions;
    },

    /** Up to `limit` changes, the newest first, after the sort key `before`. */
    page: (sku: string, before: string | undefined, limit: number) =>
      newestUnder(db, table, { pk: skuPartition(sku), prefix: historyPrefix }, HistoryItem, { before, limit }),
  };
}
export type PriceHistoryStore = ReturnType<typeof createPriceHistoryStore>;
