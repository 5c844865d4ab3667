import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { emailIndex, orderKey } from '../../../shared/orders/order-keys.ts';
import { emailKeyOf, type OrderItem } from '../order/order-item.ts';

/** Adds orders from before 2026-11-30 to the index of e-mail addresses. */
export const createEmailIndexStore = (db: Database, orderTable: string) => ({
  /**
   * Sets the index attribute of an order that lacks it; true if it did. The version stays: every other change writes the
   * attribute itself, and an order changed since the read has it.
   */
  async indexEmail({ orderId, customer: { email } }: Pick<OrderItem, 'orderId' | 'customer'>): Promise<boolean> {
    if (email === undefined) return false;
    try {
      await db.send(
        new UpdateCommand({
          TableName: orderTable,
          Key: orderKey(orderId),
          UpdateExpression: 'SET #key = :key',
          ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(#key) AND customer.email = :email',
          ExpressionAttributeNames: { '#key': emailIndex.attribute },
          ExpressionAttributeValues: { ':key': emailKeyOf(email, orderId), ':email': email },
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  },
});
export type EmailIndexStore = ReturnType<typeof createEmailIndexStore>;
