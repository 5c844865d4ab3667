import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';

const patienceMs = 3000;
const key = { pk: 'HEALTH', sk: 'HEALTH' };

export const createHealthStore = (db: DynamoDBDocumentClient, tables: string[]) => ({
  tables,
  /** The error of each table that does not answer a read. */
  failures: async (): Promise<{ table: string; error: string }[]> =>
    (await Promise.all(tables.map((table) => failureOf(db, table)))).flat(),
});

async function failureOf(db: DynamoDBDocumentClient, table: string) {
  try {
    await db.send(new GetCommand({ TableName: table, Key: key }), { abortSignal: AbortSignal.timeout(patienceMs) });
    return [];
  } catch (error) {
    // Any error at all is the finding.
    return [{ table, error: String(error) }];
  }
}

export type HealthStore = ReturnType<typeof createHealthStore>;
