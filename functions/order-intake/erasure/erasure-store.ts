import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { normalEmail } from '../../../shared/email.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { eraseEvents } from '../../../shared/dynamodb/erase-events.ts';
import { sortKeyReader } from '../../../shared/dynamodb/sort-keys.ts';
import {
  customerIndex,
  emailIndex,
  intakeKey,
  orderPartition,
  placedKeyPattern,
} from '../../../shared/orders/order-keys.ts';
import { dayIndex, type OrderIndex } from '../order/order-item.ts';

/** Whose orders, or of which business days (inclusive). */
export type Selection =
  { customerId: string; channel: string } | { email: string } | { orderId: string } | { from: string; to: string };
type Found = { orderId: string; channel: string };

const keysPerRead = 100;

/** Finds orders by the indexes, which are eventually consistent, and erases what is beside an order's own item. */
export const createErasureStore = (db: Database, orderTable: string) => {
  /** The orders under one partition key of an index. */
  async function* under({ name, attribute }: OrderIndex, key: string): AsyncGenerator<Found[]> {
    const read = sortKeyReader(db, orderTable, { name, attribute, sortKey: 'placedKey' }, 'down');
    for (let after: string | undefined, hasMore = true; hasMore;) {
      const keys = await read(key, after, keysPerRead);
      yield keys.flatMap((each) => {
        const { orderId, channel } = placedKeyPattern.exec(each)?.groups ?? {};
        return orderId === undefined || channel === undefined ? [] : [{ orderId, channel }];
      });
      after = keys.at(-1);
      hasMore = keys.length === keysPerRead;
    }
  }

  async function* byKeys(index: OrderIndex, keys: readonly string[]) {
    for (const key of keys) yield* under(index, key);
  }

  return {
    ordersOfCustomer: (customerId: string) => byKeys(customerIndex, customerIndex.keysOf(customerId)),
    ordersOfEmail: (email: string) => byKeys(emailIndex, emailIndex.keysOf(normalEmail(email))),
    ordersOfDay: (day: string) => byKeys(dayIndex, dayIndex.keysOf(day)),

    /** Returns the number of events that had personal data. */
    eraseEvents: (orderId: string): Promise<number> => eraseEvents(db, orderTable, orderPartition(orderId)),

    /** Removes the message of an order that was accepted for later. */
    async eraseMessage(orderId: string): Promise<void> {
      try {
        await db.send(
          new UpdateCommand({
            TableName: orderTable,
            Key: intakeKey(orderId),
            UpdateExpression: 'REMOVE message',
            ConditionExpression: 'attribute_exists(message)',
          }),
        );
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return;
        throw error;
      }
    },
  };
};
export type ErasureStore = ReturnType<typeof createErasureStore>;
