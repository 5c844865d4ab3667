import { type Database, readBatch } from '../../../shared/dynamodb/database.ts';
import { queryPages } from '../../../shared/dynamodb/query-pages.ts';
import { Receipt } from '../refund/refund-item.ts';
import { receiptKey, receiptPrefix, refundPartition } from '../refund/refund-keys.ts';

/** Reads the receipts of returns. The refund store writes a receipt in the same transaction as its refund. */
export const createReceiptStore = (db: Database, table: string) => ({
  async find(refundId: string, receiptId: string): Promise<Receipt | undefined> {
    const [item] = (await readBatch(db, { [table]: [receiptKey(refundId, receiptId)] }, true)).get(table) ?? [];
    return item === undefined ? undefined : Receipt.parse(item);
  },

  /** Returns all receipts of a refund, oldest first. */
  async all(refundId: string): Promise<Receipt[]> {
    const receipts: Receipt[] = [];
    const query = {
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': refundPartition(refundId), ':prefix': receiptPrefix },
      ConsistentRead: true,
    };
    for await (const items of queryPages(db, query)) receipts.push(...items.map((item) => Receipt.parse(item)));
    return receipts.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  },
});
export type ReceiptStore = ReturnType<typeof createReceiptStore>;
