import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Database } from './database.ts';

type Index = { name: string; attribute: string; sortKey: string };

/**
 * Returns a function that reads up to `count` sort keys of an index under one partition key, from `after` (exclusive) on,
 * upwards or downwards.
 */
export const sortKeyReader = (
  db: Database,
  TableName: string,
  { name, attribute, sortKey }: Index,
  direction: 'up' | 'down',
) => {
  const comparison = direction === 'up' ? '>' : '<';
  const Entry = z.looseObject({ [sortKey]: z.string() }).transform((entry) => z.string().parse(entry[sortKey]));
  return async (partition: string, after: string | undefined, count: number): Promise<string[]> => {
    const { Items = [] } = await db.send(
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
    return Items.map((item) => Entry.parse(item));
  };
};
