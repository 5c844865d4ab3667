import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { Presets, SingleBar } from 'cli-progress';
import { decide } from '../../functions/order-intake/order/decide.ts';
import { orderWrites } from '../../functions/order-intake/order/placement-store.ts';
import { findBinary } from '../../infra/local/dynamodb/dynoxide.ts';
import { tablesOf } from '../../infra/local/dynamodb/tables.ts';
import { loadTemplate } from '../../infra/local/template/template.ts';
import { store } from '../../infra/store.ts';
import { contentHash, orderIdOf } from '../../shared/ids.ts';
import { aCause, aSku, aStock } from '../support/builders.ts';
import { cdkOut, newState, startObservedOffice } from './office.ts';
import { orderOf } from './order-lane.ts';

/** Number of orders of each customer in a set. */
export const ordersOfCustomers = [1, 2, 5, 20, 50, 200];
export const ordersPerSet = ordersOfCustomers.reduce((sum, orders) => sum + orders, 0);
export const customerOf = (set: number, orders: number) => `customer-${set}-${orders}`;

/** The same rate for small and large histories; a large history is longer. */
const msBetweenOrders = 250_000;
/** Coprime to every number of orders, so that a customer's orders are spread over the whole history. */
const stride = 7919;
const ordersPerFile = 5000;

/** Starts a back office with past orders of these sets of customers, whose events were relayed before. */
export async function startLoadedOffice(sets: number) {
  const state = newState();
  await load(state, sets);
  return { ...(await startObservedOffice({ state })), sets };
}
export type LoadedOffice = Awaited<ReturnType<typeof startLoadedOffice>>;

/** Writes the orders as a DynamoDB export and imports it as the table. An import has no stream records. */
async function load(directory: string, sets: number): Promise<void> {
  const url = 'http://127.0.0.1';
  const template = loadTemplate(await cdkOut(), { gatewayUrl: url, apiUrl: url, issuer: url });
  const table = tablesOf(template).find(({ logicalId }) => logicalId === 'OrderTable');
  if (!table) throw new Error('The template has no OrderTable');
  const source = join(directory, 'export');
  const data = join(source, table.name, 'data');
  mkdirSync(data, { recursive: true });
  const schema = join(directory, 'schema.json');
  const StreamSpecification = { StreamEnabled: true, ...(table.properties.StreamSpecification as object) };
  const Table = { ...table.properties, TableName: table.name, StreamSpecification };
  writeFileSync(schema, JSON.stringify([{ Table }]));

  const count = sets * ordersPerSet;
  const bar = new SingleBar({ format: 'writing {bar} {value}/{total} orders, {duration_formatted}' }, Presets.rect);
  if (process.stdout.isTTY) bar.start(count, 0);
  const itemsOf = pastOrders(table.name, sets);
  for (let first = 0; first < count; first += ordersPerFile) {
    const orders = Array.from({ length: Math.min(ordersPerFile, count - first) }, (_, index) => first + index);
    const lines = orders.flatMap(itemsOf).map((item) => JSON.stringify({ Item: attributesOf(item) }));
    writeFileSync(join(data, `${first}.json.gz`), gzipSync(lines.join('\n'), { level: 1 }));
    bar.increment(orders.length);
  }
  bar.stop();
  console.log(`Importing ${count} orders and their events`);
  const output = join(directory, 'dynamodb.sqlite');
  const args = ['import', '--source', source, '--schema', schema, '--output', output];
  execFileSync(findBinary(), args, { stdio: 'pipe' });
  rmSync(source, { recursive: true });
}

/** Returns the items of the nth order, as order-intake writes them. */
function pastOrders(table: string, sets: number) {
  const writesOf = orderWrites(table, store.selling.timeZone);
  const sku = 'PAST';
  const [skus, stock] = [new Map([[sku, aSku({ sku })]]), new Map([[sku, aStock(sku, { main: 1 })]])];
  const customers = Array.from({ length: sets }, (_, set) =>
    ordersOfCustomers.flatMap((orders) => Array.from({ length: orders }, () => customerOf(set, orders))),
  ).flat();
  const begin = Date.now() - 86_400_000 - customers.length * msBetweenOrders;
  const channel = { channel: 'storefront', pricesItself: false };

  return (index: number) => {
    const now = begin + index * msBetweenOrders;
    const customer = { id: customers[(index * stride) % customers.length], email: 'ada@example.com' };
    const content = { ...orderOf(sku), customer };
    const hash = contentHash(content);
    const placement = {
      orderId: orderIdOf(channel.channel, content.externalOrderId),
      contentHash: hash,
      content,
      channel,
      now,
    };
    const decision = decide(placement, { order: undefined, skus, stock }, store.selling);
    if (decision.kind !== 'accepted') throw new Error(`A past order was not accepted: ${decision.kind}`);
    const writes = writesOf({ ...decision, contentHash: hash, cause: aCause({ now }) });
    return writes.map(({ Put }) => Put?.Item ?? {});
  };
}

/** An item in DynamoDB JSON, as in an export. */
const attributesOf = (item: object): Record<string, AttributeValue> =>
  Object.fromEntries(
    Object.entries(item)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, attributeOf(value)]),
  );

function attributeOf(value: unknown): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (Array.isArray(value)) return { L: value.map(attributeOf) };
  return typeof value === 'object' && value ? { M: attributesOf(value) } : { NULL: true };
}
