import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiClient, createApiClient } from '../../support/system/api-client.ts';
import { waitUntilIdle } from '../../support/system/until-idle.ts';
import { startObservedOffice } from '../office.ts';
import { orderOf, placeOrder, stockSkus } from '../order-lane.ts';
import { prices } from '../counting/prices.ts';
import type { Tally } from '../counting/tally.ts';

/** A million orders a month in eight hours a day are about one per second. */
const pauseMs = 1000;
const pace = { warmUp: 5, orders: 60, requests: 60 };
const burstOrders = 2000;
const ordersPerBatch = 100;
/** Size of an access log line in the API's format. */
const accessLogBytes = 330;
const million = 1e6;

type Lane = {
  name: string;
  warmUp: number;
  orders: number;
  requests: number;
  /** Places `count` orders. */
  run: (count: number) => Promise<void>;
};
type Column = { name: string; tally: Tally; orders: number; requests: number };
type Amount = { what: string; unit: string; of: (column: Column) => number; price: number };

/** Estimates the AWS cost of a million orders from counted calls: for direct, queued and flash sale orders. */
export async function price(): Promise<void> {
  const office = await startObservedOffice();
  try {
    const { gatewayUrl } = office.credentials;
    const storefront = createApiClient(office.credentials, 'storefront', 16);
    const admin = createApiClient(office.credentials, 'admin', 8);
    const lanes = lanesOf(storefront, await stockSkus(admin, 50));
    const columns: Column[] = [];
    for (const { run, ...lane } of lanes) {
      // Warms up sandboxes before counting.
      await run(lane.warmUp);
      await waitUntilIdle(gatewayUrl);
      office.begin();
      await run(lane.orders);
      await waitUntilIdle(gatewayUrl);
      const tally = await office.tally();
      if (tally.busEvents < lane.orders)
        throw new Error(`${lane.name}: only ${tally.busEvents} events for ${lane.orders} orders`);
      columns.push({ ...lane, tally });
      console.log(`Counted ${lane.orders} orders: ${lane.name}`);
    }
    reportFunctions(columns);
    reportPrice(columns);
    await Promise.all([storefront.close(), admin.close()]);
  } finally {
    await office.stop();
  }
}

function lanesOf(storefront: ApiClient, skus: string[]): Lane[] {
  const [hot = ''] = skus;
  const paced = async (count: number, place: (sku: string) => Promise<unknown>) => {
    for (let index = 0; index < count; index += 1) {
      await Promise.all([place(skus[index % skus.length] ?? ''), sleep(pauseMs)]);
    }
  };
  const queue = (sku: string) => storefront.post('/orders', orderOf(sku), { prefer: 'respond-async' });
  const burst = async (count: number) => {
    const ordersOf = () => Array.from({ length: ordersPerBatch }, () => orderOf(hot));
    const batches = Array.from({ length: count / ordersPerBatch }, ordersOf);
    await Promise.all(batches.map((orders) => storefront.post('/orders/batch', { orders })));
  };
  return [
    {
      name: 'direct',
      ...pace,
      run: (count) => paced(count, (sku) => placeOrder(storefront, [sku])),
    },
    { name: 'queued', ...pace, run: (count) => paced(count, queue) },
    {
      name: 'flash sale',
      warmUp: 1000,
      orders: burstOrders,
      requests: burstOrders / ordersPerBatch,
      run: burst,
    },
  ];
}

const amounts: Amount[] = [
  { what: 'DynamoDB writes', unit: 'units', of: ({ tally }) => sum(tally, 'writeUnits'), price: prices.writeUnit },
  { what: 'DynamoDB reads', unit: 'units', of: ({ tally }) => sum(tally, 'readUnits'), price: prices.readUnit },
  { what: 'Lambda invocations', unit: '', of: ({ tally }) => sum(tally, 'invocations'), price: prices.lambdaRequest },
  { what: 'Lambda', unit: 'GB-s', of: ({ tally }) => gbSeconds(tally), price: prices.lambdaGbSecond },
  { what: 'HTTP API requests', unit: '', of: ({ requests }) => requests, price: prices.httpRequest },
  { what: 'SQS requests', unit: '', of: ({ tally }) => tally.queueRequests, price: prices.queueRequest },
  { what: 'EventBridge events', unit: '', of: ({ tally }) => tally.busEvents, price: prices.busEvent },
  { what: 'S3 puts', unit: '', of: ({ tally }) => tally.objectPuts, price: prices.objectPut },
  { what: 'X-Ray traces, at most', unit: '', of: ({ tally }) => sum(tally, 'traces'), price: prices.trace },
  {
    what: 'CloudWatch Logs',
    unit: 'KB',
    of: ({ tally, requests }) => (tally.logBytes + requests * accessLogBytes) / 1e3,
    price: prices.logGb / 1e6,
  },
];

function sum({ functions }: Tally, what: 'writeUnits' | 'readUnits' | 'invocations' | 'traces'): number {
  return functions.reduce((total, each) => total + each[what], 0);
}

const gbSeconds = ({ functions }: Tally) =>
  functions.reduce((total, { billedMs, memoryMb }) => total + (billedMs / 1000) * (memoryMb / 1024), 0);

const line = (name: string, cells: string[]) =>
  console.log(`  ${name.padEnd(28)}${cells.map((cell) => cell.padStart(30)).join('')}`);
const fields = (texts: string[]) => texts.map((text) => text.padStart(7)).join('');

function reportFunctions(columns: Column[]): void {
  line(
    'Per order',
    columns.map(({ name }) => name),
  );
  line(
    '',
    columns.map(() => fields(['calls', 'ms', 'WU', 'RU'])),
  );
  const names = [...new Set(columns.flatMap(({ tally }) => tally.functions.map(({ name }) => name)))];
  for (const name of names) {
    const cells = columns.map(({ tally, orders }) => {
      const found = tally.functions.find((each) => each.name === name);
      if (!found) return '';
      const { invocations, billedMs, writeUnits, readUnits } = found;
      return fields([invocations, billedMs, writeUnits, readUnits].map((value) => rounded(value / orders)));
    });
    line(name, cells);
  }
}

function reportPrice(columns: Column[]): void {
  console.log('\nA million orders, eu-west-1, on demand');
  for (const { what, unit, of, price } of amounts) {
    const cells = columns.map((column) => {
      const each = of(column) / column.orders;
      return `${rounded(each)} ${unit.padEnd(5)} $ ${(each * million * price).toFixed(2).padStart(6)}`;
    });
    line(what, cells);
  }
  const total = (column: Column) =>
    amounts.reduce((dollars, { of, price }) => dollars + (of(column) / column.orders) * million * price, 0);
  line(
    'total',
    columns.map((column) => `$ ${total(column).toFixed(2).padStart(6)}`),
  );
  console.log(`
  Direct and queued: one order every ${pauseMs} ms; flash sale: ${burstOrders} orders of one SKU, ${ordersPerBatch} per request, without pauses.
  Lambda durations are those of this machine; one more ms at 1 GB per order costs $ ${(million * prices.lambdaGbSecond * 1e-3).toFixed(3)}.
  Not included: costs that do not depend on orders (schedules, idle polling, alarms), storage, backups, data transfer.`);
}

const rounded = (value: number) => value.toFixed(value >= 10 ? 1 : value > 0 && value < 0.1 ? 3 : 2);
