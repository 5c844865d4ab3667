import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LocalStore, startLocalStore } from '../../infra/local-store.ts';
import type { FailedInvocation } from '../../infra/local/observer.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { type ApiClient, createApiClient } from '../support/system/api-client.ts';
import { actors } from './actors/actors.ts';
import type { PlannedSku } from './workload/assortment.ts';
import { redriveAll } from './checkers/dead-letters.ts';
import { adminOf, type FinalState, readLake, readResults, readSchedules, readTables } from './checkers/final-state.ts';
import { violationsOf } from './checkers/checkers.ts';
import { days } from './workload/order-plan.ts';
import { planOf } from './workload/plan.ts';
import { progressOf } from './actors/progress.ts';
import { startReceivers } from './actors/webhook-receivers.ts';
import { reportOf } from './checkers/reports.ts';
import { untilQuiescent } from './quiescence.ts';
import { createFaultInjector } from './faults/fault-injector.ts';
import { startPaymentProvider } from './actors/payment-provider.ts';
import { settleFailed } from './actors/refund-life-cycle.ts';
import { simulatedPolicy } from './workload/refund-plan.ts';
import { createObservedResponses } from './actors/observed-responses.ts';
import type { RunContext } from './actors/run-context.ts';

export type SimulationOptions = {
  seed: number;
  orders: number;
  /** Directory that the simulated store, or a broken copy of it, was synthesised into; see `simulated-store.ts`. */
  cdkOut: string;
  /** No order is begun after this time. */
  minutes?: number;
  /** Without, nothing goes wrong but what callers do. */
  hasFaults?: boolean;
  onOrder?: () => void;
  log?: (line: string) => void;
};

export type SimulationResult = Awaited<ReturnType<typeof simulate>>;

const monthSeconds = 31 * 86_400;

/** Runs the real functions through a storm, waits until all is at rest, and tells which invariants do not hold. */
export async function simulate(options: SimulationOptions) {
  const { seed, orders, cdkOut, minutes = 60, hasFaults = true, log } = options;
  const storm = createFaultInjector(seed);
  const weather = { begin: () => hasFaults && storm.begin(), end: storm.end };
  const started = performance.now();
  const deadline = started + minutes * 60_000;
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const jump = (seconds: number) => (aheadMs += seconds * 1000);
  const stateDirectory = await mkdtemp(join(tmpdir(), 'storeworks-simulation-'));
  const failed: FailedInvocation[] = [];
  const observer = { onFailed: (invocation: FailedInvocation) => failed.push(invocation) };
  const engine = await startLocalStore({ cdkOut, stateDirectory, now, faults: storm, observer, ...(log && { log }) });
  const callers = callersOf(engine, now);
  const admin = adminOf(engine);
  const progress = progressOf(orders, options.onOrder);
  const isTimeUp = () => performance.now() > deadline;
  const observed = createObservedResponses();
  const { client } = callers;
  const context = { plan: planOf(seed, orders), client, admin, engine, observed, now, jump, isTimeUp, ...progress };
  const receivers = await startReceivers(seed, storm.isActive, context);
  const provider = await startPaymentProvider(seed, storm.isActive, context);
  const settle = async () => {
    await provider.quiet();
    await untilQuiescent(engine, jump, provider.notifyByStaff);
  };
  try {
    await stockUp(context);
    weather.begin();
    await Promise.all(actors.map(({ act }) => act(context)));
    const faultSeconds = (performance.now() - started) / 1000;
    weather.end();
    await settle();
    const deadlines = await readDeadlines(context);
    weather.begin();
    await aMonthLater(context, settle);
    weather.end();
    await settle();
    failed.length = 0;
    await anHourLater(context, settle);
    const state = {
      ...(await gather(context, settle, deadlines)),
      ledger: provider.ledger,
      notifiedByStaff: provider.notifiedByStaff,
      failedInvocations: failed,
    };
    const seconds = (performance.now() - started) / 1000;
    return { violations: violationsOf(state), state, faults: storm.counts(), faultSeconds, seconds, aheadMs };
  } finally {
    await callers.close();
    await receivers.stop();
    await provider.stop();
    admin.s3.destroy();
    admin.db.destroy();
    await engine.stop();
    await rm(stateDirectory, { recursive: true, force: true });
  }
}

/** Catalogue, first stock and how refunds are decided, before the storm. */
async function stockUp({ plan, client }: RunContext): Promise<void> {
  const admin = client('admin');
  const create = async ({ sku, priceMinor, category, units }: PlannedSku) => {
    const name = `Simulated ${sku}`;
    const created = await admin.put(`/catalog/skus/${sku}`, { name, priceMinor, category, currency: 'GBP' });
    const movements = Object.entries(units)
      .filter(([, quantity]) => quantity > 0)
      .map(([place, quantity]) => ({
        movementId: `first-${sku}-${place}`,
        sku,
        warehouse: place,
        type: 'receipt',
        quantity,
      }));
    const received = await admin.post('/stock/movements', { movements });
    if (created.status !== 201 || received.status !== 200) throw new Error(`${created.text} ${received.text}`);
  };
  await inParallel(8, Object.values(plan.assortment).flat(), create);
  const policy = await admin.put('/policies/refund', simulatedPolicy, { 'if-match': '*' });
  if (policy.status !== 200) throw new Error(policy.text);
}

/** Over the time for returns and decisions. Nothing may be in flight: a queue keeps a message for two weeks. */
async function aMonthLater(context: RunContext, settle: () => Promise<void>): Promise<void> {
  context.jump(monthSeconds);
  await sleep(200);
  await settle();
  await settleFailed(context);
  await settle();
}

/** What sweeps and people were kept from by the storm, the next ones do. */
async function anHourLater(context: RunContext, settle: () => Promise<void>): Promise<void> {
  context.jump(3700);
  // The scheduler looks at the clock ten times a second.
  await sleep(200);
  await settle();
  await settleFailed(context);
  await settle();
}

const readDeadlines = async ({ engine, admin }: RunContext) => ({
  schedules: await readSchedules(admin),
  refunds: (await readTables(engine, admin)).refunds,
});

async function gather(
  { engine, admin, client, plan, observed, now }: RunContext,
  settle: () => Promise<void>,
  afterStorm: FinalState['deadlines'][0],
): Promise<Omit<FinalState, 'ledger' | 'notifiedByStaff' | 'failedInvocations'>> {
  const { reportsBucket, lakeBucket, stockInboxBucket, orderFilesBucket } = engine.credentials;
  const deadLetters = await redriveAll(engine, admin, settle);
  const reports: FinalState['reports'] = [];
  for (const date of days) reports.push(await reportOf(client('finance'), admin, reportsBucket, date, settle));
  const tables = await readTables(engine, admin);
  const deadlines: FinalState['deadlines'] = [
    afterStorm,
    { schedules: await readSchedules(admin), refunds: tables.refunds },
  ];
  const lake = await readLake(admin, lakeBucket);
  const stockResults = await readResults(admin, stockInboxBucket);
  const orderResults = await readResults(admin, orderFilesBucket);
  return { ...tables, plan, now: now(), lake, stockResults, orderResults, deadLetters, deadlines, reports, observed };
}

function callersOf(engine: LocalStore, now: () => number) {
  const clients = new Map<string, ApiClient>();
  return {
    client: (name: string): ApiClient => {
      const made = clients.get(name) ?? createApiClient(engine.credentials, name, 64, now);
      clients.set(name, made);
      return made;
    },
    close: async () => {
      const open = [...clients.values()];
      clients.clear();
      await Promise.all(open.map((client) => client.close()));
    },
  };
}
