import { setTimeout } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  type BatchGetCommandOutput,
  DynamoDBDocumentClient,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { conflictError, isConditionalCheckFailed } from './retry-on-conflict.ts';

export type Database = DynamoDBDocumentClient;
/** One action of a transaction. */
export type Action = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
export type Key = { pk: string; sk: string };

const keysPerBatch = 100;
const maxBatchAttempts = 8;

/** SDK attempts per request of a job that makes thousands of requests and restarts when one fails. */
export const batchJobMaxAttempts = 8;

/**
 * The client of a function, created once at cold start. Undefined members are not stored.
 * @default maxAttempts the SDK's own number
 */
export const openDatabase = (maxAttempts?: number): Database => {
  const client = new DynamoDBClient(maxAttempts === undefined ? {} : { maxAttempts });
  // The logger middleware copies every request and response, and no logger is configured.
  client.middlewareStack.remove('loggerMiddleware');
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
};

/**
 * Writes all actions or none. `version-conflict`: a condition was false and nothing was written; the caller reads and
 * decides again. Throws retryable errors (`isRetryableError`) unchanged.
 */
export async function transact(db: Database, actions: Action[]): Promise<'done' | 'version-conflict'> {
  try {
    await db.send(new TransactWriteCommand({ TransactItems: actions }));
    return 'done';
  } catch (error) {
    if (isConditionalCheckFailed(error)) return 'version-conflict';
    throw error;
  }
}

/**
 * The existing items with these keys, by table, in no order. Takes any number of distinct keys. `isConsistent`: whether the
 * read is strongly consistent, or the tables for which it is.
 */
export async function readBatch(
  db: Database,
  keysByTable: Record<string, readonly Key[]>,
  isConsistent: boolean | readonly string[],
): Promise<ReadonlyMap<string, unknown[]>> {
  const wanted = Object.entries(keysByTable).flatMap(([table, keys]) => keys.map((key) => ({ table, key })));
  const found = new Map(Object.keys(keysByTable).map((table): [string, unknown[]] => [table, []]));
  const chunks = Array.from({ length: Math.ceil(wanted.length / keysPerBatch) }, (_, index) =>
    wanted.slice(index * keysPerBatch, (index + 1) * keysPerBatch),
  );
  const readChunk = async (chunk: typeof wanted) => {
    let request: NonNullable<BatchGetCommandInput['RequestItems']> = Object.fromEntries(
      [...Map.groupBy(chunk, ({ table }) => table)].map(([table, keys]) => [
        table,
        {
          Keys: keys.map(({ key }) => key),
          ConsistentRead: typeof isConsistent === 'boolean' ? isConsistent : isConsistent.includes(table),
        },
      ]),
    );
    for (let attempt = 0; attempt < maxBatchAttempts; attempt += 1) {
      const output: BatchGetCommandOutput = await db.send(new BatchGetCommand({ RequestItems: request }));
      for (const [table, items] of Object.entries(output.Responses ?? {})) found.get(table)?.push(...items);
      request = output.UnprocessedKeys ?? {};
      if (Object.keys(request).length === 0) return;
      await setTimeout(Math.random() * 20 * 2 ** attempt);
    }
    throw conflictError('DynamoDB returned unprocessed keys repeatedly');
  };
  await Promise.all(chunks.map(readChunk));
  return found;
}
