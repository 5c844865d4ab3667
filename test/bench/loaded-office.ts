import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Presets, SingleBar } from 'cli-progress';
import { decide } from '../../functions/order-intake/decide.ts';
import { orderWrites } from '../../functions/order-intake/order-writes.ts';
import { startDynamodb } from '../../infra/local/dynamodb/dynamodb.ts';
import { openState } from '../../infra/local/state.ts';
import { loadTemplate } from '../../infra/local/template/template.ts';
import { store } from '../../infra/store.ts';
import { contentHash, orderIdOf } from '../../shared/ids.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { SkuRecord } from '../../shared/catalog/sku-item.ts';
import { cdkOut, newState, startOffice } from './office.ts';
import { adminClient, orderOf } from './order-lane.ts';

/** So many orders has each customer of a set. */
const ordersOfCustomers = [1, 2, 5, 20, 50, 200];
export const ordersPerSet = ordersOfCustomers.reduce((sum, orders) => sum + orders, 0);
export const customerOf = (set: number, orders: number) => `customer-${set}-${orders}`;

/** As many a day in a small history as in a large one, which is longer. */
const msBetweenOrders = 250_000;
/** Coprime to every number of orders here: spreads a customer's orders over all of the time. */
const stride = 7919;
const ordersPerBatch = 12;
const batchesInFlight = 4;

/** A back office that took these sets of customers' orders in the past, with their events, which have been relayed. */
export async function startLoadedOffice(sets: number) {
  const state = newState();
  await load(state, sets);
  return { ...(await startOffice(state)), sets };
}
export type LoadedOffice = Awaited<ReturnType<typeof startLoadedOffice>>;

async function load(directory: string, sets: number): Promise<void> {
  const url = 'http://127.0.0.1';
  const template = loadTemplate(cdkOut, { gatewayUrl: url, apiUrl: url, issuer: url });
  const state = openState(directory);
  const dynamodb = await startDynamodb({ template, state, now: Date.now, log: console.error });
  const table = template.ofType('AWS::DynamoDB::Table').find(({ logicalId }) => logicalId === 'OrderTable')?.name ?? '';
  const client = adminClient({ dynamodbEndpoint: dynamodb.endpoint, region: template.region });
  const db = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  const count = sets * ordersPerSet;
  const bar = new SingleBar({ format: 'loading {bar} {value}/{total} orders, {duration_formatted}' }, Presets.rect);
  if (process.stdout.isTTY) bar.start(count, 0);
  else console.log(`Loading ${count} orders`);
  const putsOf = pastOrders(table, sets);
  const batches = Array.from({ length: Math.ceil(count / ordersPerBatch) }, (_, index) => index * ordersPerBatch);
  await inParallel(batchesInFlight, batches, async (first) => {
    const orders = Array.from({ length: Math.min(ordersPerBatch, count - first) }, (_, index) => first + index);
    await db.send(new BatchWriteCommand({ RequestItems: { [table]: orders.flatMap(putsOf) } }));
    bar.increment(orders.length);
  });
  bar.stop();
  client.destroy();
  await dynamodb.stop();
  state.close();
  forgetStreams(join(directory, 'dynamodb.sqlite'));
}

/** The writes of the nth order, as order-intake would have made them. */
function pastOrders(table: string, sets: number) {
  const writesOf = orderWrites(table, store.selling.timeZone);
  const sku = SkuRecord.parse({ sku: 'PAST', name: 'Past', priceMinor: 250, currency: 'GBP', active: true });
  const counters = { onHand: 1e6, reserved: 0, unavailable: 0, available: 1e6 };
  const stock = { sku: sku.sku, warehouses: { main: counters } };
  const known = { order: undefined, skus: new Map([[sku.sku, sku]]), stock: new Map([[sku.sku, stock]]) };
  const customers = Array.from({ length: sets }, (_, set) =>
    ordersOfCustomers.flatMap((orders) => Array.from({ length: orders }, () => customerOf(set, orders))),
  ).flat();
  const begin = Date.now() - 86_400_000 - customers.length * msBetweenOrders;
  const channel = { channel: 'storefront', pricesItself: false };

  return (index: number) => {
    const now = begin + index * msBetweenOrders;
    const customer = { id: customers[(index * stride) % customers.length], email: 'ada@example.com' };
    const content = { ...orderOf(sku.sku), customer };
    const placement = {
      orderId: orderIdOf(channel.channel, content.externalOrderId),
      contentHash: contentHash(content),
      content,
      channel,
      now,
    };
    const decision = decide(placement, known, store.selling);
    if (decision.kind !== 'accepted') throw new Error(`A past order is ${decision.kind}`);
    const cause = { actor: 'storefront', correlationId: 'loaded', causationId: 'loaded', now };
    return writesOf({ ...decision, contentHash: placement.contentHash, cause }).flatMap(({ Put }) =>
      Put ? [{ PutRequest: { Item: Put.Item } }] : [],
    );
  };
}

/** A stream keeps a day, and these orders are older. */
function forgetStreams(file: string): void {
  const db = new DatabaseSync(file, { timeout: 5000 });
  db.exec('DELETE FROM _stream_records');
  db.close();
}
