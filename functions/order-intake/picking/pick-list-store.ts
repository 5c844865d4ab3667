import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { skuKey, SkuRecord } from '../../../shared/catalog/sku-item.ts';
import { type Database, readBatch } from '../../../shared/dynamodb/database.ts';
import { statusIndex } from '../../../shared/orders/order-keys.ts';

const IndexEntry = z.object({ placedKey: z.string() });

/** Reads what a pick list consists of, besides its orders. */
export const createPickListStore = (
  db: Database,
  { ORDER_TABLE_NAME: orders, CATALOG_TABLE_NAME: catalog }: { ORDER_TABLE_NAME: string; CATALOG_TABLE_NAME: string },
) => ({
  /** Up to `count` sort keys under one partition key of the index of statuses, oldest first, after the key `after`. */
  oldestKeys: async (key: string, after: string | undefined, count: number): Promise<string[]> => {
    const { Items = [] } = await db.send(
      new QueryCommand({
        TableName: orders,
        IndexName: statusIndex.name,
        KeyConditionExpression: after === undefined ? '#key = :key' : '#key = :key AND placedKey > :after',
        ExpressionAttributeNames: { '#key': statusIndex.attribute },
        ExpressionAttributeValues: { ':key': key, ...(after !== undefined && { ':after': after }) },
        Limit: count,
      }),
    );
    return Items.map((item) => IndexEntry.parse(item).placedKey);
  },

  /** The catalogue's records of these SKUs, by SKU. Not strongly consistent: a name may be a second old. */
  async skus(skus: readonly string[]): Promise<Map<string, SkuRecord>> {
    const items = (await readBatch(db, { [catalog]: skus.map(skuKey) }, false))[catalog] ?? [];
    return new Map(items.map((item) => SkuRecord.parse(item)).map((record) => [record.sku, record]));
  },
});
export type PickListStore = ReturnType<typeof createPickListStore>;
