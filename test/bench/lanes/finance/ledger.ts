import { CreateTableCommand, DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, TransactWriteCommand, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { postBatch } from '../../../../functions/ledger/consumption/post-batch.ts';
import { createPostingStore } from '../../../../functions/ledger/consumption/posting-store.ts';
import { balanceShards } from '../../../../functions/ledger/posting/ledger-keys.ts';
import { businessDays } from '../../../../shared/business-day.ts';
import type { Database } from '../../../../shared/dynamodb/database.ts';
import { paid, placed, shipped, skuCost } from '../../../ledger/posting/ledger-events.ts';
import { median } from '../../numbers.ts';
import { startOffice } from '../../office.ts';
import { adminClient, tableNamed } from '../../order-lane.ts';

const workers = 4;
/** Events of a batch of the queue. */
const batchSize = 100;
const ordersPerWorker = 200;
const rounds = 3;
const eventsPerOrder = 3;

/** Posts events of orders, and sends the transactions that this made directly to an equal table. */
export async function ledger(): Promise<void> {
  const office = await startOffice();
  try {
    const client = adminClient(office.credentials);
    const db = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
    const source = await tableNamed(client, /LedgerTable/);
    const ratios: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const [posted, raw] = [`posted-${round}`, `raw-${round}`];
      await copyTable(client, source, posted);
      await copyTable(client, source, raw);
      const written: TransactWriteCommandInput[][] = Array.from({ length: workers }, () => []);
      const postings = { count: 0 };
      const posting = await timed(workers, (worker) =>
        post(recording(db, written[worker] ?? [], postings), posted, worker),
      );
      const floor = await timed(workers, async (worker) => {
        for (const { TransactItems = [] } of written[worker] ?? []) {
          await db.send(new TransactWriteCommand({ TransactItems: TransactItems.map((item) => inTable(item, raw)) }));
        }
      });
      const events = workers * ordersPerWorker * eventsPerOrder;
      ratios.push(floor / posting);
      console.log(
        `round ${round + 1}   ${rate(events, posting)} events/s   ${rate(postings.count, posting)} postings/s   raw ${rate(events, floor)} events/s   ratio ${(floor / posting).toFixed(2)}`,
      );
    }
    console.log(`median ratio of postings to raw transactions ${median(ratios).toFixed(2)}`);
  } finally {
    await office.stop();
  }
}

const rate = (count: number, ms: number) => ((count * 1000) / ms).toFixed(0);

async function timed(count: number, work: (worker: number) => Promise<void>): Promise<number> {
  const started = performance.now();
  await Promise.all(Array.from({ length: count }, (_, worker) => work(worker)));
  return performance.now() - started;
}

/** Each worker has its own orders, SKU and shard, as concurrent sandboxes mostly have. */
async function post(db: Database, table: string, worker: number): Promise<void> {
  const day = '2026-06-01';
  const sku = `SKU-${worker}`;
  const line = { sku, quantity: 2, price: 1200, tax: 400 };
  const messages = Array.from({ length: ordersPerWorker }, (_, index) => {
    const id = `ord_${worker}_${index}`;
    const payment = paid(`C${id}`, day, 2400);
    const data = Object.assign({}, payment.detail['data'], { orderId: id });
    return [
      placed(`P${id}`, day, { id, lines: [line] }),
      { ...payment, detail: { ...payment.detail, data } },
      shipped(`S${id}`, day, [{ sku, quantity: 2 }], id),
    ];
  }).flat();
  const handle = postBatch({
    store: createPostingStore(db, table),
    businessDay: businessDays('Europe/London'),
    clock: Date.now,
    shard: () => balanceShards[worker] ?? '',
  });
  const log = { error: console.error };
  await handle([skuCost(`cost-${worker}`, day, sku, 450)], log);
  for (let start = 0; start < messages.length; start += batchSize) {
    const failed = await handle(messages.slice(start, start + batchSize), log);
    if (failed.length > 0) throw new Error(`${failed.length} events are not posted`);
  }
}

/** A database that notes the transactions it is sent, and how many postings they have. */
function recording(db: Database, written: TransactWriteCommandInput[], postings: { count: number }): Database {
  return {
    send: (command: Parameters<Database['send']>[0]) => {
      if (command instanceof TransactWriteCommand) {
        written.push(command.input);
        for (const { Put } of command.input.TransactItems ?? []) {
          const own: unknown = Put?.Item?.['postings'];
          if (Array.isArray(own)) postings.count += own.length;
        }
      }
      return db.send(command);
    },
  } as Database;
}

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
const inTable = ({ Put, Update }: TransactItem, TableName: string): TransactItem => ({
  ...(Put && { Put: { ...Put, TableName } }),
  ...(Update && { Update: { ...Update, TableName } }),
});

async function copyTable(client: DynamoDBClient, source: string, TableName: string): Promise<void> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: source }));
  await client.send(
    new CreateTableCommand({
      TableName,
      KeySchema: Table?.KeySchema,
      AttributeDefinitions: Table?.AttributeDefinitions,
      BillingMode: 'PAY_PER_REQUEST',
      GlobalSecondaryIndexes: Table?.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => ({
        IndexName,
        KeySchema,
        Projection,
      })),
    }),
  );
}
