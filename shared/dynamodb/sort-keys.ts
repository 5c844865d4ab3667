import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Database } from './database.ts';
import { conflictError } from './retry-on-conflict.ts';
import { ownValue } from '../input/own-value.ts';

type Index = { name: string; attribute: string; sortKey: string };

const SortKey = z.string();

/**
 * Returns a function that reads up to `count` sort keys of an index under one partition key, from `after` (exclusive) on,
 * upwards or downwards. Fewer keys are all that there are: throws a retryable error if DynamoDB ends a page before `count`.
 */
export const sortKeyReader = (
  db: Database,
  TableName: string,
  { name, attribute, sortKey }: Index,
  direction: 'up' | 'down',
) => {
  const comparison = direction === 'up' ? '>' : '<';
  return async (partition: string, after: string | undefined, count: number): Promise<string[]> => {
    const { Items = [], LastEvaluatedKey } = await db.send(
      new QueryCommand({
        TableName,
        IndexName: name,
        KeyConditionExpression: after === undefined ? '#key = :key' : `#key = :key AND #sort ${comparison} :after`,
        ExpressionAttributeNames: { '#key': attribute, ...(after !== undefined && { '#sort': sortKey }) },
        ExpressionAttributeValues: { ':key': partition, ...(after !== undefined && { ':after': after }) },
        ScanIndexForward: direction === 'up',
        Limit: count,
      }),
    );
    // A page of keys is far below DynamoDB's 1 MB, so that only `Limit` may end it.
    if (LastEvaluatedKey && Items.length < count) throw conflictError('The index returned less than a page');
    return Items.map((item) => SortKey.parse(ownValue(item, sortKey)));
  };
};
