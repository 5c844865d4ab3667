import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { businessDays } from '../../../shared/business-day.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { conflictError } from '../../../shared/dynamodb/retry-on-conflict.ts';
import type { OrderIndex } from '../order/order-item.ts';

const IndexEntry = z.object({ placedKey: z.string() });

/** Loads the zone's calendar with the first day: that is slow, and most requests need none. */
function lazyBusinessDay(timeZone: string): (instantMs: number) => string {
  let businessDay: ReturnType<typeof businessDays> | undefined;
  return (instantMs) => (businessDay ??= businessDays(timeZone))(instantMs);
}

/** Reads the indexes of orders. `timeZone` is the IANA zone of the business days. */
export const createSearchStore = (db: Database, orderTable: string, timeZone: string) => ({
  /** The business day of an instant in milliseconds. */
  dayOf: lazyBusinessDay(timeZone),

  /** Up to `limit` sort keys under one partition key of an index, newest first, older than `before`. */
  async placedKeys({ name, attribute }: OrderIndex, key: string, before: string | undefined, limit: number) {
    const { Items = [], LastEvaluatedKey } = await db.send(
      new QueryCommand({
        TableName: orderTable,
        IndexName: name,
        KeyConditionExpression: before === undefined ? '#key = :key' : '#key = :key AND placedKey < :before',
        ExpressionAttributeNames: { '#key': attribute },
        ExpressionAttributeValues: { ':key': key, ...(before !== undefined && { ':before': before }) },
        ScanIndexForward: false,
        Limit: limit,
      }),
    );
    // A page of keys is far below DynamoDB's 1 MB, so that only `Limit` may end it.
    if (LastEvaluatedKey && Items.length < limit) throw conflictError('The index returned less than a page');
    return Items.map((item) => IndexEntry.parse(item).placedKey);
  },
});
export type SearchStore = ReturnType<typeof createSearchStore>;
