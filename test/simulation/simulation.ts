import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LocalStore, startLocalStore } from '../../infra/local-store.ts';
import type { FailedInvocation } from '../../infra/local/observer.ts';
import { inParallel } from '../../shared/in-parallel.ts';
import { type ApiClient, createApiClient } from '../support/system/api-client.ts';
import { actors } from './actors/actors.ts';
import { createPromotions } from './actors/marketing.ts';
import type { PlannedSku } from './workload/assortment.ts';
import { readNotices, redriveAll } from './checkers/dead-letters.ts';
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
import { retryFailedPayouts } from './actors/refund-life-cycle.ts';
import { simulatedPolicy } from './workload/refund-plan.ts';
import { createObservedResponses } from './actors/observed-responses.ts';
import type { RunContext } from './actors/run-context.ts';

export type SimulationOptions = {
  seed: number;
  orders: number;
  /** Directory of the synthesised store or mutant; see `simulated-store.ts`. */
  cdkOut: string;
  /** No order is sent after this time. @default 60 */
  minutes?: number;
  /** Callers still repeat and change requests if false. @default true */
  hasFaults?: boolean;
  onOrder?: () => void;
  log?: (line: string) => void;
};

export type SimulationResult = Awaited<ReturnType<typeof simulate>>;

const monthSeconds = 31 * 86_400;

/** Runs the workload under faults, waits until the system is quiescent, and returns the violated invariants. */
export async function simulate(options: SimulationOptions) {
  const { seed, orders, cdkOut, minutes = 60, hasFaults = true, log } = options;
  const faultInjector = createFaultInjector(seed);
  const faults = { begin: () => hasFaults && faultInjector.begin(), end: faultInjector.end };
  const started = performance.now();
  const deadline = started + minutes * 60_000;
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const jump = (seconds: number) => (aheadMs += seconds * 1000);
  const stateDirectory = await mkdtemp(join(tmpdir(), 'storeworks-simulation-'));
  const failed: FailedInvocation[] = [];
  const observer = { onFailed: (invocation: FailedInvocation) => failed.push(invocation) };
  const engine = await startLocalStore({
    cdkOut,
    stateDirectory,
    now,
    faults: faultInjector,
    observer,
    ...(log && { log }),
  });
  const clients = clientsOf(engine, now);
  const admin = adminOf(engine);
  const progress = progressOf(orders, options.onOrder);
  const isTimeUp = () => performance.now() > deadline;
  const observed = createObservedResponses();
  const { client } = clients;
  const context = { plan: planOf(seed, orders), client, admin, engine, observed, now, jump, isTimeUp, ...progress };
  const receivers = await startReceivers(seed, faultInjector.isActive, context);
  const provider = await startPaymentProvider(seed, faultInjector.isActive, context);
  const becomeQuiescent = async () => {
    await provider.whenIdle();
    await untilQuiescent(engine, jump, provider.notifyByStaff);
  };
  try {
    await createStock(context);
    await createPromotions(context);
    faults.begin();
    await Promise.all(actors.map(({ act }) => act(context)));
    const faultSeconds = (performance.now() - started) / 1000;
    faults.end();
    await becomeQuiescent();
    const deadlines = await readDeadlines(context);
    const policyNotices = await readNotices(engine, admin, 'RefundPolicyChanged');
    faults.begin();
    await passAMonth(context, becomeQuiescent);
    faults.end();
    await becomeQuiescent();
    failed.length = 0;
    await passAnHour(context, becomeQuiescent);
    const state = {
      ...(await readState(context, becomeQuiescent, deadlines)),
      ledger: provider.ledger,
      notifiedByStaff: provider.notifiedByStaff,
      policyNotices,
      failedInvocations: failed,
    };
    const seconds = (performance.now() - started) / 1000;
    return { violations: violationsOf(state), state, faults: faultInjector.counts(), faultSeconds, seconds, aheadMs };
  } finally {
    await clients.close();
    await receivers.stop();
    await provider.stop();
    admin.s3.destroy();
    admin.db.destroy();
    await engine.stop();
    await rm(stateDirectory, { recursive: true, force: true });
  }
}

