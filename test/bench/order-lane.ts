import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { inParallel } from '../../shared/in-parallel.ts';
import type { LocalStore } from '../../infra/local-store.ts';
import type { ApiClient } from '../support/system/api-client.ts';
import { type Item, itemSize, writeUnitsOf } from './counting/item-size.ts';
import { timed } from './numbers.ts';

type Tables = { orders: string; stock: string };

/** Stored items of an accepted order of one line, which the raw floor repeats. */
export type Shape = { order: Item; event: Item; stock: Item; indexes: number };

type DatabaseAccess = Pick<LocalStore['credentials'], 'databaseUrl' | 'region' | 'awsCredentials'>;

/** A client of the database itself: the gateway's checks are no part of the raw speed. */
export const adminClient = ({ databaseUrl, region, awsCredentials }: DatabaseAccess) =>
  new DynamoDBClient({ endpoint: databaseUrl, region, credentials: awsCredentials });

/** An order of a random customer: repeated orders of one customer would be held by risk scoring. */
export const orderOf = (...skus: string[]) => {
  const customer = String(Math.floor(Math.random() * 1_000_000)).padStart(6, '0');
  return {
    externalOrderId: randomUUID(),
    currency: 'GBP',
    customer: { id: `customer-${customer}`, email: `${customer}@example.com`, name: 'Ada Lovelace' },
    shippingAddress: { country: 'GB', postalCode: 'N1 9GU', city: 'London', line1: `${customer} Regent Street` },
    lines: skus.map((sku) => ({ sku, quantity: 1 })),
  };
};

/** Creates SKUs with ample stock. */
export async function stockSkus(admin: ApiClient, count: number): Promise<string[]> {
  const skus = Array.from({ length: count }, (_, index) => `BENCH-${index}`);
  await inParallel(8, skus, (sku) =>
    admin.put(`/catalog/skus/${sku}`, { name: sku, priceMinor: 250, currency: 'GBP' }),
  );
  for (let first = 0; first < count; first += 100) {
    const movements = skus.slice(first, first + 100).map((sku) => ({
      movementId: `opening-${sku}`,
      sku,
      warehouse: 'main',
      type: 'receipt',
      quantity: 1_000_000,
    }));
    await admin.post('/stock/movements', { movements });
  }
  return skus;
}

/** Posts `count` orders with `clients` in flight. Returns orders per second. */
export async function ordersPerSecond(channel: ApiClient, skus: string[], clients: number, count: number) {
  const { perSecond } = await timed(clients, count, (index) => placeOrder(channel, [skus[index % skus.length] ?? '']));
  return perSecond;
}

export async function placeOrder(channel: ApiClient, skus: string[]): Promise<void> {
  const response = await channel.post('/orders', orderOf(...skus));
  if (response.status !== 201) throw new Error(`POST /orders returned ${response.status}: ${response.text}`);
}

/** Sends the same transactions directly to the database, to tables of the same definition. Returns transactions per second. */
export async function rawPerSecond(db: DynamoDBClient, tables: Tables, shape: Shape, clients: number, count: number) {
  const { perSecond } = await timed(clients, count, async (index) => {
    const pk = { S: `ORDER#${randomUUID()}` };
    await db.send(
      new TransactWriteItemsCommand({
        TransactItems: [
          {
            Put: {
              TableName: tables.orders,
              Item: { ...shape.order, pk },
              ConditionExpression: 'attribute_not_exists(pk)',
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            },
          },
          { Put: { TableName: tables.orders, Item: { ...shape.event, pk } } },
          {
            Update: {
              TableName: tables.stock,
              Key: { pk: { S: `SKU#${index % 200}` }, sk: { S: 'STOCK' } },
              UpdateExpression: 'SET #s.#0.#a = #s.#0.#a - :0, #s.#0.#r = #s.#0.#r + :0',
              ConditionExpression: '#s.#0.#a >= :0',
              ExpressionAttributeNames: { '#s': 'warehouses', '#a': 'available', '#r': 'reserved', '#0': 'main' },
              ExpressionAttributeValues: { ':0': { N: '1' } },
            },
          },
        ],
      }),
    );
  });
  return perSecond;
}

/** The name of the table that matches. */
export async function tableNamed(db: DynamoDBClient, part: RegExp): Promise<string> {
  const { TableNames = [] } = await db.send(new ListTablesCommand({}));
  return TableNames.find((name) => part.test(name)) ?? raise(`No table matches ${part}`);
}

/** Reads the items of an accepted order. */
export async function shapeOf(db: DynamoDBClient, orderId: string, sku: string): Promise<Shape> {
  const query = async (TableName: string, pk: string) => {
    const { Items = [] } = await db.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: pk } },
      }),
    );
    return Items;
  };
  const orders = await tableNamed(db, /OrderTable/);
  const items = await query(orders, `ORDER#${orderId}`);
  const { Table } = await db.send(new DescribeTableCommand({ TableName: orders }));
  return {
    order: items.find(({ sk }) => sk?.S === 'ORDER') ?? raise('no order item'),
    event: items.find(({ sk }) => sk?.S?.startsWith('EVENT#')) ?? raise('no event item'),
    stock:
      (await query(await tableNamed(db, /StockTable/), `SKU#${sku}`)).find(({ sk }) => sk?.S === 'STOCK') ??
      raise('no stock item'),
    indexes: Table?.GlobalSecondaryIndexes?.length ?? 0,
  };
}

/** Creates separate tables for the floor with the same definition, whose streams no function reads. */
export async function floorTables(db: DynamoDBClient, shape: Shape): Promise<Tables> {
  const copy = async (part: RegExp, TableName: string) => {
    const { Table } = await db.send(new DescribeTableCommand({ TableName: await tableNamed(db, part) }));
    await db.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: Table?.KeySchema,
        AttributeDefinitions: Table?.AttributeDefinitions,
        GlobalSecondaryIndexes: Table?.GlobalSecondaryIndexes?.map(({ IndexName, KeySchema, Projection }) => ({
          IndexName,
          KeySchema,
          Projection,
        })),
        StreamSpecification: Table?.StreamSpecification,
      }),
    );
    return TableName;
  };
  const tables = { orders: await copy(/OrderTable/, 'floor-orders'), stock: await copy(/StockTable/, 'floor-stock') };
  for (let index = 0; index < 200; index += 1) {
    await db.send(new PutItemCommand({ TableName: tables.stock, Item: { ...shape.stock, pk: { S: `SKU#${index}` } } }));
  }
  return tables;
}

/** Write units of an order of one line, by item. Transactional writes count twice, index entries once per KB. */
export function writeUnits(shape: Shape): { part: string; bytes: number; units: number }[] {
  const part = (name: string, item: Item) => {
    const bytes = itemSize(item);
    return { part: name, bytes, units: writeUnitsOf(bytes, true) };
  };
  const indexKeys = Object.keys(shape.order).filter((name) => /^(customer|email|status|day|placed)Key$/.test(name));
  const entry = itemSize(
    Object.fromEntries(Object.entries(shape.order).filter(([name]) => ['pk', 'sk', ...indexKeys].includes(name))),
  );
  const entries = indexKeys.length - 1;
  return [
    part('stock item', shape.stock),
    part('order item', shape.order),
    part('event item', shape.event),
    { part: `${entries} index entries`, bytes: entry, units: entries * writeUnitsOf(entry, false) },
  ];
}

const raise = (message: string): never => {
  throw new Error(message);
};
