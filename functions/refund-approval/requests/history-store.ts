import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { customerIndex, placedKeyPattern } from '../../../shared/orders/order-keys.ts';
import type { TablesEnv } from '../refund/env.ts';
import { customerPartition } from '../refund/refund-keys.ts';
import type { CustomerHistory } from './judge.ts';

const IndexEntry = z.object({ placedKey: z.string().regex(placedKeyPattern) });

/** Counts a customer's orders and refunded orders. The order index is eventually consistent. */
export function createHistoryStore(db: Database, { REFUND_TABLE_NAME: refunds, ORDER_TABLE_NAME: orders }: TablesEnv) {
  const count = async (query: { TableName: string; IndexName?: string }, attribute: string, value: string) => {
    let sum = 0;
    let startKey: Record<string, unknown> | undefined;
    do {
      const page = await db.send(
        new QueryCommand({
          ...query,
          ...keyIs(attribute, value),
          Select: 'COUNT',
          ...(startKey && { ExclusiveStartKey: startKey }),
        }),
      );
      sum += page.Count ?? 0;
      startKey = page.LastEvaluatedKey;
    } while (startKey);
    return sum;
  };

  return async (customerId: string): Promise<CustomerHistory | undefined> => {
    const [key = ''] = customerIndex.keysOf(customerId);
    const ordersOfCustomer = { TableName: orders, IndexName: customerIndex.name };
    const [first, orderCount, refundedCount] = await Promise.all([
      db.send(new QueryCommand({ ...ordersOfCustomer, ...keyIs(customerIndex.attribute, key), Limit: 1 })),
      count(ordersOfCustomer, customerIndex.attribute, key),
      count({ TableName: refunds }, 'pk', customerPartition(customerId)),
    ]);
    const [item] = first.Items ?? [];
    if (!item) return undefined;
    const { at = '' } = placedKeyPattern.exec(IndexEntry.parse(item).placedKey)?.groups ?? {};
    return { orders: orderCount, refundedOrders: refundedCount, firstOrderAt: at };
  };
}

const keyIs = (attribute: string, value: string) => ({
  KeyConditionExpression: '#key = :key',
  ExpressionAttributeNames: { '#key': attribute },
  ExpressionAttributeValues: { ':key': value },
});
