import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { customerIndex, placedKeyPattern } from '../../../shared/orders/order-keys.ts';
import type { TablesEnv } from '../refund/env.ts';
import { customerPartition } from '../refund/refund-keys.ts';
import type { CustomerHistory } from './judge.ts';

const IndexEntry = z.object({ placedKey: z.string().regex(placedKeyPattern) });

/**
 * An id of more orders is not one person: a channel sends it for all its customers. Its refunds are judged like those of a
 * guest, so that a request never counts a channel's whole past.
 */
const maxOrdersOfCustomer = 5000;

/** Counts a customer's orders and refunded orders. The order index is eventually consistent. */
export function createHistoryStore(db: Database, { REFUND_TABLE_NAME: refunds, ORDER_TABLE_NAME: orders }: TablesEnv) {
  /** Stops above the maximum. */
  const count = async (query: { TableName: string; IndexName?: string }, attribute: string, value: string) => {
    let sum = 0;
    let startKey: Record<string, unknown> | undefined;
    do {
      const page = await db.send(
        new QueryCommand({
          ...query,
          ...keyIs(attribute, value),
          Select: 'COUNT',
          Limit: maxOrdersOfCustomer + 1,
          ...(startKey && { ExclusiveStartKey: startKey }),
        }),
      );
      sum += page.Count ?? 0;
      startKey = page.LastEvaluatedKey;
    } while (startKey && sum <= maxOrdersOfCustomer);
    return sum;
  };

  return async (customerId: string): Promise<CustomerHistory | undefined> => {
    const ordersOfCustomer = { TableName: orders, IndexName: customerIndex.name };
    const keys = customerIndex.keysOf(customerId);
    const [firsts, counts, refundedCount] = await Promise.all([
      Promise.all(
        keys.map((key) =>
          db.send(new QueryCommand({ ...ordersOfCustomer, ...keyIs(customerIndex.attribute, key), Limit: 1 })),
        ),
      ),
      Promise.all(keys.map((key) => count(ordersOfCustomer, customerIndex.attribute, key))),
      count({ TableName: refunds }, 'pk', customerPartition(customerId)),
    ]);
    const [first] = firsts
      .flatMap(({ Items = [] }) => Items.map((item) => IndexEntry.parse(item).placedKey))
      .toSorted((a, b) => (a < b ? -1 : 1));
    const orderCount = counts.reduce((sum, each) => sum + each, 0);
    if (first === undefined || orderCount > maxOrdersOfCustomer) return undefined;
    const { at = '' } = placedKeyPattern.exec(first)?.groups ?? {};
    return { orders: orderCount, refundedOrders: refundedCount, firstOrderAt: at };
  };
}

const keyIs = (attribute: string, value: string) => ({
  KeyConditionExpression: '#key = :key',
  ExpressionAttributeNames: { '#key': attribute },
  ExpressionAttributeValues: { ':key': value },
});