/** Creates SKUs, opening stock and the refund policies, without faults. */
async function createStock({ plan, client }: RunContext): Promise<void> {
  const admin = client('admin');
  const create = async ({ sku, priceMinor, category, units }: PlannedSku) => {
    const name = `Simulated ${sku}`;
    const created = await admin.put(`/catalog/skus/${sku}`, { name, priceMinor, category, currency: 'GBP' });
    const movements = Object.entries(units)
      .filter(([, quantity]) => quantity > 0)
      .map(([warehouse, quantity]) => ({
        movementId: `first-${sku}-${warehouse}`,
        sku,
        warehouse,
        type: 'receipt',
        quantity,
      }));
    const received = await admin.post('/stock/movements', { movements });
    if (created.status !== 201 || received.status !== 200) throw new Error(`${created.text} ${received.text}`);
  };
  await inParallel(8, Object.values(plan.assortment).flat(), create);
  // The first one is looser than that of a new store. The second one is not: it only expires requests earlier.
  const later = { ...simulatedPolicy.waiting, expireAfterHours: simulatedPolicy.waiting.expireAfterHours + 1 };
  for (const content of [{ ...simulatedPolicy, waiting: later }, simulatedPolicy]) {
    const policy = await admin.put('/policies/refund', content, { 'if-match': '*' });
    if (policy.status !== 200) throw new Error(policy.text);
  }
}

/** Passes the deadlines of returns and approvals. Requires empty queues: their message retention is two weeks. */
async function passAMonth(context: RunContext, becomeQuiescent: () => Promise<void>): Promise<void> {
  context.jump(monthSeconds);
  await sleep(200);
  await becomeQuiescent();
  await retryFailedPayouts(context);
  await becomeQuiescent();
}

/** Lets the next scheduled runs complete what faults interrupted. */
async function passAnHour(context: RunContext, becomeQuiescent: () => Promise<void>): Promise<void> {
  context.jump(3700);
  // The scheduler reads the clock ten times a second.
  await sleep(200);
  await becomeQuiescent();
  await retryFailedPayouts(context);
  await becomeQuiescent();
}

const readDeadlines = async ({ engine, admin }: RunContext) => ({
  schedules: await readSchedules(admin, 'ref_'),
  refunds: (await readTables(engine, admin)).refunds,
});

async function readState(
  { engine, admin, client, plan, observed, now }: RunContext,
  becomeQuiescent: () => Promise<void>,
  afterFaults: FinalState['deadlines'][0],
): Promise<Omit<FinalState, 'ledger' | 'notifiedByStaff' | 'policyNotices' | 'failedInvocations'>> {
  const { reportsBucket, lakeBucket, stockInboxBucket, orderFilesBucket } = engine.credentials;
  const deadLetters = await redriveAll(engine, admin, becomeQuiescent);
  const reports: FinalState['reports'] = [];
  for (const date of days) reports.push(await reportOf(client('finance'), admin, reportsBucket, date, becomeQuiescent));
  const tables = await readTables(engine, admin);
  const deadlines: FinalState['deadlines'] = [
    afterFaults,
    { schedules: await readSchedules(admin, 'ref_'), refunds: tables.refunds },
  ];
  const promotionSchedules = await readSchedules(admin, 'promotion.');
  const lake = await readLake(admin, lakeBucket);
  const stockResults = await readResults(admin, stockInboxBucket);
  const orderResults = await readResults(admin, orderFilesBucket);
  return {
    ...tables,
    plan,
    now: now(),
    lake,
    stockResults,
    orderResults,
    deadLetters,
    promotionSchedules,
    deadlines,
    reports,
    observed,
  };
}

function clientsOf(engine: LocalStore, now: () => number) {
  const clients = new Map<string, ApiClient>();
  return {
    client: (name: string): ApiClient => {
      const found = clients.get(name) ?? createApiClient(engine.credentials, name, 64, now);
      clients.set(name, found);
      return found;
    },
    close: async () => {
      const open = [...clients.values()];
      clients.clear();
      await Promise.all(open.map((client) => client.close()));
    },
  };
}
