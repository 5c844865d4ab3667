import { randomUUID } from 'node:crypto';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { synthesiseInto } from '../../../infra/assembly.ts';
import { type ApiClient, type ApiResponse, createApiClient } from '../../support/system/api-client.ts';
import { ms, percentile } from '../numbers.ts';
import { startObservedOffice } from '../office.ts';
import { orderOf, stockSkus } from '../order-lane.ts';

const channels = 10;
const phaseSeconds = 25;
const warmUpSeconds = 8;
/** One in each pair of requests places an order, the other reads it. */
const honestPerSecond = 10;
/** Of each hostile channel: ten of them send more than the two cores of a small machine serve. */
const hostilePerSecond = 40;
/** Quota of a hostile channel per sandbox. The engine has up to 8 sandboxes per function, on the cores of one machine. */
const quotaPerSecond = 1;
const requestTimeoutMs = 30_000;

const root = join(import.meta.dirname, '../../..');
const manyInvalid = Array.from({ length: 500 }, () => ({ sku: '', quantity: -1 }));
const scopes = "['orders.write', 'orders.read', 'catalog.read', 'stock.read']";
const clientLine = (name: string, rate: number) =>
  `    '${name}': { requestsPerSecond: ${rate}, scopes: ${scopes} },\n`;
const names = (kind: string) => Array.from({ length: channels }, (_, index) => `${kind}-${index}`);

/**
 * Ten hostile channels beside an honest one: p99 and success rate of the honest one alone, beside channels with quotas and
 * beside the same channels without, in one store. The channels of both kinds send the same requests.
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
      const honest = createApiClient(office.credentials, 'storefront', 64);
      await honestLoad(honest, skus, warmUpSeconds);
      const alone = await phase('alone', honest, skus, []);
      const clientsOf = (kind: string) => names(kind).map((name) => createApiClient(office.credentials, name, 32));
      const limited = await phase('with quotas', honest, skus, clientsOf('hostile'));
      await sleep(3000);
      const unlimited = await phase('without quotas', honest, skus, clientsOf('unlimited'));
      print('beside channels with quotas', limited, alone);
      print('beside channels without', unlimited, alone);
      await honest.close();
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
    ...names('hostile').map((name) => clientLine(name, quotaPerSecond)),
    ...names('unlimited').map((name) => clientLine(name, 1_000_000)),
  ];
  const edited = settings.replace('  clients: {\n', `  clients: {\n${added.join('')}`);
  if (edited === settings) throw new Error('infra/store.ts has no clients');
  writeFileSync(file, edited);
  const out = join(copy, 'cdk.out');
  await synthesiseInto(out, copy);
  return out;
}

type Measured = { latencies: number[]; requests: number; succeeded: number };
type Phase = Measured & { served: number; refused: number; failed: number };

async function phase(name: string, honest: ApiClient, skus: string[], hostile: ApiClient[]): Promise<Phase> {
  const counts = { served: 0, refused: 0, failed: 0 };
  const count = ({ status }: Pick<ApiResponse, 'status'>) => {
    if (status === 429) counts.refused += 1;
    else if (status >= 500 || status === 0) counts.failed += 1;
    else counts.served += 1;
  };
  const until = performance.now() + phaseSeconds * 1000;
  const flood = Promise.all(
    hostile.map((client, kind) =>
      paced(hostilePerSecond, until, async (index) => count(await attempt(attack(client, skus, kind, index)))),
    ),
  );
  const measured = await honestLoad(honest, skus, phaseSeconds);
  await flood;
  await Promise.all(hostile.map((client) => client.close()));
  const perSecond = (value: number) => (value / phaseSeconds).toFixed(0);
  console.log(
    `${name}: honest p50 ${ms(percentile(measured.latencies, 0.5))}, p99 ${ms(percentile(measured.latencies, 0.99))}, ` +
      `${measured.succeeded} of ${measured.requests} succeeded; hostile: ${perSecond(counts.served)}/s served, ` +
      `${perSecond(counts.refused)}/s refused with 429, ${perSecond(counts.failed)}/s failed`,
  );
  return { ...measured, ...counts };
}

/** Starts requests at a fixed rate, whether earlier ones are answered or not, and waits for all. */
async function paced(perSecond: number, until: number, work: (index: number) => Promise<void>): Promise<void> {
  const running: Promise<void>[] = [];
  const started = performance.now();
  for (let index = 0; ; index += 1) {
    const at = started + (index * 1000) / perSecond;
    if (at >= until) break;
    if (at > performance.now()) await sleep(at - performance.now());
    running.push(work(index));
  }
  await Promise.all(running);
}

const attempt = (request: Promise<ApiResponse>): Promise<Pick<ApiResponse, 'status'>> =>
  Promise.race([request, sleep(requestTimeoutMs, { status: 0 }, { ref: false })]).catch(() => ({ status: 0 }));

/** Orders of different SKUs and customers, each read once. */
async function honestLoad(client: ApiClient, skus: string[], seconds: number): Promise<Measured> {
  const measured: Measured = { latencies: [], requests: 0, succeeded: 0 };
  const timed = async (request: Promise<ApiResponse>, expected: number) => {
    const began = performance.now();
    measured.requests += 1;
    const { status } = await attempt(request);
    measured.latencies.push(performance.now() - began);
    if (status === expected) measured.succeeded += 1;
  };
  await paced(honestPerSecond / 2, performance.now() + seconds * 1000, async (index) => {
    const placing = client.post('/orders', orderOf(skus[index % skus.length] ?? ''));
    await timed(placing, 201);
    const { body } = await placing.catch(() => ({ body: undefined }));
    await timed(client.get(`/orders/${body?.orderId}`), 200);
  });
  return measured;
}

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

function print(name: string, beside: Phase, alone: Phase): void {
  const p99 = (of: Phase) => percentile(of.latencies, 0.99);
  const rate = (of: Phase) => of.succeeded / of.requests;
  console.log(
    `${name}: p99 ${(p99(beside) / p99(alone)).toFixed(2)} of alone, success rate ${(rate(beside) / rate(alone)).toFixed(3)} of alone`,
  );
}
