import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { OutboxItem } from '../../../shared/dynamodb/outbox.ts';

const table = 'reports';

/** Starts an in-memory DynamoDB with an empty report table. */
export async function startReportTable() {
  const port = await freePort();
  const binary = createRequire(import.meta.url).resolve('@dynoxide/linux-x64/dynoxide');
  const child = spawn(binary, ['--port', String(port)], { stdio: 'ignore' });
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  await createTable(client, child);
  const db = DynamoDBDocumentClient.from(client);
  return {
    db,
    table,
    /** Events of an aggregate, oldest first. */
    async events(pk: string): Promise<{ type: unknown; data: unknown }[]> {
      const { Items = [] } = await db.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :pk AND begins_with(sk, :event)',
          ExpressionAttributeValues: { ':pk': pk, ':event': 'EVENT#' },
        }),
      );
      return Items.map((item) => OutboxItem.parse(item)).map(({ detailType, detail }) => ({
        type: detailType,
        data: (JSON.parse(detail) as { data: unknown }).data,
      }));
    },
    /** Replaces an attribute of an item. */
    async update(pk: string, sk: string, name: string, value: unknown): Promise<void> {
      await db.send(
        new UpdateCommand({
          TableName: table,
          Key: { pk, sk },
          UpdateExpression: 'SET #name = :value',
          ExpressionAttributeNames: { '#name': name },
          ExpressionAttributeValues: { ':value': value },
        }),
      );
    },
    async stop() {
      client.destroy();
      child.kill();
      await once(child, 'exit');
    },
  };
}

/** Retries until the process accepts connections. */
async function createTable(client: DynamoDBClient, child: ChildProcess): Promise<void> {
  const create = new CreateTableCommand({
    TableName: table,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
  });
  for (;;) {
    try {
      await client.send(create);
      return;
    } catch (error) {
      if (child.exitCode !== null) throw error;
      await sleep(50);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || !address) throw new Error('The server has no port.');
  return address.port;
}
