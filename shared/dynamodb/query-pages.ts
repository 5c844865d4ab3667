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

type Prefix = { pk: string; prefix: string };
/** `after`: the sort key at which the page before ended. */
type PageStart = { after: string | undefined; limit: number };
type Page<S extends z.ZodType> = { items: z.infer<S>[]; last: string | undefined };

/**
 * A page of the items of a partition whose sort keys start with `prefix`, in the order of the sort keys: up to `limit`
 * items, and as many as fit into a response once they are parsed. `last` is where the next page starts, if there is one.
 */
export const oldestUnder = <S extends z.ZodType>(
  db: Database,
  table: string,
  under: Prefix,
  schema: S,
  start: PageStart,
): Promise<Page<S>> => pageUnder(db, { TableName: table, ScanIndexForward: true }, under, schema, start);

/** Such a page, the last sort key first, before the sort key `before`. */
export const newestUnder = <S extends z.ZodType>(
  db: Database,
  table: string,
  under: Prefix,
  schema: S,
  { before, limit }: { before: string | undefined; limit: number },
): Promise<Page<S>> =>
  pageUnder(db, { TableName: table, ScanIndexForward: false }, under, schema, { after: before, limit });

async function pageUnder<S extends z.ZodType>(
  db: Database,
  query: { TableName: string; ScanIndexForward: boolean },
  { pk, prefix }: Prefix,
  schema: S,
  { after, limit }: PageStart,
): Promise<Page<S>> {
  const { Items = [], LastEvaluatedKey } = await db.send(
    new QueryCommand({
      ...query,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': pk, ':prefix': prefix },
      ConsistentRead: true,
      // One more shows whether there is a next page.
      Limit: limit + 1,
      ...(after !== undefined && { ExclusiveStartKey: { pk, sk: after } }),
    }),
  );
  const parsed = Items.slice(0, limit).map((item) => schema.parse(item));
  const items = parsed.slice(0, countWithinBytes(parsed));
  const isCut = items.length < Items.length || LastEvaluatedKey !== undefined;
  return { items, last: isCut ? Keys.parse(Items[items.length - 1]).sk : undefined };
}
