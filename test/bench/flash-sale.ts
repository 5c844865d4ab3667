import {
  type AttributeValue,
  DescribeTableCommand,
  type DynamoDBClient,
  ListTablesCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDynamoDbClient } from '../../infra/local/dynamodb/client.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { type ApiClient, createApiClient } from '../support/api-client.ts';
import { untilSettled } from '../support/until-settled.ts';
import { median } from './cold-import.ts';
import { itemSize, transactionUnits } from './item-size.ts';
import { startOffice } from './office.ts';
import { adminClient, floorTables, orderOf, type Shape, shapeOf, stockSkus } from './order-lane.ts';

const rounds = 3;
const ordersPerRound = 2000;
const batchSize = 100;
const batchesInFlight = 8;
const ordersPerTransaction = 49;

type Tables = { orders: string; stock: string };

/** One SKU, all orders through the queue, over the same orders in grouped transactions straight to the database. */
export async function flashSale(): Promise<void> {
  const office = await startOffice();
  try {
    const { credentials } = office;
    const storefront = createApiClient(credentials, 'storefront', 32);
    const admin = createApiClient(credentials, 'admin', 32);
    const db = adminClient(credentials);
    const [sku = ''] = await stockSkus(admin, 1);
    const first = await storefront.post('/orders', orderOf(sku));
    const shape = await shapeOf(db, first.body.orderId, sku);
    const tables = await floorTables(db, shape);

    await queueLane(storefront, admin, sku, 500);
    await groupedFloor(db, tables, shape, 490);
    const writesBefore = await stockWrites(db, credentials.dynamodbEndpoint);
    const lane: { perSecond: number; acceptedPerSecond: number }[] = [];
    const raw: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await untilSettled(credentials.gatewayUrl);
      lane.push(await queueLane(storefront, admin, sku, ordersPerRound));
      await untilSettled(credentials.gatewayUrl);
      raw.push(await groupedFloor(db, tables, shape, ordersPerRound));
    }
    const writes = (await stockWrites(db, credentials.dynamodbEndpoint)) - writesBefore;
    const perSecond = median(lane.map((each) => each.perSecond));
    const stockUnits = transactionUnits(itemSize(shape.stock));
    console.log(`Flash sale, one SKU, median of ${rounds} rounds of ${ordersPerRound} orders`);
    console.log(`  answered 202         ${median(lane.map((each) => each.acceptedPerSecond)).toFixed(0)} orders/s`);
    console.log(`  placed               ${perSecond.toFixed(0)} orders/s, from the first request to the last order`);
    console.log(`  raw, grouped         ${median(raw).toFixed(0)} orders/s, ${ordersPerTransaction} a transaction`);
    console.log(`  ratio                ${(perSecond / median(raw)).toFixed(2)}  (aim: at least 0.5)`);
    const perOrder = writes / (rounds * ordersPerRound);
    console.log(`  stock writes/order   ${perOrder.toFixed(4)}  (aim: at most 0.05)`);
    console.log(
      `  stock item           ${(perOrder * perSecond * stockUnits).toFixed(0)} write units/s at that speed  (limit: 1,000)`,
    );
    await Promise.all([storefront.close(), admin.close()]);
  } finally {
    await office.stop();
  }
}

/** Orders per second from the first request until all of them hold their stock. */
async function queueLane(storefront: ApiClient, admin: ApiClient, sku: string, count: number) {
  const reserved = async () => (await admin.get(`/stock/${sku}`)).body.reserved as number;
  const target = (await reserved()) + count;
  const batches = Array.from({ length: count / batchSize }, () =>
    Array.from({ length: batchSize }, () => orderOf(sku)),
  );
  const started = performance.now();
  await inParallel(batchesInFlight, batches, async (orders) => {
    const answer = await storefront.post('/orders/batch', { orders });
    if (answer.status !== 202) throw new Error(`A batch was answered ${answer.status}: ${answer.text}`);
  });
  const accepted = performance.now() - started;
  while ((await reserved()) < target) await sleep(10);
  const placed = performance.now() - started;
  return { perSecond: (count * 1000) / placed, acceptedPerSecond: (count * 1000) / accepted };
}

/** The same orders, events and stock in grouped transactions, two at a time on stock items of their own. */
async function groupedFloor(db: DynamoDBClient, tables: Tables, shape: Shape, count: number): Promise<number> {
  const put = (TableName: string, Item: Record<string, AttributeValue>) => ({ Put: { TableName, Item } });
  const groups = Array.from({ length: Math.ceil(count / ordersPerTransaction) }, (_, index) => index);
  const started = performance.now();
  await inParallel(2, groups, async (index) => {
    const size = Math.min(ordersPerTransaction, count - index * ordersPerTransaction);
    const orders = Array.from({ length: size }, () => ({ S: `ORDER#${randomUUID()}` }));
    const take = {
      TableName: tables.stock,
      Key: { pk: { S: `SKU#${index % 2}` }, sk: { S: 'STOCK' } },
      UpdateExpression:
        'SET warehouses.#w.available = warehouses.#w.available - :n, warehouses.#w.reserved = warehouses.#w.reserved + :n',
      ConditionExpression: 'warehouses.#w.available >= :n',
      ExpressionAttributeNames: { '#w': 'main' },
      ExpressionAttributeValues: { ':n': { N: String(size) } },
    };
    const puts = orders.flatMap((pk) => [
      {
        Put: {
          TableName: tables.orders,
          Item: { ...shape.order, pk },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      },
      put(tables.orders, { ...shape.event, pk }),
    ]);
    for (;;) {
      try {
        await db.send(new TransactWriteItemsCommand({ TransactItems: [{ Update: take }, ...puts] }));
        return;
      } catch (error) {
        if (!(error instanceof Error && /TransactionConflict/.test(error.message))) throw error;
      }
    }
  });
  return (count * 1000) / (performance.now() - started);
}

/** Changes of stock items so far, as the stock table's stream tells them. */
async function stockWrites(db: DynamoDBClient, endpoint: string): Promise<number> {
  const { TableNames = [] } = await db.send(new ListTablesCommand({}));
  const TableName = TableNames.find((name) => /StockTable/.test(name) && !name.startsWith('floor'));
  const { Table } = await db.send(new DescribeTableCommand({ TableName }));
  const client = createDynamoDbClient(endpoint);
  const call = (operation: string, input: object) => client.call(operation, input, 'DynamoDBStreams_20120810');
  const described = await call('DescribeStream', { StreamArn: Table?.LatestStreamArn });
  const { Shards } = described.StreamDescription as { Shards: { ShardId: string }[] };
  let count = 0;
  for (const { ShardId } of Shards) {
    const start = { StreamArn: Table?.LatestStreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' };
    let iterator = (await call('GetShardIterator', start)).ShardIterator;
    while (iterator) {
      const answer = await call('GetRecords', { ShardIterator: iterator });
      const records = answer.Records as { eventName: string }[];
      if (records.length === 0) break;
      count += records.filter(({ eventName }) => eventName === 'MODIFY').length;
      iterator = answer.NextShardIterator;
    }
  }
  await client.close();
  return count;
}
