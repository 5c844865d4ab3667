import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { countWithinBytes } from '../contracts/list-query.ts';
import type { Database, Key } from './database.ts';

const Keys = z.object({ pk: z.string(), sk: z.string() });
const keysPerPage = 500;

/** All items of a query, one page at a time. */
export async function* queryPages(db: Database, query: QueryCommandInput): AsyncGenerator<unknown[]> {
  let from: Record<string, unknown> | undefined;
  do {
    const page = await db.send(new QueryCommand({ ...query, ...(from && { ExclusiveStartKey: from }) }));
    yield page.Items ?? [];
    from = page.LastEvaluatedKey;
  } while (from);
}

/** Keys of the items that the index has under these partition key values, up to 500 per page. */
export async function* keysUnder(
  db: Database,
  TableName: string,
  index: { name: string; attribute: string },
  values: readonly string[],
): AsyncGenerator<Key[]> {
  for (const value of values) {
    const query = {
      TableName,
      IndexName: index.name,
      KeyConditionExpression: '#key = :key',
      ExpressionAttributeNames: { '#key': index.attribute },
      ExpressionAttributeValues: { ':key': value },
      Limit: keysPerPage,
    };
    for await (const items of queryPages(db, query)) {
      yield items.map((item) => Keys.parse(item)).map(({ pk, sk }) => ({ pk, sk }));
    }
  }
}

/**
 * A page of the items of a partition whose sort keys start with `prefix`, the last sort key first, after the sort key
 * `before`: up to `limit` items, and as many as fit into a response. `last` is where the next page starts, if there is one.
 */
export async function newestUnder<S extends z.ZodType>(
  db: Database,
  TableName: string,
  { pk, prefix }: { pk: string; prefix: string },
  schema: S,
  { before, limit }: { before: string | undefined; limit: number },
): Promise<{ items: z.infer<S>[]; last: string | undefined }> {
  const { Items = [], LastEvaluatedKey } = await db.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
      ConsistentRead: true,
      ScanIndexForward: false,
      Limit: limit,
      ...(before !== undefined && { ExclusiveStartKey: { pk, sk: before } }),
    }),
  );
  const fitting = Items.slice(0, countWithinBytes(Items));
  const isCut = fitting.length < Items.length || LastEvaluatedKey !== undefined;
  const last = isCut ? Keys.parse(fitting.at(-1)).sk : undefined;
  return { items: fitting.map((item) => schema.parse(item)), last };
}
