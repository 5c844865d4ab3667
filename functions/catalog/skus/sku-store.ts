import { GetCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { skuKey, skuPartition, SkuRecord, skuShards } from '../../../shared/catalog/sku-item.ts';
import { type Database, transact } from '../../../shared/dynamodb/database.ts';
import { SkuChanged } from '../../../shared/contracts/catalog/events.ts';
import { type Cause, newEvent } from '../../../shared/contracts/define-event.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { outboxItem } from '../../../shared/dynamodb/outbox.ts';
import type { StoredSku } from './decide.ts';

const SkuItem = SkuRecord.extend({ version: z.int().positive(), contentHash: z.string() });

/** SKU items, and the events of their changes. */
export const createCatalogStore = (db: Database, { CATALOG_TABLE_NAME: table }: { CATALOG_TABLE_NAME: string }) => ({
  async read(sku: string): Promise<StoredSku | undefined> {
    const { Item } = await db.send(new GetCommand({ TableName: table, Key: skuKey(sku), ConsistentRead: true }));
    if (!Item) return undefined;
    const { version, contentHash, ...record } = SkuItem.parse(Item);
    return { record, version, contentHash };
  },

  /** Writes a version of the SKU and its event, if the version before it is current. */
  async write({ record, version, contentHash }: StoredSku, cause: Cause): Promise<'done' | 'version-conflict'> {
    return transact(db, [
      {
        Put: {
          TableName: table,
          Item: {
            ...skuKey(record.sku),
            ...record,
            version,
            contentHash,
            listKey: skuShards.keyOf(record.sku),
            changedAt: new Date(cause.now).toISOString(),
          },
          ...expectVersion(version - 1),
        },
      },
      { Put: { TableName: table, Item: outboxItem(skuPartition(record.sku), newEvent(SkuChanged, record, cause)) } },
    ]);
  },
});
export type CatalogStore = ReturnType<typeof createCatalogStore>;
