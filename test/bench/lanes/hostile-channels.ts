import { randomUUID } from 'node:crypto';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { synthesiseInto } from '../../../infra/assembly.ts';
import {
  type ApiClient,
  type ApiCredentials,
  type ApiResponse,
  createApiClient,
} from '../../support/system/api-client.ts';
import { ms, percentile } from '../numbers.ts';
import { startObservedOffice } from '../office.ts';
import { orderOf, stockSkus } from '../order-lane.ts';

const channels = 10;
/** Numbers for a shorter or harder run: `npm run bench -- hostile-channels <requests per second of a channel> <orders>`. */
const hostilePerSecond = Number(process.argv[3] ?? 5);
/** Of the honest channel in each phase. Each order is read once, so that a phase has twice as many requests. */
const honestOrders = Number(process.argv[4] ?? 100);
const warmUpOrders = 40;
const ordersPerSecond = 5;
/** A hostile channel that waits for this many responses sends nothing, so that no backlog outlives the phase. */
const maxInFlight = 8;
/** Quota of a hostile channel per sandbox. The engine has up to 8 sandboxes per function, on the cores of one machine. */
const quotaPerSecond = 0.2;
const requestTimeoutMs = 10_000;
/** For the work that a phase left in queues, before the next one. */
const settleMs = 5000;

const root = join(import.meta.dirname, '../../..');
const manyInvalid = Array.from({ length: 500 }, () => ({ sku: '', quantity: -1 }));
const scopes = "['orders.write', 'orders.read', 'catalog.read', 'stock.read']";
const clientLine = (name: string, quotas: string) => `    '${name}': { ${quotas}, scopes: ${scopes} },\n`;
/** A request may queue 100 orders, whose consumers use the cores of this machine. */
const limitedBy = `requestsPerSecond: ${quotaPerSecond}, maxQueuedOrders: 100`;
const unlimitedBy = 'requestsPerSecond: 1_000_000, maxQueuedOrders: 1_000_000';
const names = (kind: string) => Array.from({ length: channels }, (_, index) => `${kind}-${index}`);

/**
 * Ten hostile channels beside an honest one: latencies and successes of the honest one alone, beside channels with quotas
 * and beside the same channels without, in one store. A phase ends with the honest channel's last response, which takes at
 * most `requestTimeoutMs`; then the hostile channels are cut off.
 */
