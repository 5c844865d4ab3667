import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { inParallel } from '../../../shared/in-parallel.ts';
import { type ApiClient, createApiClient } from '../../support/system/api-client.ts';
import { waitUntilIdle } from '../../support/system/until-idle.ts';
import { median } from '../numbers.ts';
import { startObservedOffice } from '../office.ts';
import {
  adminClient,
  floorTables,
  orderOf,
  placeOrder,
  type Shape,
  shapeOf,
  stockSkus,
  tableNamed,
} from '../order-lane.ts';
import type { Tally } from '../counting/tally.ts';

const rounds = 5;
/** As in `placing.ts`. */
const warmUpRounds = 3;
const ordersPerRound = 2000;
const batchSize = 100;
const batchesInFlight = 8;
const ordersPerTransaction = 49;
const largeOrders = 5;
const largestOrder = 1000;
/** Write units per second: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html */
const keyLimit = 1000;

type Tables = { orders: string; stock: string };

/** Queued orders of one SKU compared with the same orders in grouped transactions sent directly to the database. */
export async function flashSale(): Promise<void> {
  const office = await startObservedOffice();
  const { credentials } = office;
  const storefront = createApiClient(credentials, 'storefront', 32);
  const admin = createApiClient(credentials, 'admin', 32);
  try {
    const skus = await stockSkus(admin, largestOrder);
    const [sku = ''] = skus;
    const first = await storefront.post('/orders', orderOf(sku));
    const db = adminClient(credentials);
    const reserved = await reservedIn(db, sku);
    const queue = (count: number) => queueLane(storefront, reserved, sku, count);
    await speed(credentials.gatewayUrl, queue, await floorOf(db, await shapeOf(db, first.body.orderId, sku)));

    const counted = async (work: () => Promise<unknown>) => {
      await waitUntilIdle(credentials.gatewayUrl);
      office.begin();
      await work();
      return office.tally();
    };
    const queued = await counted(() => queue(ordersPerRound));
    console.log(`\nWrites of the functions in one more round`);
    console.log(`  stock writes/order   ${(queued.stockWrites / ordersPerRound).toFixed(4)}  (aim: at most 0.05)`);
    reportKeys(queued);
    const keyFull = (keyLimit * ordersPerRound) / queued.heaviest.units;
    console.log(`  key limit reached    at ${keyFull.toFixed(0)} orders/s`);
    const large = await counted(() =>
      inParallel(2, Array(largeOrders).fill(skus), (all) => placeOrder(storefront, all)),
    );
    console.log(`\n${largeOrders} orders of ${largestOrder} lines, 2 at a time`);
    reportKeys(large);
  } finally {
    await Promise.all([storefront.close(), admin.close()]);
    await office.stop();
  }
}

type Lane = { perSecond: number; acceptedPerSecond: number };

/** Alternates the queue and the floor, each on an idle back office. */
async function speed(
  gatewayUrl: string,
  queue: (count: number) => Promise<Lane>,
  floor: (count: number) => Promise<number>,
): Promise<void> {
  for (let round = 0; round < warmUpRounds; round += 1) await queue(ordersPerRound);
  await floor(ordersPerRound);
  const lane: Lane[] = [];
  const raw: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await waitUntilIdle(gatewayUrl);
    lane.push(await queue(ordersPerRound));
    await waitUntilIdle(gatewayUrl);
    raw.push(await floor(ordersPerRound));
  }
  const perSecond = median(lane.map((each) => each.perSecond));
  console.log(`Flash sale, one SKU, median of ${rounds} rounds of ${ordersPerRound} orders`);
  console.log(`  accepted (202)       ${median(lane.map((each) => each.acceptedPerSecond)).toFixed(0)} orders/s`);
  console.log(`  placed               ${perSecond.toFixed(0)} orders/s, from the first request to the last order`);
  console.log(`  raw, grouped         ${median(raw).toFixed(0)} orders/s, ${ordersPerTransaction} a transaction`);
  console.log(`  ratio                ${(perSecond / median(raw)).toFixed(2)}  (aim: at least 0.5)`);
}

function reportKeys({ hottest, heaviest }: Tally): void {
  console.log(`  peak second          ${hottest.units} write units at ${hottest.key}  (limit of a key: ${keyLimit})`);
  console.log(`  whole run            ${heaviest.units} write units at ${heaviest.key}`);
}

/** Reads the reserved units directly from the table, so that polling does not slow the functions. */
async function reservedIn(db: DynamoDBClient, sku: string): Promise<() => Promise<number>> {
  const TableName = await tableNamed(db, /StockTable/);
  const Key = { pk: { S: `SKU#${sku}` }, sk: { S: 'STOCK' } };
  return async () => {
    const { Item } = await db.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
    const units = Number(Item?.['warehouses']?.M?.['main']?.M?.['reserved']?.N);
    if (!Number.isInteger(units)) throw new Error(`${TableName} has no reserved units of ${sku}`);
    return units;
  };
}

/** Orders per second from the first request until all are reserved. */
async function queueLane(
  storefront: ApiClient,
  reserved: () => Promise<number>,
  sku: string,
  count: number,
): Promise<Lane> {
  const target = (await reserved()) + count;
  const batches = Array.from({ length: count / batchSize }, () =>
    Array.from({ length: batchSize }, () => orderOf(sku)),
  );
  const started = performance.now();
  await inParallel(batchesInFlight, batches, async (orders) => {
    const response = await storefront.post('/orders/batch', { orders });
    if (response.status !== 202) throw new Error(`POST /orders/batch returned ${response.status}: ${response.text}`);
  });
  const accepted = performance.now() - started;
  for (let left = count; left > 0; left = target - (await reserved())) {
    // Polls slow the functions, so they are rare at first.
    await sleep(Math.max(10, left / 4));
  }
  const placed = performance.now() - started;
  return { perSecond: (count * 1000) / placed, acceptedPerSecond: (count * 1000) / accepted };
}

async function floorOf(db: DynamoDBClient, shape: Shape): Promise<(count: number) => Promise<number>> {
  const tables = await floorTables(db, shape);
  return (count) => groupedFloor(db, tables, shape, count);
}

/** The same orders, events and reservations in grouped transactions, two in flight on separate stock items. */
async function groupedFloor(db: DynamoDBClient, tables: Tables, shape: Shape, count: number): Promise<number> {
  const put = (TableName: string, Item: Record<string, AttributeValue>) => ({ Put: { TableName, Item } });
  const groups = Array.from({ length: Math.ceil(count / ordersPerTransaction) }, (_, index) => index);
  const started = performance.now();
  await inParallel(2, groups, async (index) => {
    const size = Math.min(ordersPerTransaction, count - index * ordersPerTransaction);
    const orders = Array.from({ length: size }, () => ({ S: `ORDER#${randomUUID()}` }));
    const reserve = {
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
        await db.send(new TransactWriteItemsCommand({ TransactItems: [{ Update: reserve }, ...puts] }));
        return;
      } catch (error) {
        if (!(error instanceof Error && /TransactionConflict/.test(error.message))) throw error;
      }
    }
  });
  return (count * 1000) / (performance.now() - started);
}
