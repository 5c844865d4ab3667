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

/** Tries of one request by a job that makes thousands of them, and would begin anew for one that fails. */
export const batchJobMaxAttempts = 8;

/**
 * The connection of a function, made once at cold start; `tries` of a request that fails, the SDK's own number unless
 * told. Members that are undefined are not stored.
 */
export const openDatabase = (tries?: number): Database => {
  const client = new DynamoDBClient(tries === undefined ? {} : { maxAttempts: tries });
  // It copies every request and answer for a log that nobody keeps.
  client.middlewareStack.remove('loggerMiddleware');
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
};

/**
 * Does all or nothing. `lost`: a condition did not hold and nothing was done; read again and decide again. Throws on
 * contention, as `isContention` tells.
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

/** The items that exist of those with these keys, by table and in no order; any number of keys, each given once. */
export async function readBatch(
  db: Database,
  keysByTable: Record<string, readonly Key[]>,
  isConsistent: boolean,
): Promise<Record<string, unknown[]>> {
  const wanted = Object.entries(keysByTable).flatMap(([table, keys]) => keys.map((key) => ({ table, key })));
  const found: Record<string, unknown[]> = Object.fromEntries(Object.keys(keysByTable).map((table) => [table, []]));
  const chunks = Array.from({ length: Math.ceil(wanted.length / keysPerBatch) }, (_, index) =>
    wanted.slice(index * keysPerBatch, (index + 1) * keysPerBatch),
  );
  const readChunk = async (chunk: typeof wanted) => {
    let request: NonNullable<BatchGetCommandInput['RequestItems']> = Object.fromEntries(
      [...Map.groupBy(chunk, ({ table }) => table)].map(([table, keys]) => [
        table,
        { Keys: keys.map(({ key }) => key), ConsistentRead: isConsistent },
      ]),
    );
    for (let tries = 0; tries < maxBatchAttempts; tries += 1) {
      const answer: BatchGetCommandOutput = await db.send(new BatchGetCommand({ RequestItems: request }));
      for (const [table, items] of Object.entries(answer.Responses ?? {})) found[table]?.push(...items);
      request = answer.UnprocessedKeys ?? {};
      if (Object.keys(request).length === 0) return;
      await setTimeout(Math.random() * 20 * 2 ** tries);
    }
    throw conflictError('DynamoDB left keys of a batch unread again and again');
  };
  await Promise.all(chunks.map(readChunk));
  return found;
}