export async function hostileChannels(): Promise<void> {
  const copy = mkdtempSync(join(tmpdir(), 'storeworks-hostile-'));
  try {
    const app = await synthesiseWith(copy);
    const office = await startObservedOffice({ app });
    try {
      const admin = createApiClient(office.credentials, 'admin', 8);
      const skus = await stockSkus(admin, 50);
      await admin.close();
      const run = phaseOf(office.credentials, skus);
      await honestLoad(office.credentials, skus, warmUpOrders);
      const alone = await run('alone', []);
      const limited = await run('with quotas', names('hostile'));
      await sleep(settleMs);
      const unlimited = await run('without quotas', names('unlimited'));
      print('beside channels with quotas', limited, alone);
      print('beside channels without', unlimited, alone);
    } finally {
      await office.stop();
    }
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** An assembly of this checkout with the hostile channels among the clients of its store. */
async function synthesiseWith(copy: string): Promise<string> {
  for (const name of ['functions', 'shared', 'infra']) cpSync(join(root, name), join(copy, name), { recursive: true });
  for (const name of globSync('*.{json,ts}', { cwd: root })) cpSync(join(root, name), join(copy, name));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const file = join(copy, 'infra/store.ts');
  const settings = readFileSync(file, 'utf8');
  const added = [
    ...names('hostile').map((name) => clientLine(name, limitedBy)),
    ...names('unlimited').map((name) => clientLine(name, unlimitedBy)),
  ];
  const edited = settings.replace('  clients: {\n', `  clients: {\n${added.join('')}`);
  if (edited === settings) throw new Error('infra/store.ts has no clients');
  writeFileSync(file, edited);
  const out = join(copy, 'cdk.out');
  await synthesiseInto(out, copy);
  return out;
}

type Measured = { latencies: number[]; succeeded: number };

const phaseOf =
  (credentials: ApiCredentials, skus: string[]) =>
  async (name: string, hostile: string[]): Promise<Measured> => {
    const began = performance.now();
    const floods = hostile.map((client, kind) => flood(createApiClient(credentials, client, maxInFlight), skus, kind));
    const measured = await honestLoad(credentials, skus, honestOrders);
    const statuses = (await Promise.all(floods.map((each) => each.stop()))).flat();
    const seconds = (performance.now() - began) / 1000;
    const { latencies, succeeded } = measured;
    console.log(
      `${name}: honest p50 ${ms(percentile(latencies, 0.5))}, p99 ${ms(percentile(latencies, 0.99))}, ` +
        `${succeeded} of ${latencies.length} succeeded in ${seconds.toFixed(0)} s`,
    );
    if (hostile.length > 0) {
      console.log(`  hostile: ${(statuses.length / seconds).toFixed(0)} responses/s, by status ${countsOf(statuses)}`);
    }
    return measured;
  };

/** Such as `201: 40, 429: 1200`. */
const countsOf = (statuses: readonly number[]): string =>
  [...Map.groupBy(statuses, (status) => status)]
    .toSorted(([a], [b]) => a - b)
    .map(([status, all]) => `${status === 0 ? 'none' : status}: ${all.length}`)
    .join(', ');

/** Waits until the time of a piece of work that starts at a fixed rate. */
async function untilDue(started: number, index: number, perSecond: number): Promise<void> {
  const waitMs = started + (index * 1000) / perSecond - performance.now();
  if (waitMs > 0) await sleep(waitMs);
}

/** Sends the requests of a hostile channel until it is stopped. `stop` returns the statuses; 0 is no response. */
function flood(client: ApiClient, skus: string[], kind: number) {
  const statuses: number[] = [];
  let isStopped = false;
  let inFlight = 0;
  const send = async (index: number) => {
    inFlight += 1;
    const status = await attack(client, skus, kind, index).then(
      (response) => response.status,
      () => 0,
    );
    inFlight -= 1;
    if (!isStopped) statuses.push(status);
  };
  const sending = (async () => {
    const started = performance.now();
    for (let index = 0; ; index += 1) {
      await untilDue(started, index, hostilePerSecond);
      if (isStopped) return;
      if (inFlight < maxInFlight) void send(index);
    }
  })();
  return {
    async stop(): Promise<number[]> {
      isStopped = true;
      await sending;
      await client.abort();
      return statuses;
    },
  };
}

/** Places orders of different SKUs and customers at a fixed rate, and reads each once. */
async function honestLoad(credentials: ApiCredentials, skus: string[], orders: number): Promise<Measured> {
  const client = createApiClient(credentials, 'storefront', 64);
  const measured: Measured = { latencies: [], succeeded: 0 };
  const timed = async (request: Promise<ApiResponse>, expected: number) => {
    const began = performance.now();
    const response = await attempt(request);
    measured.latencies.push(performance.now() - began);
    if (response?.status === expected) measured.succeeded += 1;
    return response;
  };
  const pairs: Promise<unknown>[] = [];
  const started = performance.now();
  for (let index = 0; index < orders; index += 1) {
    await untilDue(started, index, ordersPerSecond);
    const placing = timed(client.post('/orders', orderOf(skus[index % skus.length] ?? '')), 201);
    // The read of an order that was not placed fails as well.
    pairs.push(placing.then((placed) => timed(client.get(`/orders/${placed?.body?.orderId}`), 200)));
  }
  await Promise.all(pairs);
  await client.abort();
  return measured;
}

/** The response; undefined after an error or the time limit. */
const attempt = (request: Promise<ApiResponse>): Promise<ApiResponse | undefined> =>
  Promise.race([request, sleep(requestTimeoutMs, undefined, { ref: false })]).catch(() => undefined);

/** The request of a hostile channel; each channel has its own kind. */
function attack(client: ApiClient, skus: string[], kind: number, index: number): Promise<ApiResponse> {
  const sku = skus[index % skus.length] ?? '';
  const order = orderOf(sku);
  const guest = { ...order, customer: { id: 'guest', email: 'guest@example.com' } };
  const attacks = [
    () => client.post('/orders', guest),
    () => client.post('/orders', { ...guest, lines: skus.map((each) => ({ sku: each, quantity: 1 })) }),
    () => client.post('/orders', { ...order, currency: 'nothing', lines: manyInvalid }),
    () => client.post('/orders/batch', { orders: Array.from({ length: 100 }, () => orderOf(sku)) }),
    () => client.post('/orders/exports', { from: '2026-01-01', to: '2026-12-31' }),
    () => client.get('/orders?limit=100'),
    () => client.post('/orders', `{"note":"${'x'.repeat(1_100_000)}"}`),
    () => client.get(`/orders/ord_${randomUUID().replaceAll('-', '').slice(0, 26)}`),
    () => client.post('/orders', { ...order, externalOrderId: 'the-same' }),
    () => client.post('/orders', guest, { prefer: 'respond-async' }),
  ];
  return (attacks[kind % attacks.length] ?? attacks[0])?.() ?? client.get('/orders');
}

function print(name: string, beside: Measured, alone: Measured): void {
  const ratio = (of: (measured: Measured) => number) => (of(beside) / of(alone)).toFixed(2);
  const [p50, p99] = [0.5, 0.99].map((share) => ratio(({ latencies }) => percentile(latencies, share)));
  console.log(`${name}: p50 ${p50}, p99 ${p99}, successes ${ratio(({ succeeded }) => succeeded)} of alone`);
}
