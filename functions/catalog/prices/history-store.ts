import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { priceListReader, type StoredPriceList } from '../../../shared/catalog/price-list-snapshot.ts';
import { skuPartition } from '../../../shared/catalog/sku-item.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { newestUnder } from '../../../shared/dynamodb/query-pages.ts';
import { HistoryItem, type PriceHistory } from '../skus/price-history.ts';
import { historyAfter, historyPrefix, historyUntil, priceListVersionsUntil } from '../skus/price-keys.ts';

type Range = { pk: string; from: string; to: string };

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

    /** Up to `limit` changes, the newest first, after the sort key `before`. */
    page: (sku: string, before: string | undefined, limit: number) =>
      newestUnder(db, table, { pk: skuPartition(sku), prefix: historyPrefix }, HistoryItem, { before, limit }),
  };
}
export type PriceHistoryStore = ReturnType<typeof createPriceHistoryStore>;
