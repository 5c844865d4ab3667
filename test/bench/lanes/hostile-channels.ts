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
import { waitUntilIdle } from '../../support/system/until-idle.ts';
import { type CpuTime, cpuTimeOf, cpuTimeSince } from '../counting/cpu-time.ts';
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
/** Requests of each kind whose costs are counted. */
const countedRequests = 10;
/** Of the honest orders, one of so many is queued. */
const queuedOneOf = 10;
const queuedPollMs = 250;
/** Serves the honest channel's requests. On AWS a request that finds no free sandbox gets a new one at once. */
const placementFunction = 'order-intake/placement';

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
 *
 * The cores of this machine are shared in any case. So each hostile phase has a control: the same channels send the same to
 * another store on this machine, which shares nothing with the honest channel's but the cores. A ratio to the control is
 * what the store itself lets the channels take from each other; AWS has that part too. What the honest channel differs
 * when it is alone twice is the accuracy of each ratio.
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
      await honestLoad(office.credentials, skus, warmUpOrders);
      await countCosts(office, skus);
      const alone = await phase({ name: 'alone', office, skus, hostile: [], target: office });
      const beside: { kind: string; here: Measured; control: Measured }[] = [];
      for (const [kind, hostile] of [
        ['with quotas', names('hostile')],
        ['without quotas', names('unlimited')],
      ] as const) {
        const here = await phase({ name: `beside channels ${kind}`, office, skus, hostile, target: office });
        await sleep(settleMs);
        beside.push({ kind, here, control: await controlOf({ app, kind, office, skus, hostile }) });
        await sleep(settleMs);
      }
      const again = await phase({ name: 'alone again', office, skus, hostile: [], target: office });
      console.log(`\nHostile channels, each with ${hostilePerSecond} requests/s`);
      print('alone again, to alone', again, alone);
      for (const { kind, here, control } of beside) {
        print(`${kind}, to alone`, here, alone);
        print(`${kind}, to control`, here, control);
      }
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

type Office = Awaited<ReturnType<typeof startObservedOffice>>;
/** `queuedMs`: times until queued orders are decided. */
type Measured = { latencies: number[]; queuedMs: number[]; succeeded: number };
type Phase = { name: string; office: Office; skus: string[]; hostile: readonly string[]; target: Office };

/** The hostile channels send to a store of their own. */
async function controlOf({ app, kind, ...rest }: Omit<Phase, 'name' | 'target'> & { app: string; kind: string }) {
  const target = await startObservedOffice({ app });
  try {
    const admin = createApiClient(target.credentials, 'admin', 8);
    await stockSkus(admin, rest.skus.length);
    await admin.close();
    await honestLoad(target.credentials, rest.skus, warmUpOrders);
    return await phase({ ...rest, name: `control: channels ${kind} at another store`, target });
  } finally {
    await target.stop();
  }
}

/** Honest orders to `office` while the hostile channels send to `target`. */
async function phase({ name, office, skus, hostile, target }: Phase): Promise<Measured> {
  const flooded = performance.now();
  const floods = hostile.map((client, kind) =>
    flood(createApiClient(target.credentials, client, maxInFlight), skus, kind),
  );
  // The requests of all channels together need more sandboxes than before, which start once and live for hours on AWS.
  await honestLoad(office.credentials, skus, warmUpOrders);
  const cpu = new Map([office, target].map((each) => [each, cpuTimeOf(each.child.pid ?? 0)]));
  office.begin();
  const began = performance.now();
  const measured = await honestLoad(office.credentials, skus, honestOrders);
  const { functions } = await office.tally();
  const statuses = (await Promise.all(floods.map((each) => each.stop()))).flat();
  const seconds = (performance.now() - began) / 1000;
  const { latencies, queuedMs, succeeded } = measured;
  console.log(
    `${name}: honest p50 ${ms(percentile(latencies, 0.5))}, p99 ${ms(percentile(latencies, 0.99))}, ` +
      `${succeeded} of ${latencies.length} succeeded in ${seconds.toFixed(0)} s; ` +
      `${queuedMs.length} queued ones decided in ${ms(percentile(queuedMs, 0.5))}, at most ${ms(Math.max(...queuedMs))}`,
  );
  const waited = functions.find(({ name }) => name === placementFunction)?.waitedMs ?? [];
  console.log(
    `  of that, a wait for a sandbox: p50 ${ms(percentile(waited, 0.5))}, p99 ${ms(percentile(waited, 0.99))}`,
  );
  for (const [each, before] of cpu) printCores(each, before);
  if (hostile.length > 0) {
    console.log(
      `  hostile: ${(statuses.length / ((performance.now() - flooded) / 1000)).toFixed(0)} responses/s, by status ${countsOf(statuses)}`,
    );
  }
  return measured;
}

/** Cores that a store used since `before`, and those of the machine that were idle. */
function printCores({ child }: Office, before: CpuTime | undefined): void {
  const now = cpuTimeOf(child.pid ?? 0);
  if (!now || !before) return;
  const { engineMs, functionsMs, databaseMs, idleMs, wallMs } = cpuTimeSince(now, before);
  const [engine, functions, database, idle] = [engineMs, functionsMs, databaseMs, idleMs].map((each) =>
    (each / wallMs).toFixed(2),
  );
  console.log(`  cores: engine ${engine}, functions ${functions}, database ${database}; idle ${idle}`);
}

/**
 * CPU time on this machine, and Lambda time of all functions, that one request of each kind takes with everything that
 * follows from it.
 */
