import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
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
