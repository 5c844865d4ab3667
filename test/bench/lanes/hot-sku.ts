import { setTimeout as sleep } from 'node:timers/promises';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { placeOrder } from '../../../functions/order-intake/placement/placement-api.ts';
import { placeOrQueue } from '../../../functions/order-intake/queue/conflict-fallback-api.ts';
import type { QueuedOrder } from '../../../functions/order-intake/queue/intake-item.ts';
import { placeQueued } from '../../../functions/order-intake/queue/place-queued-job.ts';
import * as routes from '../../../shared/contracts/orders/routes.ts';
import type { HttpResponse } from '../../../shared/contracts/problem.ts';
import type { Database } from '../../../shared/dynamodb/database.ts';
import { isRetryableError } from '../../../shared/dynamodb/retry-on-conflict.ts';
import { aPolicy } from '../../support/builders.ts';
import { orderStores, queuePlacing, skipExpiry } from '../../support/orders/order-stores.ts';
import { aRequest } from '../../support/requests.ts';
import { createApiClient } from '../../support/system/api-client.ts';
import { ms, percentile } from '../numbers.ts';
import { startOffice } from '../office.ts';
import { adminClient, orderOf, stockSkus, tableNamed } from '../order-lane.ts';

const concurrentOrders = 200;
const transactionMs = 25;
const channels = { storefront: { channel: 'storefront', pricesItself: false, staff: false } };

type Serve = (content: routes.OrderContent) => Promise<HttpResponse>;

/**
 * 200 concurrent `POST /orders` for one SKU as on AWS, where each has a sandbox: the production code runs 200 times in
 * this process, transactions take 25 ms, and concurrent ones on an item are cancelled. Prints the share of each status.
 */
export async function hotSku(): Promise<void> {
  const office = await startOffice();
  try {
    const { credentials } = office;
    const admin = createApiClient(credentials, 'admin', 8);
    const [sku = ''] = await stockSkus(admin, 1);
    await admin.close();
    const client = adminClient(credentials);
    const { db, conflicts } = withTransactionConflicts(DynamoDBDocumentClient.from(client, translation));
    const tables = {
      ORDER_TABLE_NAME: await tableNamed(client, /OrderTable/),
      STOCK_TABLE_NAME: await tableNamed(client, /StockTable/),
      CATALOG_TABLE_NAME: await tableNamed(client, /CatalogTable/),
      SETTINGS_TABLE_NAME: await tableNamed(client, /SettingsTable/),
      PROMOTION_TABLE_NAME: await tableNamed(client, /PromotionTable/),
    };
    const stores = orderStores(db, tables);
    const request = (body: routes.OrderContent) => aRequest(routes.placeOrder, { body }, 'storefront');
    console.log(
      `${concurrentOrders} concurrent orders of one SKU, ${transactionMs} ms a transaction, no client retries`,
    );
    for (const retryBudgetMs of [4000, 1500]) {
      const direct = placeOrder(stores, channels, aPolicy(), skipExpiry, retryBudgetMs);
      await measure(`Direct placement only, retry budget ${retryBudgetMs} ms`, sku, conflicts, (content) =>
        direct(request(content)),
      );
    }
    const queue = consumedQueue(stores);
    const fallback = placeOrQueue(placeOrder(stores, channels, aPolicy(), skipExpiry), stores, queue, channels);
    await measure('Direct placement, then the queue', sku, conflicts, (content) => fallback(request(content)));
    await queue.stop();
    client.destroy();
  } finally {
    await office.stop();
  }
}

const translation = { marshallOptions: { removeUndefinedValues: true } };

async function measure(name: string, sku: string, conflicts: () => number, serve: Serve): Promise<void> {
  const before = conflicts();
  const responses = await Promise.all(
    Array.from({ length: concurrentOrders }, async () => {
      const started = performance.now();
      const status = await serve(orderOf(sku)).then(
        (response) => response.status,
        // As `httpHandler` responds.
        (error: unknown) => (isRetryableError(error) ? 503 : 500),
      );
      return { status, latencyMs: performance.now() - started };
    }),
  );
  const latencies = responses.map(({ latencyMs }) => latencyMs);
  console.log(`\n${name}`);
  for (const [status, same] of Map.groupBy(responses, (response) => response.status)) {
    console.log(
      `  ${status}                  ${same.length} (${((100 * same.length) / concurrentOrders).toFixed(1)} %)`,
    );
  }
  console.log(`  latency              p50 ${ms(percentile(latencies, 0.5))}, p99 ${ms(percentile(latencies, 0.99))}`);
  console.log(`  cancelled            ${conflicts() - before} transactions`);
}

/** dynoxide serialises transactions. This database cancels concurrent ones on an item, as DynamoDB does. */
function withTransactionConflicts(database: DynamoDBDocumentClient) {
  const itemsInUse = new Set<string>();
  let cancelled = 0;
  const send = async (command: Parameters<Database['send']>[0]) => {
    if (!(command instanceof TransactWriteCommand)) return database.send(command);
    const items = (command.input.TransactItems ?? []).map(({ Put, Update, Delete, ConditionCheck }) => {
      const { pk, sk } = Put?.Item ?? Update?.Key ?? Delete?.Key ?? ConditionCheck?.Key ?? {};
      return `${pk} ${sk}`;
    });
    const codes = items.map((item) => (itemsInUse.has(item) ? 'TransactionConflict' : 'None'));
    if (codes.includes('TransactionConflict')) {
      cancelled += 1;
      throw new TransactionCanceledException({
        message: 'Transaction cancelled',
        $metadata: {},
        CancellationReasons: codes.map((Code) => ({ Code })),
      });
    }
    for (const item of items) itemsInUse.add(item);
    try {
      await sleep(transactionMs);
      return await database.send(command);
    } finally {
      for (const item of items) itemsInUse.delete(item);
    }
  };
  return { db: { send } as Database, conflicts: () => cancelled };
}

/** The queue of orders and its consumer, with the batching window of the deployed one: 1 s. */
function consumedQueue(stores: ReturnType<typeof orderStores>) {
  const messages: QueuedOrder[] = [];
  const consumer = new AbortController();
  const consume = async () => {
    while (!consumer.signal.aborted) {
      await sleep(1000);
      const batch = messages.splice(0, 500);
      const failed = await placeQueued(queuePlacing(stores, { now: Date.now(), expireHolds: skipExpiry }), batch);
      messages.push(...failed);
    }
  };
  const stopped = consume();
  return {
    send: async (orders: readonly QueuedOrder[]) => {
      messages.push(...orders);
    },
    stop: async () => {
      consumer.abort();
      await stopped;
    },
  };
}
