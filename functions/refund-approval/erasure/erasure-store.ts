import { PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { type Database, transact } from '../../../shared/dynamodb/database.ts';
import { eraseEvents } from '../../../shared/dynamodb/erase-events.ts';
import { expectVersion } from '../../../shared/dynamodb/expect-version.ts';
import { keysUnder, queryPages } from '../../../shared/dynamodb/query-pages.ts';
import { Receipt, type RefundItem } from '../refund/refund-item.ts';
import {
  indexKeys,
  orderIndex,
  receiptKey,
  receiptPrefix,
  refundedOrderKey,
  refundKey,
  refundPartition,
} from '../refund/refund-keys.ts';
import { eraseReceipt } from './erase-refund.ts';

/** Finds the refunds of an order by an index, which is eventually consistent, and erases what is beside their items. */
export const createErasureStore = (db: Database, TableName: string) => ({
  async refundIds(orderId: string): Promise<string[]> {
    const ids: string[] = [];
    for await (const keys of keysUnder(db, TableName, orderIndex, [orderIndex.keyOf(orderId)])) {
      ids.push(...keys.map(({ pk }) => pk.slice(refundPartition('').length)));
    }
    return ids;
  },

  /** Erases the notes of a refund's receipts, and its events. A receipt never changes. */
  async eraseParts(refundId: string): Promise<void> {
    const query = {
      TableName,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :receipts)',
      ExpressionAttributeValues: { ':pk': refundPartition(refundId), ':receipts': receiptPrefix },
      ConsistentRead: true,
    };
    for await (const items of queryPages(db, query)) {
      for (const receipt of z.array(Receipt).parse(items)) {
        const erased = eraseReceipt(receipt);
        if (!erased) continue;
        const Item = { ...erased, ...receiptKey(refundId, receipt.receiptId) };
        await db.send(new PutCommand({ TableName, Item, ConditionExpression: 'attribute_exists(pk)' }));
      }
    }
    await eraseEvents(db, TableName, refundPartition(refundId));
  },

  /** Writes a refund's next version, and deletes its order from the refunded orders of the customer. */
  write: (refund: RefundItem, customerId: string | undefined): Promise<'done' | 'version-conflict'> =>
    transact(db, [
      ...(customerId === undefined
        ? []
        : [{ Delete: { TableName, Key: refundedOrderKey(customerId, refund.orderId) } }]),
      {
        Put: {
          TableName,
          Item: { ...refund, ...refundKey(refund.refundId), ...indexKeys(refund) },
          ...expectVersion(refund.version - 1),
        },
      },
    ]),
});
export type ErasureStore = ReturnType<typeof createErasureStore>;
