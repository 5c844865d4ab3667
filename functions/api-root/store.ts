import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';

const timeoutMs = 3000;
const key = { pk: 'HEALTH', sk: 'HEALTH' };

export const createHealthStore = (db: DynamoDBDocumentClient, tables: string[]) => ({
  tables,
  /** The error of each table that does not respond to a read. */
  failures: async (): Promise<{ table: string; error: string }[]> =>
    (await Promise.all(tables.map((table) => failureOf(db, table)))).flat(),
});

async function failureOf(db: DynamoDBDocumentClient, table: string) {
  try {
    await db.send(new GetCommand({ TableName: table, Key: key }), { abortSignal: AbortSignal.timeout(timeoutMs) });
    return [];
  } catch (error) {
    // Any error means that the table is unhealthy.
    return [{ table, error: String(error) }];
  }
}

export type HealthStore = ReturnType<typeof createHealthStore>;
