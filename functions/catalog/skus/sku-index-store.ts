import { QueryCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { skuKey, skuPartition, SkuRecord, skuShards } from '../../../shared/catalog/sku-item.ts';
import { SkuChanged } from '../../../shared/contracts/catalog/events.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { OutboxItem, timelineKeys } from '../../../shared/dynamodb/outbox.ts';

/** Position of a scan. */
export const Position = z.strictObject({ pk: z.string(), sk: z.string() });
export type Position = z.infer<typeof Position>;

const SkuEvent = SkuChanged.envelope.shape.detail;

/** Adds SKUs from before 2026-11-30 to the index of all SKUs. */
export const createSkuIndexStore = (db: Database, { CATALOG_TABLE_NAME: table }: { CATALOG_TABLE_NAME: string }) => ({
  /** SKUs of the next page of the table that are not in the index; without `next`, it was the last page. */
  async unindexed(after: Position | undefined): Promise<{ skus: string[]; next?: Position | undefined }> {
    const { Items = [], LastEvaluatedKey } = await db.send(
      new ScanCommand({
        TableName: table,
        FilterExpression: 'sk = :sku AND attribute_not_exists(listKey)',
        ExpressionAttributeValues: { ':sku': skuKey('').sk },
        ...(after && { ExclusiveStartKey: after }),
      }),
    );
    return {
      skus: Items.map((item) => SkuRecord.parse(item).sku),
      next: Position.optional().parse(LastEvaluatedKey),
    };
  },

  /** Time of the last event of a SKU, in milliseconds since the epoch. */
  async lastChange(sku: string): Promise<number | undefined> {
    const { Items = [] } = await db.send(
      new QueryCommand({ TableName: table, ...timelineKeys(skuPartition(sku)), ScanIndexForward: false, Limit: 1 }),
    );
    const [last] = Items.map((item) => SkuEvent.parse(JSON.parse(OutboxItem.parse(item).detail)));
    return last && Date.parse(last.metadata.occurredAt);
  },

  /** Adds the SKU, unless a change has added it; true if it did. The version and the content stay. */
  async index(sku: string, changedAt: number): Promise<boolean> {
    try {
      await db.send(
        new UpdateCommand({
          TableName: table,
          Key: skuKey(sku),
          UpdateExpression: 'SET listKey = :listKey, changedAt = :changedAt',
          ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(listKey)',
          ExpressionAttributeValues: {
            ':listKey': skuShards.keyOf(sku),
            ':changedAt': new Date(changedAt).toISOString(),
          },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  },
});
export type SkuIndexStore = ReturnType<typeof createSkuIndexStore>;