async function countCosts(office: Office, skus: string[]): Promise<void> {
  const { credentials, child } = office;
  const client = createApiClient(credentials, 'unlimited-0', 2);
  const honest = (index: number) => client.post('/orders', orderOf(skus[index % skus.length] ?? ''));
  const kinds = new Map([
    ['an honest order', honest],
    ...kindNames.map((name, kind) => [name, (index: number) => attack(client, skus, kind, index)] as const),
  ]);
  console.log('\nCosts of a request, with all that follows from it');
  for (const [name, send] of kinds) {
    await send(0);
    await waitUntilIdle(credentials.gatewayUrl);
    const before = cpuTimeOf(child.pid ?? 0);
    office.begin();
    const statuses: number[] = [];
    for (let index = 1; index <= countedRequests; index += 1) statuses.push((await send(index)).status);
    await waitUntilIdle(credentials.gatewayUrl);
    const now = cpuTimeOf(child.pid ?? 0);
    const { functions } = await office.tally();
    const lambdaMs = functions.reduce((sum, { billedMs }) => sum + billedMs, 0) / countedRequests;
    const cpu = before && now && cpuTimeSince(now, before);
    const parts = cpu ? [cpu.engineMs, cpu.functionsMs, cpu.databaseMs].map((each) => each / countedRequests) : [];
    const [engine, inFunctions, database] = parts.map((each) => each.toFixed(0).padStart(4));
    console.log(
      `  ${name.padEnd(24)} CPU ms: engine ${engine}, functions ${inFunctions}, database ${database}; ` +
        `Lambda ${lambdaMs.toFixed(0)} ms; ${countsOf(statuses)}`,
    );
  }
  await client.close();
}

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

/**
 * Places orders of different SKUs and customers at a fixed rate, and reads each once. Some are queued; their latency is
 * that of the acceptance.
 */
async function honestLoad(credentials: ApiCredentials, skus: string[], orders: number): Promise<Measured> {
  const client = createApiClient(credentials, 'storefront', 64);
  const measured: Measured = { latencies: [], queuedMs: [], succeeded: 0 };
  const timed = async (request: Promise<ApiResponse>, expected: number) => {
    const began = performance.now();
    const response = await attempt(request);
    measured.latencies.push(performance.now() - began);
    if (response?.status === expected) measured.succeeded += 1;
    return response;
  };
  const place = async (index: number) => {
    const placed = await timed(client.post('/orders', orderOf(skus[index % skus.length] ?? '')), 201);
    // The read of an order that was not placed fails as well.
    await timed(client.get(`/orders/${placed?.body?.orderId}`), 200);
  };
  const queue = async (index: number) => {
    const began = performance.now();
    const order = orderOf(skus[index % skus.length] ?? '');
    const accepted = await timed(client.post('/orders', order, { prefer: 'respond-async' }), 202);
    measured.queuedMs.push((await isDecided(client, accepted?.body?.orderId)) ? performance.now() - began : Infinity);
  };
  const work: Promise<unknown>[] = [];
  const started = performance.now();
  for (let index = 0; index < orders; index += 1) {
    await untilDue(started, index, ordersPerSecond);
    work.push(index % queuedOneOf === queuedOneOf - 1 ? queue(index) : place(index));
  }
  await Promise.all(work);
  await client.abort();
  return measured;
}

/** Reads a queued order until it is placed; false if it is not within three times the time limit of a request. */
async function isDecided(client: ApiClient, orderId: unknown): Promise<boolean> {
  const deadline = performance.now() + 3 * requestTimeoutMs;
  while (performance.now() < deadline) {
    await sleep(queuedPollMs);
    const response = await attempt(client.get(`/orders/${String(orderId)}`));
    if (response?.body?.lines !== undefined) return true;
  }
  return false;
}

/** The response; undefined after an error or the time limit. */
const attempt = (request: Promise<ApiResponse>): Promise<ApiResponse | undefined> =>
  Promise.race([request, sleep(requestTimeoutMs, undefined, { ref: false })]).catch(() => undefined);

const kindNames = [
  'order of a guest',
  'order of 50 lines',
  'invalid order',
  'batch of 100 orders',
  'export of a year',
  'list of a customer',
  'body that is too large',
  'unknown order',
  'conflicting order',
  'queued order',
];

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
    () => client.get('/orders?customerId=guest&limit=100'),
    () => client.post('/orders', `{"note":"${'x'.repeat(1_100_000)}"}`),
    () => client.get(`/orders/ord_${randomUUID().replaceAll('-', '').slice(0, 26)}`),
    () => client.post('/orders', { ...order, externalOrderId: 'the-same' }),
    () => client.post('/orders', guest, { prefer: 'respond-async' }),
  ];
  return (attacks[kind % attacks.length] ?? attacks[0])?.() ?? client.get('/orders');
}

function print(name: string, beside: Measured, to: Measured): void {
  const ratio = (of: (measured: Measured) => number) => (of(beside) / of(to)).toFixed(2);
  const [p50, p99] = [0.5, 0.99].map((share) => ratio(({ latencies }) => percentile(latencies, share)));
  const queued = ratio(({ queuedMs }) => percentile(queuedMs, 0.5));
  const successes = ratio(({ succeeded }) => succeeded);
  console.log(`  ${name.padEnd(28)} p50 ${p50}, p99 ${p99}, queued p50 ${queued}, successes ${successes}`);
}
