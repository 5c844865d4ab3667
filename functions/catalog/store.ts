import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { skuKey, skuPartition, SkuRecord } from '../../shared/catalog/sku-item.ts';
import { type Database, transact } from '../../shared/dynamodb/database.ts';
import { SkuChanged } from '../../shared/contracts/catalog/events.ts';
import { type Cause, newEvent } from '../../shared/contracts/define-event.ts';
import { outboxItem } from '../../shared/dynamodb/outbox.ts';
import type { StoredSku } from './decide.ts';

const SkuItem = SkuRecord.extend({ version: z.int().positive(), contentHash: z.string() });

/** The catalogue: a SKU's item with its record, and beside it the events of its changes. */
export const createCatalogStore = (db: Database, { CATALOG_TABLE_NAME: table }: { CATALOG_TABLE_NAME: string }) => ({
  async read(sku: string): Promise<StoredSku | undefined> {
    const { Item } = await db.send(new GetCommand({ TableName: table, Key: skuKey(sku), ConsistentRead: true }));
    if (!Item) return undefined;
    const { version, contentHash, ...record } = SkuItem.parse(Item);
    return { record, version, contentHash };
  },

  /** Writes the SKU and its event, or does nothing if somebody else wrote this version first. */
  async write({ record, version, contentHash }: StoredSku, cause: Cause): Promise<'done' | 'version-conflict'> {
    const isPrevious = {
      ConditionExpression: 'version = :previous',
      ExpressionAttributeValues: { ':previous': version - 1 },
    };
    return transact(db, [
      {
        Put: {
          TableName: table,
          Item: { ...skuKey(record.sku), ...record, version, contentHash },
          ...(version === 1 ? { ConditionExpression: 'attribute_not_exists(pk)' } : isPrevious),
        },
      },
      { Put: { TableName: table, Item: outboxItem(skuPartition(record.sku), newEvent(SkuChanged, record, cause)) } },
    ]);
  },
});
export type CatalogStore = ReturnType<typeof createCatalogStore>;
