import assert from 'node:assert';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { Database } from '../../../shared/dynamodb/database.ts';

export const tables = {
  CATALOG_TABLE_NAME: 'catalog',
  STOCK_TABLE_NAME: 'stock',
  ORDER_TABLE_NAME: 'orders',
  WEBHOOK_TABLE_NAME: 'webhooks',
  REFUND_TABLE_NAME: 'refunds',
  RISK_TABLE_NAME: 'risk',
  SETTINGS_TABLE_NAME: 'settings',
  PROMOTION_TABLE_NAME: 'promotions',
  LEDGER_TABLE_NAME: 'ledger',
};
/** Key attributes of each index, as in `infra/data`. */
const catalogIndexes = { allSkus: ['listKey', 'pk'] } as const;
const promotionIndexes = { allPromotions: ['listKey', 'pk'], byDue: ['dueKey', 'dueAt'] } as const;
const stockIndexes = { allStock: ['listKey', 'pk'], byAlertStatus: ['alertKey', 'pk'] } as const;
const orderIndexes = {
  byCustomer: ['customerKey', 'placedKey'],
  byStatus: ['statusKey', 'placedKey'],
  byDay: ['dayKey', 'placedKey'],
  byEmail: ['emailKey', 'placedKey'],
  byDue: ['dueKey', 'dueAt'],
} as const;
const refundIndexes = { byStatus: ['statusKey', 'requestedKey'], byOrder: ['orderKey', 'requestedKey'] } as const;
const ledgerIndexes = {
  byDay: ['dayKey', 'code'],
  byLate: ['lateKey', 'code'],
  byWaiting: ['waitingKey', 'pk'],
} as const;
const webhookIndexes = { byDead: ['deadKey', 'sk'] } as const;

type Running = { db: Database; stop: () => Promise<void> };

/** One database for all tests of the calling file or `describe`. It is available once they run. */
export const databaseForAll = () => databaseBetween(beforeAll, afterAll);
/** An empty database for each test, for code that reads all orders or all SKUs. */
export const databaseForEach = () => databaseBetween(beforeEach, afterEach);

function databaseBetween(
  before: (start: () => Promise<void>) => void,
  after: (stop: () => Promise<void>) => void,
): { db: Database } {
  let running: Running | undefined;
  before(async () => {
    running = await startDatabase();
  });
  after(async () => running?.stop());
  const send = async (command: Parameters<Database['send']>[0]) => {
    assert(running, 'The database is available only while tests run');
    return running.db.send(command);
  };
  return { db: { send } as Database };
}

/** Starts an empty DynamoDB in memory with the tables of catalogue, stock, orders, risk, refunds, webhooks, settings, promotions and the ledger. */
async function startDatabase(): Promise<Running> {
  const port = await freePort();
  const binary = join(dirname(createRequire(import.meta.url).resolve('@dynoxide/linux-x64/package.json')), 'dynoxide');
  const process = spawn(binary, ['--port', String(port)], { stdio: 'ignore' });
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: { httpsAgent: {}, httpAgent: { maxSockets: 200 } },
  });
  await untilReady(client, process);
  await createTable(client, tables.CATALOG_TABLE_NAME, catalogIndexes);
  await createTable(client, tables.STOCK_TABLE_NAME, stockIndexes);
  await createTable(client, tables.ORDER_TABLE_NAME, orderIndexes);
  await createTable(client, tables.RISK_TABLE_NAME, {});
  await createTable(client, tables.REFUND_TABLE_NAME, refundIndexes);
  await createTable(client, tables.WEBHOOK_TABLE_NAME, webhookIndexes);
  await createTable(client, tables.SETTINGS_TABLE_NAME, {});
  await createTable(client, tables.PROMOTION_TABLE_NAME, promotionIndexes);
  await createTable(client, tables.LEDGER_TABLE_NAME, ledgerIndexes);
  return {
    db: DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
    async stop() {
      client.destroy();
      process.kill();
      if (process.exitCode === null && process.signalCode === null) await once(process, 'exit');
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function untilReady(client: DynamoDBClient, process: ChildProcess): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline) {
    if (process.exitCode !== null) throw new Error(`The database exited with code ${process.exitCode}`);
    try {
      await client.send(new ListTablesCommand({}));
      return;
    } catch {
      await setTimeout(25);
    }
  }
  throw new Error('The database does not respond');
}

const createTable = (
  client: DynamoDBClient,
  TableName: string,
  indexes: Record<string, readonly [partitionKey: string, sortKey: string]>,
) => {
  const attributes = new Set(['pk', 'sk', ...Object.values(indexes).flat()]);
  const keySchema = ([partitionKey, sortKey]: readonly [string, string]) => [
    { AttributeName: partitionKey, KeyType: 'HASH' as const },
    { AttributeName: sortKey, KeyType: 'RANGE' as const },
  ];
  return client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [...attributes].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
      KeySchema: keySchema(['pk', 'sk']),
      ...(Object.keys(indexes).length > 0 && {
        GlobalSecondaryIndexes: Object.entries(indexes).map(([IndexName, keys]) => ({
          IndexName,
          KeySchema: keySchema(keys),
          Projection: { ProjectionType: 'KEYS_ONLY' as const },
        })),
      }),
    }),
  );
};
